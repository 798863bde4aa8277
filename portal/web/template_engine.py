"""Template engine (Jinja): pages escaped by default, complete in each language, with nothing missing by accident."""

import re
from collections.abc import Mapping
from functools import lru_cache
from html import escape
from importlib.resources import files
from secrets import token_hex
from tomllib import loads
from typing import Any, Protocol

import nh3
import segno
from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markdown_it import MarkdownIt

from notifications.language.filters import FILTERS
from notifications.language.templates import InLanguage
from notifications.language.words import LANGUAGES, count, fill, language_of, word
from portal.http.forms import TOKEN
from portal.http.safe_hours_form import city_of
from portal.http.static_files import address, integrity
from portal.web.actors import Actor
from portal.web.element_marks import mark_of, shows, watches
from portal.web.routes import RouteRow
from portal.web.site import Site
from states.model.people import Role
from states.privacy.seals import has_seals, letters_of, level_of
from states.privacy.small_counts import least_of

__all__ = ["LANGUAGES", "language_of", "prose", "render"]
_FORM_BYTES = 32
_TAGS = {"p", "br", "em", "strong", "ul", "ol", "li", "blockquote", "a", "code", "pre"}


def render(template: str, context: Mapping[str, Any]) -> str:
    """The page *template* filled in from *context*. Raises what is wrong with the template: a mistake of ours."""
    return _environment().get_template(template).render(context)


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "breaks": True}).disable("image")


class Html(str):
    """Markup that is fit to be shown as it stands, which templates therefore do not escape."""

    __slots__ = ()

    def __html__(self) -> str:
        """Itself: the sign by which templates know."""
        return str(self)


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
    return Html(clean)


def qr_code(text: str) -> Html:
    """*text* to point a phone at: drawn as a picture inside the page, and black on white in the dark too."""
    code = segno.make_qr(text, error="m")
    return Html(code.svg_inline(scale=4, dark="#000", light="#fff", svgclass=None, lineclass=None))


@pass_context
def t(context: Context, nl: str, en: str) -> str:
    """A short text in the reader's language; both stand beside each other in the template."""
    return nl if context["language"] == "nl" else en


@pass_context
def late(context: Context, days: int) -> str:
    """How late something is, in words."""
    return f"{count(days, 'day', context['language'])} {t(context, 'te laat', 'late')}"


def slug(text: str) -> str:
    """*text* as the id of an element."""
    return re.sub(r"[^a-zA-Z0-9_-]+", "-", text).strip("-")


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("portal", "templates"),
        extensions=[InLanguage, "jinja2.ext.do"],
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    environment.filters |= FILTERS | {
        "prose": prose,
        "late": late,
        "masks": masks,
        "slug": slug,
        "city": city_of,
        "qr_code": qr_code,
    }
    environment.globals |= {
        "t": t,
        "static": address,
        "integrity": integrity,
        "hidden": hidden,
        "mark_of": mark_of,
        "shows": shows,
        "watches": watches,
        "new_form": new_form,
        "menu_of": menu_of,
        "spoken": spoken,
        "words": words,
        "has_seals": has_seals,
        "least_of": least_of,
        "level_of": level_of,
    }
    return environment


def hidden(token: str) -> Html:
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
    def actor(self) -> Actor | None:
        """Who looks; None: nobody who is in."""

    @property
    def me(self) -> Actor:
        """Who looks, where somebody must be in."""


def menu_of(visit: Looking) -> list[RouteRow]:
    """The pages in the menu of whoever looks."""
    if visit.actor is None:
        return []
    return [page for page in visit.site.pages if page.nav and page.open_to(visit.actor.name)]


def spoken(visit: Looking) -> str:
    """The language in which the company writes: its manager's, as in letters."""
    programme = visit.me.programme
    manager = next((p for role, p in programme.roles.items() if role == Role.MANAGER), None)
    return manager.language if manager else programme.languages[0]


_MASK = re.compile(r"\b(participant|helper|sealed)-(\d+)\b")


@pass_context
def masks(context: Context, text: str) -> str:
    """*text* with the masks of people as one reads them: `participant-2` is *participant 2*, `sealed-1` *Voice A*."""
    language = context["language"]

    def said(found: re.Match[str]) -> str:
        if found[1] == "sealed":
            return fill("voice", "letter", language, letter=letters_of(found[0]))
        return f"{word('role', found[1], language)} {found[2]}"

    return _MASK.sub(said, text)


@lru_cache(maxsize=1)
def sentences() -> dict[str, dict[str, dict[str, str]]]:
    """The sentences of words.toml: table, then key, then language."""
    return loads(files("portal").joinpath("words.toml").read_text(encoding="utf-8"))


def words(table: str, key: str, language: str) -> str:
    """The sentence *key* of *table*; nothing when there is none, because the key came from outside."""
    return sentences()[table].get(key, {}).get(language, "")


LAST_RESORT = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Weerklank</title>'
    '<h1>Er ging iets mis</h1><p lang="nl">Er is niets verloren. Probeer het straks nog eens.</p>'
    "<p>Something went wrong. Nothing is lost. Please try again later.</p></html>"
)
"""Shown when not even the page for errors can be made."""
