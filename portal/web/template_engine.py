"""Template engine (Jinja): pages escaped by default, complete in each language, with nothing missing by accident."""

import re
from collections.abc import Mapping
from functools import lru_cache
from html import escape
from secrets import token_hex
from typing import Any, Protocol

import nh3
import segno
from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markdown_it import MarkdownIt

from notifications.language.filters import FILTERS
from notifications.language.language_tags import UNKNOWN, direction
from notifications.language.words import Table, count, fill, is_right_to_left, name_of, word
from portal.http.forms import TOKEN
from portal.http.safe_hours_form import city_of
from portal.http.static_files import address, integrity
from portal.web.actors import Visitor
from portal.web.element_marks import mark_of, shows, watches
from portal.web.routes import RouteRow
from portal.web.site import Site
from portal.web.template_context import GETTEXT, Html, PageEnvironment
from states.language.catalogue import N_, book, translate
from states.language.languages import SOURCE, languages
from states.model.people import Role
from states.privacy.closed_seals import locked_seals, needs_key
from states.privacy.embargo.unpublished import is_unnumbered, mark_number, may_hold_seals
from states.privacy.seals import (
    has_seals,
    is_under_seal,
    letters_of,
    level_of,
)
from states.privacy.small_counts import least_of
from states.steps.permissions import can_say_silence, fits, is_reached, may_take

__all__ = ["prose", "render"]
_FORM_BYTES = 32
_PROSES = 1024
"""Texts that are kept as markup: what somebody wrote is read far more often than it is written."""
_TAGS = {"p", "br", "em", "strong", "ul", "ol", "li", "blockquote", "a", "code", "pre"}


def render(template: str, context: Mapping[str, Any]) -> str:
    """The page *template* filled in from *context*. Raises what is wrong with the template: a mistake of ours."""
    return _environment().get_template(template).render(context)


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "breaks": True}).disable("image")


@lru_cache(maxsize=_PROSES)
def prose(text: str | None) -> Html:
    """What somebody wrote, with their paragraphs, lists and stress; no pictures, no markup of their own."""
    html = _markdown().render(text or "")
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener noreferrer",
    )
    # In which language somebody quotes somebody else is not known.
    return Html(clean.replace("<blockquote>", f"<blockquote{language_attributes(None, UNKNOWN)}>"))


def qr_code(text: str) -> Html:
    """*text* to point a phone at: drawn as a picture inside the page, and black on white in the dark too."""
    code = segno.make_qr(text, error="m")
    return Html(code.svg_inline(scale=4, dark="#000", light="#fff", svgclass=None, lineclass=None))


@pass_context
def late(context: Context, days: int) -> str:
    """How late something is, in words."""
    language = context["language"]
    late = translate("pages", language, N_("%(days)s late"))
    return late % {"days": count(days, "day", language)}


def own_names() -> list[tuple[str, str]]:
    """The codes of all languages, and the name of each in its own words."""
    return [(one.code, one.name) for one in languages().values()]


@pass_context
def tongue(context: Context, code: str) -> str:
    """The name of the language *code*, for the reader."""
    return name_of(code, context["language"])


def language_attributes(text: str | None, language: str) -> Html:
    """
    The attributes that say in which *language* (a code, or `und`) *text* of somebody is written, and which way it runs.

    Its own letters say that where they are not those of the language: whoever reads English may write Bengali.
    """
    way = direction(language)
    if text and is_right_to_left(text) != (way == "rtl"):
        way = "auto"
    return Html(f' lang="{escape(language)}" dir="{way}"')


def slug(text: str) -> str:
    """*text* as the id of an element."""
    return re.sub(r"[^a-zA-Z0-9_-]+", "-", text).strip("-")


