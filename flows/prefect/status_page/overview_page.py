"""Overview page (status page): what is late, whose turn it is, what was sent and what comes, as Markdown."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime

from flows.overview import ComingGroup, HouseOverview, LateGroup, ToldOn
from flows.prefect.run_names import key_of, number_with_noun
from flows.prefect.status_page.duty_words import NOUNS, late_words
from records.aging_report import NextOpenings
from states.model.people import PARTICIPANT

ABRIDGED = 10
"""Groups of duties in the short page, which stands above the history of the long one."""
NOTHING_LATE = "Nothing is late"
CHANGES = "\n\n### Due in 7 days"
"""Where the part ends of which each new state is kept: what is late. What follows is only brought up to date."""


NAME_SOMEBODY = "weerklank alarm set URL"


def page_of(
    overview: HouseOverview,
    heard_by: str | None,
    *,
    most: int | None = None,
    command: str = NAME_SOMEBODY,
) -> str:
    """
    The page (Markdown) of *overview*, whose alarm is *heard_by* somebody, or None: a *command* names one.

    At most *most* groups of duties are told one by one, where that is given.
    """
    parts = [_late(overview, most), _coming(overview, most), _mail(overview), _openings(overview)]
    return "\n\n".join([*parts, _engine(overview, heard_by, command)])


def _late(overview: HouseOverview, most: int | None) -> str:
    said = " · ".join(late_words(overview.late)) or NOTHING_LATE
    groups = overview.late_groups[:most]
    more = len(overview.late_groups) - len(groups) + overview.more_late
    whole = all(one.whole for one in overview.late)
    return "\n\n".join([f"## {said}", *map(_group, groups), *_more(more, whole=whole)])


def _group(one: LateGroup) -> str:
    count = NOUNS[one.kind].count_of(one.number)
    days = number_with_noun(one.days, "day", "days")
    card = f"/artifacts/key/{key_of('dialogue', one.dialogue_id)}"
    lines = [
        f"**[{one.dialogue_id}]({card})**: {count} late since {day(one.since)}, {days}",
        f"whose turn: {one.owner}",
        f"sent: {_messages_so_far(one.told)}",
        f"next: {_next(one)}",
    ]
    return "\n- ".join([f"{lines[0]}\n", *lines[1:]])


def _messages_so_far(told: Sequence[ToldOn]) -> str:
    return "; ".join(f"{day(one.day)}, {_messages(one.roles)}" for one in told) or "nothing yet"


def _next(one: LateGroup) -> str:
    if one.next_at is None:
        return "nothing more by itself"
    heard = _messages(one.next_to) or "nobody hears"
    return f"{day(one.next_at.date())} at {one.next_at:%H:%M} ({_zone(one.next_at)}), {heard}"


def _zone(moment: datetime) -> str:
    """The zone in which *moment* is told: `Europe/Amsterdam`."""
    return getattr(moment.tzinfo, "key", None) or str(moment.tzname())


def _messages(roles: Collection[str]) -> str:
    """What each of *roles* gets; whoever waits is nobody by name."""
    named = [role for role in roles if role != PARTICIPANT]
    alert = [f"an alert to {', '.join(named)}"] if named else []
    notice = ["an honest notice to whoever waits"] if PARTICIPANT in roles else []
    return " and ".join([*alert, *notice])


def _more(number: int, *, whole: bool = True) -> list[str]:
    least = "" if whole else "at least "
    return [f"and {least}{number:,} more: `weerklank status`"] if number else []


def _coming(overview: HouseOverview, most: int | None) -> str:
    groups = overview.coming[:most]
    more = len(overview.coming) - len(groups) + overview.more_coming
    rows = [_row(one) for one in groups]
    table = _table(("dialogue", "what", "due", "whose turn"), rows) if rows else "Nothing."
    return "\n\n".join([CHANGES.strip(), table, *_more(more, whole=overview.coming_whole)])


def _row(one: ComingGroup) -> tuple[str, ...]:
    return one.dialogue_id, NOUNS[one.kind].count_of(one.number), day(one.day), one.owner


def _mail(overview: HouseOverview) -> str:
    lately, outbox = overview.mail, overview.outbox
    least = "" if lately.whole else "at least "
    last = f", the last {stamp(lately.last)}" if lately.last else ""
    failed = sum(lately.failed.values())
    lines = [
        f"sent in 7 days: {least}{lately.sent:,}{last}",
        f"failed in 7 days: {least}{failed:,}{_whom(lately.failed.items())}",
        f"waiting: {outbox.pending:,}"
        + (f", since {stamp(outbox.oldest)}" if outbox.oldest else ""),
        f"to be given by hand: {outbox.by_hand:,}",
    ]
    return "\n- ".join(["### Mail\n", *lines])


def _whom(failed: Iterable[tuple[str, int]]) -> str:
    said = [f"{number:,} to {role}" for role, number in sorted(failed)]
    return f" ({', '.join(said)})" if said else ""


def _openings(overview: HouseOverview) -> str:
    first, more = (
        overview.openings.first,
        overview.openings.programmes - len(overview.openings.first),
    )
    rows = [(name, stamp(at)) for name, at in first]
    table = _table(("programme", "opens"), rows) if rows else "None."
    rest = [f"and {more:,} more: `weerklank programme list`"] if more else []
    return "\n\n".join(["### Next openings", table, *rest, *_paused_programmes(overview.openings)])


def _paused_programmes(openings: NextOpenings) -> list[str]:
    ids, more = openings.paused_ids, openings.paused - len(openings.paused_ids)
    which = ", ".join([*ids, *([f"and {more:,} more"] if more and ids else [])])
    said = f"paused: {number_with_noun(openings.paused, 'programme', 'programmes')}"
    return [f"{said} ({which})" if which else said] if openings.paused else []


def _engine(overview: HouseOverview, heard_by: str | None, command: str) -> str:
    swept = stamp(overview.swept_at) if overview.swept_at else "never"
    heard = heard_by or f"nobody. Name somebody: `{command}`"
    return "\n- ".join(["### Engine\n", f"last sweep: {swept}", f"who hears the alarm: {heard}"])


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def day(one: date) -> str:
    """A day as people read it: `8 Sep 2022`."""
    return f"{one.day} {_MONTHS[one.month - 1]} {one.year}"


def short_day(one: date, today: date) -> str:
    """A day of the year of *today* without it: `20 Sep`."""
    return day(one) if one.year != today.year else day(one).rpartition(" ")[0]


def stamp(moment: datetime) -> str:
    """A moment as people read it, in UTC and to the minute."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


# Whatever language this machine speaks.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
