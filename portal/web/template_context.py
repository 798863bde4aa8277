"""Template context (Jinja): the variables of a page, and its sentences in the language of its reader."""

import re
from collections.abc import Mapping
from html import escape
from typing import Any

from jinja2 import Environment, pass_context
from jinja2.runtime import Context

from states.language.catalogue import translate, translate_number


class Html(str):
    """Markup that is fit to be shown as it stands, which templates therefore do not escape."""

    __slots__ = ()

    def __html__(self) -> str:
        """Itself: the sign by which templates know."""
        return str(self)


_MARKUP = re.compile(r"[<&]")


@pass_context
def gettext(context: Context, source: str, **named: object) -> str:
    """*source* in the reader's language, with what is *named* in its places."""
    return _fill(translate("pages", context["language"], source), source, named)


@pass_context
def pgettext(context: Context, about: str, source: str, **named: object) -> str:
    """The same for a *source* that says two things: *about* tells which."""
    return _fill(translate("pages", context["language"], source, about), source, named)


@pass_context
def ngettext(context: Context, one: str, many: str, number: int, **named: object) -> str:
    """The form of *one* or *many* that the reader's language has for *number* things, which is `num` in it."""
    told = translate_number("pages", context["language"], one, many, number)
    return _fill(told, one, {"num": number, **named})


def _fill(told: str, source: str, named: Mapping[str, object]) -> str:
    """
    What is *told* with its places filled in.

    Only where the *source* has markup of its own may a translation have any: all else is escaped where it is shown.
    """
    marked = _MARKUP.search(source) is not None
    if not marked and not any(hasattr(value, "__html__") for value in named.values()):
        return told % named
    safe = {name: _escape(value) for name, value in named.items()}
    return Html((told if marked else escape(told)) % safe)


def _escape(value: object) -> str:
    return str(value) if hasattr(value, "__html__") else escape(str(value))


GETTEXT = {"_": gettext, "gettext": gettext, "ngettext": ngettext, "pgettext": pgettext}


class PageContext(Context):
    """The variables of a page. Half of what a template calls translates, and asks for nothing but the language."""

    def call(self, called: Any, /, *given: Any, **named: Any) -> Any:  # noqa: ANN401 - as the library has it
        """As the library calls, which gathers all variables of each loop around a translation first."""
        if called is not gettext and called is not ngettext and called is not pgettext:
            return super().call(called, *given, **named)
        named.pop("_loop_vars", None)
        named.pop("_block_vars", None)
        return called(self, *given, **named)


class PageEnvironment(Environment):
    """What all pages have in common."""

    context_class = PageContext