_LAW = {
    "has_seals": has_seals,
    "is_unnumbered": is_unnumbered,
    "mark_number": mark_number,
    "may_hold_seals": may_hold_seals,
    "can_say_silence": can_say_silence,
    "locked_seals": locked_seals,
    "needs_key": needs_key,
    "fits": fits,
    "is_reached": is_reached,
    "is_under_seal": is_under_seal,
    "may_take": may_take,
    "least_of": least_of,
    "level_of": level_of,
}
"""What templates ask the law."""


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = PageEnvironment(
        loader=PackageLoader("portal", "templates"),
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    environment.newstyle_gettext = True  # type: ignore[attr-defined] # of the extension
    environment.filters |= FILTERS | {
        "tongue": tongue,
        "prose": prose,
        "late": late,
        "masks": masks,
        "slug": slug,
        "city": city_of,
        "qr_code": qr_code,
    }
    environment.globals |= (
        GETTEXT
        | _LAW
        | {
            "house_languages": languages,
            "own_names": own_names,
            "tagged": language_attributes,
            "static": address,
            "integrity": integrity,
            "hidden": proof_field,
            "mark_of": mark_of,
            "shows": shows,
            "watches": watches,
            "new_form": new_form,
            "menu_of": menu_of,
            "spoken": company_language,
            "words": words,
        }
    )
    return environment


def proof_field(token: str) -> Html:
    """The field that proves that a form is ours."""
    return Html(f'<input type="hidden" name="{TOKEN}" value="{escape(token)}">')


def new_form() -> str:
    """An id for one form of a page: the same one sent twice is one."""
    return token_hex(_FORM_BYTES)


def as_shown(text: str) -> str:
    """*text* as templates escape it."""
    return escape(text).replace("&quot;", "&#34;").replace("&#x27;", "&#39;")


class Looking(Protocol):
    """What the frame of a page asks of the request that it answers."""

    @property
    def site(self) -> Site:
        """The house."""

    @property
    def actor(self) -> Visitor | None:
        """Who looks; None: nobody who is in."""

    @property
    def me(self) -> Visitor:
        """Who looks, where somebody must be in."""


def menu_of(visit: Looking) -> list[RouteRow]:
    """The pages in the menu of whoever looks."""
    if visit.actor is None:
        return []
    return [page for page in visit.site.pages if page.nav and page.open_to(visit.actor.name)]


def company_language(visit: Looking) -> str:
    """The language in which the company writes: its manager's, as in letters."""
    programme = visit.me.programme
    manager = next((p for role, p in programme.roles.items() if role == Role.MANAGER), None)
    return manager.language if manager else programme.languages[0]


_MASK = re.compile(r"\b(participant|helper|sealed)-(\d+)\b")


@pass_context
def masks(context: Context, text: str) -> str:
    """*text* with the masks of people as one reads them: `participant-2` is *participant 2*, `sealed-1` *Voice A*."""
    language = context["language"]

    def unmask(found: re.Match[str]) -> str:
        if found[1] == "sealed":
            return fill("voice", "letter", language, letter=letters_of(found[0]))
        return f"{word('role', found[1], language)} {found[2]}"

    return _MASK.sub(unmask, text)


@lru_cache(maxsize=1)
def sentences() -> dict[str, Table]:
    """The sentences of words.toml: table, then key, then language."""
    return book("words", "portal", "words.toml")


def words(table: str, key: str, language: str) -> str:
    """The sentence *key* of *table*; nothing when there is none, because the key came from outside."""
    known = sentences()[table].get(key)
    return known[language] if known else ""


@lru_cache(maxsize=1)
def last_resort() -> str:
    """A page in every language, shown when not even the page for errors can be made."""
    sorry = N_("Something went wrong. Nothing is lost. Please try again later.")
    told = "".join(
        f'<p lang="{one.code}" dir="{one.direction}">{escape(translate("pages", one.code, sorry))}</p>'
        for one in languages().values()
    )
    return f'<!doctype html><html lang="{SOURCE}"><meta charset="utf-8"><title>Weerklank</title>{told}</html>'
