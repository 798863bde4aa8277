"""Safe hours: when somebody can be called without danger, read from their own words (rules 32)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from states.language.languages import languages


def _words(key: str) -> str:
    """How any language of the house says what *key* names, as alternatives."""
    said = (language.safe_hours.get(key, "") for language in languages().values())
    return "|".join(filter(None, said)) or "(?!)"


_DAYS = tuple(
    map(_words, ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))
)
_GROUPS = {_words("workdays"): range(5), _words("weekend"): range(5, 7)}
_ANY_DAY = "|".join(_DAYS)
_DAY = re.compile("|".join(rf"\b(?P<d{n}>{words})\b" for n, words in enumerate(_DAYS)))
_DASH = rf"-|–|—|{_words('to')}"
_TO = rf"\s*(?:{_DASH}|{_words('and')})\s*"
_HOUR = rf"(\d{{1,2}})(?:[:.](\d\d))?\s*(am|pm|{_words('hour')})?\b"
_SPAN = re.compile(rf"(?<![\d:.]){_HOUR}{_TO}{_HOUR}")
_THROUGH = re.compile(rf"({_ANY_DAY})\s*(?:{_DASH})\s*({_ANY_DAY})\b")
_DO_NOT = re.compile(r"\bdo(?:\s+not|n['’]t)\b")
_NOT_AFTER = re.compile(
    rf"\b((?:(?:{_ANY_DAY}|{'|'.join(_GROUPS)})(?:[\s,–-]|{_words('and')}|{_words('on')})+)+)(?:{_words('not_after')})\b"
)
"""Days with a *not* behind them, as Turkish says it."""
_NOT = re.compile(rf"\b(?:{_words('not')}|{_words('never')}|{_words('not_after')})\b")
_CLAUSE = re.compile(rf"[,;\n]|\b(?:{_words('but')})\b|(?=\b(?:{_words('not')})\b)")
_DOT_OF_CAPITAL_I = "\u0307"
_MIDNIGHT = 24 * 60
_NOON = 12
_STEP = timedelta(minutes=5)
_WEEK = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class Span:
    """Hours on some days of the week, in minutes after midnight; one that ends before it begins runs past midnight."""

    begins: int = 0
    ends: int = _MIDNIGHT
    days: frozenset[int] = frozenset()
    """Monday is 0; none named means every day."""

    def holds(self, local: datetime) -> bool:
        """Whether *local* lies in it."""
        minute, day = local.hour * 60 + local.minute, local.weekday()
        if self.begins < self.ends:
            return self.begins <= minute < self.ends and self._on(day)
        late, early = minute >= self.begins, minute < self.ends
        return (late and self._on(day)) or (early and self._on((day - 1) % 7))

    def _on(self, day: int) -> bool:
        return not self.days or day in self.days


@dataclass(frozen=True, slots=True)
class Hours:
    """When somebody can be called, and when never."""

    safe: tuple[Span, ...]
    never: tuple[Span, ...]

    def hold(self, local: datetime) -> bool:
        """Whether it is safe at *local*, their own time."""
        within = any(span.holds(local) for span in self.safe) or not self.safe
        return within and not any(span.holds(local) for span in self.never)

    def next_window(self, now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
        """The window (UTC) that is open at *now* (aware), else the next within a week; None when there is none."""
        moments = list(_moments(now))
        begins = next((m for m in moments if self.hold(m.astimezone(zone))), None)
        if begins is None:
            return None
        after = (m for m in moments if m > begins and not self.hold(m.astimezone(zone)))
        return begins, next(after, moments[-1])


def _moments(now: datetime) -> Iterator[datetime]:
    at = now.replace(minute=now.minute - now.minute % 5, second=0, microsecond=0)
    while at <= now + _WEEK:
        yield at
        at += _STEP


def hours_of(text: str | None) -> Hours | None:
    """What *text* says, like `19-21 h, not on Friday`; None when no hour or day can be read from it."""
    safe: list[Span] = []
    never: list[Span] = []
    denied, named = False, frozenset[int]()
    for clause in _CLAUSE.split(_read_alike(text or "")):
        spans, days = _spans(clause), _days(clause)
        denied = bool(_NOT.search(clause)) or (denied and not spans)
        if denied:
            never += _on(spans, days)
        elif spans:
            safe += _on(spans, days | named)
            named = frozenset()
        else:
            named |= days
    if named:
        bare = [span for span in safe if not span.days]
        safe = [replace(s, days=named) if s in bare else s for s in safe] or [Span(days=named)]
    return Hours(tuple(safe), tuple(never)) if safe or never else None


def _read_alike(text: str) -> str:
    """*text* in small letters, with each *not* before what it denies."""
    small = text.casefold().replace(_DOT_OF_CAPITAL_I, "")
    return _NOT_AFTER.sub(r", not \1, ", _DO_NOT.sub("not", small))


def _on(spans: list[Span], days: frozenset[int]) -> list[Span]:
    return [replace(span, days=days) for span in spans or ([Span()] if days else [])]


def _spans(clause: str) -> list[Span]:
    found = []
    for h1, m1, half1, h2, m2, half2 in _SPAN.findall(clause):
        first = half1 if half1 in {"am", "pm"} else half2
        begins, ends = _minute(h1, m1, first), _minute(h2, m2, half2)
        if half1 != "pm" and first == "pm" and begins > ends:
            begins = _minute(h1, m1, "am")
        if begins != ends and max(begins, ends) <= _MIDNIGHT:
            found.append(Span(begins, ends))
    return found


def _minute(hour: str, minute: str, half: str) -> int:
    number = int(hour)
    if half in {"am", "pm"}:
        number = number % _NOON + (_NOON if half == "pm" else 0)
    return number * 60 + int(minute or 0)


def _days(clause: str) -> frozenset[int]:
    found = {int(str(one.lastgroup)[1:]) for one in _DAY.finditer(clause)}
    for one in _THROUGH.finditer(clause):
        first, last = (_number(part) for part in one.groups())
        found |= {(first + n) % 7 for n in range((last - first) % 7 + 1)}
    for words, days in _GROUPS.items():
        found |= set(days) if re.search(rf"\b(?:{words})\b", clause) else set()
    return frozenset(found)


def _number(word: str) -> int:
    return next(n for n, words in enumerate(_DAYS) if re.fullmatch(words, word))
