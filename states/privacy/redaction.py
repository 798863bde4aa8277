"""
Redaction: takes identities out of what is shown to an auditor, the same at every door.

People become numbers in the order of mapping, and holders of a role their role.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from states.model.dialogue import Dialogue
from states.model.people import PARTICIPANT, Stakeholder
from states.model.vocabulary import Step
from states.privacy.independence import FEWEST_DIGITS, digits_of, same_phone
from states.privacy.spellings import (
    compose,
    ids_in,
    join_parts,
    keys_of,
    may_be,
    numbers_in,
    parts_of,
    plain,
)
from states.values.addresses import on_the_wire

SPEAKER = "(the speaker)"
_SHORTEST = 4
"""A shorter first name could be any word."""
_SHARED = "somebody"
"""Of a name that two people have nobody can say whose it is."""


class _Mask(NamedTuple):
    """What stands instead of a word, and of how many parts the word is."""

    mask: str
    parts: int


class Redactor:
    """Knows the people of some dialogues, as these truly are, so that none of their names passes."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}
        self._words: dict[str, _Mask] = {}
        self._phones: dict[str, dict[str, str]] = {}
        self._short: dict[str, set[str]] = {}
        self._begins: set[str] = set()
        self._done: dict[str, str] = {}

    def learn(
        self,
        mask: str,
        *,
        ids: Collection[str] = (),
        name: str = "",
        words: Collection[str | None] = (),
        phone: str | None = None,
    ) -> None:
        """Put *mask* where *ids* (names of the record), the *name*, or one of these *words* or the *phone* stands."""
        for one in ids:
            self._ids.setdefault(one.casefold(), mask)
        for word in filter(None, (name, *words, phone)):
            self._keep(word, mask)
        if phone:
            self._phones.setdefault(_ending(phone), {}).setdefault(phone, mask)
        for part in _names(compose(name)):
            self._short.setdefault(part, set()).add(mask)

    def _keep(self, word: str, mask: str) -> None:
        parts = len(parts_of(compose(word)))
        for key in filter(None, keys_of(compose(word))):
            self._words.setdefault(key, _Mask(mask, parts))
            self._begins |= {key[:length] for length in range(1, len(key) + 1)}

    def settle(self, public: str = "") -> None:
        """Learn the first and last names too, once everybody is known; what is *public*, as the company is, stays."""
        known = {span.key for span in parts_of(compose(public))}
        for part, masks in self._short.items():
            if known.isdisjoint(keys_of(part)):
                self._keep(part, next(iter(masks)) if len(masks) == 1 else _SHARED)
        self._short.clear()

    def over(self, text: str | None) -> str:
        """*text* without identities."""
        if not text:
            return ""
        if text not in self._done:
            self._done[text] = self._without(compose(text))
        return self._done[text]

    def _without(self, text: str) -> str:
        found = sorted([*self._numbers(text), *self._ids_in(text), *self._names(text)], key=_first)
        shown, place = [], 0
        for start, end, mask in found:
            if start >= place:
                shown += [text[place:start], mask]
                place = end
        return "".join([*shown, text[place:]])

    def _numbers(self, text: str) -> Iterator[tuple[int, int, str]]:
        for start, end, number in numbers_in(text) if self._phones else ():
            for phone, mask in self._phones.get(_ending(number), {}).items():
                if same_phone(number, phone):
                    yield start, end, mask

    def _ids_in(self, text: str) -> Iterator[tuple[int, int, str]]:
        for start, end, name in ids_in(text, self._ids):
            yield start, end, self._ids[name]

    def _names(self, text: str) -> Iterator[tuple[int, int, str]]:
        """The longest known word that begins at each part of *text*."""
        parts, number = parts_of(text), 0
        while number < len(parts):
            longest = None
            for many, span, blank in join_parts(parts, text, number):
                if span.key not in self._begins and plain(span.key) not in self._begins:
                    break
                known = self._words.get(span.key) or self._words.get(plain(span.key))
                if known and may_be(known.parts, many, span.key, blank=blank):
                    longest = many, (span.start, span.end, known.mask)
            if longest:
                yield longest[1]
            number += longest[0] if longest else 1

    def over_all(self, value: Any) -> Any:  # noqa: ANN401 - JSON of any shape
        """*value*, of whatever shape JSON has, without identities."""
        if isinstance(value, str):
            return self.over(value)
        if isinstance(value, Mapping):
            return {self.over_all(key): self.over_all(inner) for key, inner in value.items()}
        return (
            [self.over_all(inner) for inner in value] if isinstance(value, list | tuple) else value
        )

    def detail(self, detail: Mapping[str, Any], untold: Collection[str] = ()) -> str:
        """The detail of a fact without identities and without what is *untold*, in one line."""
        known = {k: value for k, value in detail.items() if value is not None and k not in untold}
        return ", ".join(f"{key}: {self._plain(value)}" for key, value in known.items())

    def _plain(self, value: object) -> str:
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        return self.over(shown)


def _ending(phone: str) -> str:
    """The digits in which all spellings of one telephone end."""
    return digits_of(phone)[-FEWEST_DIGITS:]


def _first(found: tuple[int, int, str]) -> tuple[int, int]:
    return found[0], -found[1]


def for_auditors(*dialogues: Dialogue) -> Redactor:
    """What hides all of *dialogues*, read as they truly are, from an auditor; one person has one number in all."""
    redactor, people, helpers = Redactor(), dict[str, str](), dict[str, str]()
    for dialogue in dialogues:
        for role, person in dialogue.programme.roles.items():
            redactor.learn(
                role.value, name=person.name, words=_mail(person.email), phone=person.phone
            )
        for name, seat in dialogue.stakeholders.items():
            mask = people.setdefault(name, f"{PARTICIPANT}-{len(people) + 1}")
            _learn_seat(redactor, seat, mask)
        for name, helper in dialogue.helpers.items():
            mask = helpers.setdefault(name, f"helper-{len(helpers) + 1}")
            words = (helper.organisation, *_mail(helper.email))
            redactor.learn(mask, ids=(name,), name=helper.name, words=words, phone=helper.phone)
    programmes = (dialogue.programme for dialogue in dialogues)
    redactor.settle(" ".join(f"{one.company} {one.id}" for one in programmes))
    return redactor


def _learn_seat(redactor: Redactor, seat: Stakeholder, mask: str) -> None:
    words = (seat.organisation, seat.postal_address, *_mail(seat.email))
    redactor.learn(mask, ids=(seat.id,), name=seat.name, words=words, phone=seat.phone)
    for way in seat.left_ways:
        redactor.learn(mask, words=(way,), phone=None if "@" in way else way)


def without_speaker(
    dialogue: Dialogue | None, step: str, given: Mapping[str, Any], why: str
) -> str:
    """
    *why* the *step* was refused, without whose point it would have recorded.

    A point that was refused has no attribution yet that would let its speaker be named.
    """
    seat = dialogue.stakeholders.get(str(given.get("stakeholder"))) if dialogue else None
    if seat is None or step != Step.RECORD_CONTRIBUTION:
        return why
    redactor = Redactor()
    _learn_seat(redactor, seat, SPEAKER)
    redactor.settle()
    return redactor.over(why)


def _mail(address: str | None) -> tuple[str, ...]:
    """*address* in both ways in which it is written, with letters of its language and in those of the wire."""
    return (address, on_the_wire(address)) if address else ()


def _names(name: str) -> list[str]:
    """The names by which people are called in a sentence: the first and the last."""
    parts = name.split()
    ends = {parts[0], parts[-1]} if len(parts) > 1 else set()
    return [part for part in sorted(ends) if len(part) >= _SHORTEST]
