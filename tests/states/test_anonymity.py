"""Anonymity is counted: among how many the speaker of a point could be, against a count made from the rule's text."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from states.model.contributions import Attribution, Contribution, LineVerdict, Seal
from states.model.dialogue import Dialogue, Phase
from states.model.people import Invitation, Stakeholder
from states.privacy.anonymity import Narrowing, PlannedPoint, anonymity, crowd_told
from tests.states.builders import live

SPEAKER = "s0"
MEETS = (Phase.EXPECTATION_GATHERING, Phase.SESSION, Phase.STRATEGY_UPDATE)
BASE = live("signed").dialogue
A_SEAT = next(iter(BASE.stakeholders.values()))
A_POINT = next(iter(BASE.contributions.values()))


@dataclass(frozen=True)
class Seat:
    """What may be known of somebody who could have spoken."""

    reply: str = "accepted"
    present: bool | None = True
    language: str = "nl"
    country: str = "NL"
    at_risk: bool | None = False
    open_points: int = 0
    sealed_points: int = 0
    erased: bool = False


def dialogue_of(seats: list[Seat], phase: Phase = Phase.SESSION) -> Dialogue:
    """A dialogue of *seats*, s0 the first of them, as far as these have come."""
    found = BASE.copy()
    found.phase = phase
    found.stakeholders = {f"s{n}": _stakeholder(f"s{n}", seat) for n, seat in enumerate(seats)}
    found.seals = {
        f"sealed-{n + 1}": Seal(id=f"sealed-{n + 1}", stakeholder=f"s{n}")
        for n in range(len(seats))
    }
    voices = [f"s{n}" for n, seat in enumerate(seats) for _ in range(seat.open_points)]
    voices += [f"sealed-{n + 1}" for n, seat in enumerate(seats) for _ in range(seat.sealed_points)]
    found.contributions = {f"c{n}": _point(f"c{n}", voice) for n, voice in enumerate(voices)}
    return found


def _stakeholder(name: str, seat: Seat) -> Stakeholder:
    facts = {
        "id": name,
        "invitation": Invitation(seat.reply),
        "present": seat.present,
        "language": seat.language,
        "country": seat.country,
        "at_risk": seat.at_risk,
        "erased_at": BASE.opened_at if seat.erased else None,
    }
    return A_SEAT.model_copy(update=facts)


def _point(name: str, voice: str) -> Contribution:
    level = Attribution.SEALED if voice.startswith("sealed") else Attribution.REGION
    return A_POINT.model_copy(update={"id": name, "voice": voice, "attribution": level})


def sealed(language: str | None = None, *, country: bool = False) -> PlannedPoint:
    """A point of the speaker that is not recorded yet."""
    return PlannedPoint(SPEAKER, Attribution.SEALED, language, country)


def counted(seats: list[Seat], phase: Phase, language: str | None, *, country: bool) -> int:
    """
    Count by brute force who the speaker could be, the first seat, by nothing but the words of the rule.

    Present at the session, with no open point, of the same language as a text in somebody's own words, of the same
    country where that shows, at risk where the speaker is.
    """
    me, k = seats[0], 1
    for other in seats[1:]:
        impossible = (
            other.erased
            or other.open_points > 0
            or (language is not None and other.language != language)
            or (country and other.country != me.country)
            or (me.at_risk is True and other.at_risk is not True)
        )
        said_yes = other.reply == "accepted"
        there = {
            Phase.EXPECTATION_GATHERING: said_yes,
            Phase.SESSION: said_yes if other.present is None else other.present,
            Phase.STRATEGY_UPDATE: other.present is True,
        }[phase]
        k += there and not impossible
    return k


SEATS = st.builds(
    Seat,
    reply=st.sampled_from(["not-yet", "invited", "accepted", "declined"]),
    present=st.sampled_from([None, True, False]),
    language=st.sampled_from(["nl", "en", "tr"]),
    country=st.sampled_from(["NL", "TR"]),
    at_risk=st.sampled_from([None, True, False]),
    open_points=st.integers(0, 2),
    sealed_points=st.integers(0, 2),
    erased=st.sampled_from([False, False, True]),
)
ROOMS = st.lists(SEATS, min_size=1, max_size=8)
LANGUAGES = st.sampled_from([None, "nl", "tr"])


@given(ROOMS, st.sampled_from(MEETS), LANGUAGES, st.booleans())
def test_the_crowd_is_that_of_the_rule(
    seats: list[Seat], phase: Phase, language: str | None, country: bool
) -> None:
    found = anonymity(dialogue_of(seats, phase), sealed(language, country=country))
    assert found.k == counted(seats, phase, language, country=country)
    left = list(found.why.values())
    assert left == sorted(left, reverse=True)
    assert left[-1] == found.k


@given(ROOMS.filter(lambda seats: len(seats) > 1), st.sampled_from(MEETS), LANGUAGES, st.data())
def test_who_leaves_never_hides_anybody_better(
    seats: list[Seat], phase: Phase, language: str | None, data: st.DataObject
) -> None:
    gone = data.draw(st.integers(1, len(seats) - 1))
    before = anonymity(dialogue_of(seats, phase), sealed(language, country=True))
    rest = seats[:gone] + seats[gone + 1 :]
    after = anonymity(dialogue_of(rest, phase), sealed(language, country=True))
    assert before.k - 1 <= after.k <= before.k


IMPOSSIBLE = {
    "absent": Seat(present=False),
    "never came": Seat(present=None, reply="declined"),
    "was never asked": Seat(present=None, reply="not-yet"),
    "spoke openly": Seat(open_points=1),
    "reads another language": Seat(language="tr", at_risk=True),
    "from elsewhere": Seat(country="TR", at_risk=True),
    "runs no risk": Seat(),
    "was not considered": Seat(at_risk=None),
    "was erased": Seat(at_risk=True, erased=True),
}


@pytest.mark.parametrize("other", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_nobody_counts_who_cannot_be_the_speaker(other: Seat) -> None:
    seats = [Seat(at_risk=True), *[Seat(at_risk=True)] * 4]
    asked = sealed("nl", country=True)
    assert anonymity(dialogue_of(seats), asked).k == 5
    assert anonymity(dialogue_of([*seats, other]), asked).k == 5


@given(ROOMS, st.sampled_from(MEETS))
def test_who_else_speaks_under_seal_changes_nothing(seats: list[Seat], phase: Phase) -> None:
    """Else the figure, which a speaker sees, would tell them who did."""
    silent = [replace(seat, sealed_points=0) for seat in seats]
    asked = sealed("nl")
    assert anonymity(dialogue_of(seats, phase), asked) == anonymity(
        dialogue_of(silent, phase), asked
    )


def test_each_thing_that_narrows_is_named_with_what_it_leaves() -> None:
    seats = [
        Seat(at_risk=True),
        Seat(at_risk=True),
        Seat(),
        Seat(country="TR"),
        Seat(language="tr"),
        Seat(open_points=1),
        Seat(present=False),
    ]
    found = anonymity(dialogue_of(seats), sealed("nl", country=True))
    assert found.why == {
        Narrowing.PRESENT: 6,
        Narrowing.NO_OPEN_POINT: 5,
        Narrowing.LANGUAGE: 4,
        Narrowing.COUNTRY: 3,
        Narrowing.AT_RISK: 2,
    }


def test_a_withdrawn_point_was_spoken_openly_too() -> None:
    found = dialogue_of([Seat(), Seat(open_points=1)])
    taken_back = {"line_verdict": LineVerdict.WITHDRAWN}
    found.contributions = {
        n: c.model_copy(update=taken_back) for n, c in found.contributions.items()
    }
    assert anonymity(found, sealed()).k == 1


@pytest.mark.parametrize("level", [a for a in Attribution if a is not Attribution.SEALED])
def test_only_a_seal_hides_anybody_from_the_company(level: Attribution) -> None:
    found = anonymity(dialogue_of([Seat()] * 9), PlannedPoint(SPEAKER, level))
    assert (found.k, found.why) == (1, {Narrowing.KNOWN: 1})


def test_a_recorded_point_counts_as_its_speakers_own_words() -> None:
    found = dialogue_of([Seat(sealed_points=1), Seat(), Seat(language="tr")])
    point = next(iter(found.contributions.values()))
    assert anonymity(found, point).k == 2
    assert Narrowing.LANGUAGE in anonymity(found, point).why


def test_who_may_not_know_the_speaker_cannot_count() -> None:
    found = dialogue_of([Seat(sealed_points=1), Seat()])
    found.seals = {
        name: seal.model_copy(update={"stakeholder": ""}) for name, seal in found.seals.items()
    }
    with pytest.raises(KeyError):
        anonymity(found, next(iter(found.contributions.values())))


@pytest.mark.parametrize(("k", "told"), [(1, None), (4, None), (5, 5), (9, 5), (10, 10), (47, 45)])
def test_the_speaker_is_told_a_round_number_and_never_more_than_it_is(
    k: int, told: int | None
) -> None:
    found = anonymity(dialogue_of([Seat()] * k), sealed())
    assert (found.k, crowd_told(found, 5)) == (k, told)
