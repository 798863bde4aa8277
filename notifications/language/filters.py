"""Template filters (Jinja): dates, numbers and names of things in the reader's language."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context

from notifications.language import words
from notifications.language.anchor import Anchor
from notifications.language.layout import Marked
from states.language.languages import capital_in


@pass_context
def day(context: Context, when: date) -> str:
    """A day with its weekday; an instant is read in the programme's zone."""
    return words.long_date(_local(context, when), context["language"])


@pass_context
def short_day(context: Context, when: date) -> str:
    """A day without its weekday."""
    return words.short_date(_local(context, when), context["language"])


def _local(context: Context, when: date) -> date:
    return words.day_in(context["zone"], when) if isinstance(when, datetime) else when


@pass_context
def clock(context: Context, when: datetime) -> str:
    """A time of day in the programme's zone, in UTC, and on the clock of a participant elsewhere."""
    return words.clock(when, context["zone"], context["language"], context.get("own_zone"))


@pass_context
def word(context: Context, key: str, table: str) -> str:
    """The word for *key* of *table*."""
    return words.word(table, key, context["language"])


@pass_context
def failure(context: Context, code: str) -> str:
    """Why a message did not arrive, from its *code*."""
    return words.failure(code, context["language"])


@pass_context
def count(context: Context, number: int, of: str) -> str:
    """How many: `3|count("day")` is *3 days*."""
    return words.count(number, of, context["language"])


@pass_context
def country(context: Context, code: str) -> str:
    """The name of a country."""
    return words.country(code, context["language"])


@pass_context
def listing(context: Context, items: Sequence[str]) -> str:
    """Items as a sentence lists them."""
    return words.listing(list(items), context["language"])


@pass_context
def roles(context: Context, names: Sequence[str]) -> str:
    """Roles as a sentence lists them, each with its article."""
    language = context["language"]
    return words.listing([words.the_role(name, language) for name in names], language)


@pass_context
def the(context: Context, role: str) -> str:
    """A role with its article."""
    return words.the_role(role, context["language"])


@pass_context
def due_day(context: Context, when: date | str) -> date:
    """The day that ends at an instant, or a day as it is; a notice may hold either as ISO 8601 text."""
    value = moment(when)
    return (
        value
        if not isinstance(value, datetime)
        else _local(context, value - timedelta(microseconds=1))
    )


def moment(when: date | str) -> date:
    """A day or an instant; a notice may hold it as ISO 8601 text."""
    if isinstance(when, str):
        return (
            date.fromisoformat(when)
            if len(when) == len("2022-09-08")
            else datetime.fromisoformat(when)
        )
    return when


@pass_context
def capital(context: Context, text: str, spoken: str | None = None) -> str:
    """*text*, of the reader's language or in *spoken*, as the beginning of a sentence; words of others as they are."""
    return text if isinstance(text, Marked) else capital_in(spoken or context["language"], text)


def aside(text: str | None) -> str:
    """*text* in brackets behind what a line says, nothing for none; brackets of its own become a comma."""
    return _as_marked(text, f" ({text.replace(' (', ', ').replace(')', '')})") if text else ""


def after(text: str | None, before: str) -> str:
    """*text* behind *before*, nothing for none."""
    return _as_marked(text, f"{before}{text}") if text else ""


def _as_marked(text: str, whole: str) -> str:
    """*whole* as something that we laid out, if *text* within it is; else it may only become one plain line."""
    return Marked(whole) if isinstance(text, Marked) else whole


def stop(text: str) -> str:
    """*text* as the end of a sentence: a company may be called B.V., which has its full stop already."""
    return text if text.endswith(".") else f"{text}."


@pass_context
def standing(context: Context, anchor: Anchor) -> str:
    """Where the list of all journals stands, in one sentence."""
    return _standing(anchor, context["language"])


@lru_cache(maxsize=64)
def _standing(anchor: Anchor, language: str) -> str:
    told = {"origin": anchor.origin, "size": anchor.size, "digits": anchor.digits}
    return words.fill("voice", "standing", language, **told)


FILTERS: dict[str, Callable[..., Any]] = {
    "day": day,
    "short_day": short_day,
    "clock": clock,
    "word": word,
    "failure": failure,
    "count": count,
    "country": country,
    "listing": listing,
    "roles": roles,
    "the": the,
    "moment": moment,
    "due_day": due_day,
    "capital": capital,
    "aside": aside,
    "after": after,
    "isolated": words.isolate,
    "stop": stop,
    "standing": standing,
}
