"""What cannot be is refused with a reason that helps, and changes nothing."""

import contextlib
from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any, cast

import pytest
from hypothesis import given as whatever
from hypothesis import strategies as st

from states.language.errors import BadInput, NotKnown, Refused
from states.model.dialogue import Phase
from states.model.people import Invitation, Role
from states.model.policy import Policy
from states.model.programme import Programme
from states.model.vocabulary import Step
from states.steps.decide import decide
from states.steps.table import STEPS
from states.values.values import LINE_LIMIT, TEXT_LIMIT
from tests.states.builders import (
    DECISIONS,
    DENIZ,
    NOOR,
    PEOPLE,
    POINTS,
    POLICY,
    STAKEHOLDERS,
    Given,
    Life,
    at_phase,
    disputed,
    live,
    opened,
    policy,
    programme,
    refusal_of,
    reopened,
    snapshot,
    utc,
)
from tests.states.examples import EXAMPLES, example, ready

POINT = {**POINTS["c1"], "id": "c9"}
SEAT = {**STAKEHOLDERS[DENIZ], "id": "spinners-in", "email": "spinners@mills.example"}
MEGABYTE = "x" * 1_000_000


def refused(chapter: str, by: str, step: str, given: Mapping[str, Any]) -> Refused:
    return live(chapter).refuse(by, step, **given)


@pytest.mark.parametrize(
    ("step", "meant"),
    [
        ("frobnicate", "act --steps"),
        ("invite_all", "Did you mean: invite-all"),
        ("Close-Session", "Did you mean: close-session"),
        ("desicde", "Did you mean: decide"),
        ("", "act --steps"),
        (MEGABYTE, "act --steps"),
        ("__init__", "act --steps"),
    ],
    ids=["nonsense", "underscore", "capitals", "typing error", "empty", "megabyte", "dunder"],
)
def test_an_unknown_step(step: str, meant: str) -> None:
    refusal = live("mapped").refuse("manager", step)

    assert (type(refusal), refusal.code) == (BadInput, "unknown-step")
    assert meant in refusal.why()
    assert len(refusal.why()) < 250


TEXTS: list[Any] = [
    pytest.param(MEGABYTE, "at most", id="a megabyte"),
    pytest.param("x" * (TEXT_LIMIT + 1), "at most", id="a character too many"),
    pytest.param("", "at least", id="nothing"),
    pytest.param("  \n ", "at least", id="blanks"),
    pytest.param("bel\x07", "U+0007", id="a bell"),
    pytest.param("null\x00", "U+0000", id="a null"),
    pytest.param("\x1b[31mred", "U+001B", id="an escape"),
    pytest.param("delete\x7f", "U+007F", id="a delete"),
    pytest.param("partial\x8bline", "U+008B", id="a C1 control"),
    pytest.param("back\rto", "U+000D", id="a carriage return"),
    pytest.param("half \ud800", "", id="half a character"),
    pytest.param(5, "must be text", id="a number"),
    pytest.param(None, "must be text", id="null"),
    pytest.param(["a"], "must be text", id="a list"),
    pytest.param({"a": 1}, "must be text", id="an object"),
    pytest.param(b"\xff\xfe", "", id="bytes"),
]


@pytest.mark.parametrize(("text", "word"), TEXTS)
def test_text_that_cannot_be(text: object, word: str) -> None:
    refusal = refused("spoken", "moderator", "record-contribution", {**POINT, "text": text})

    assert (type(refusal), refusal.code) == (BadInput, "bad-input")
    assert "text" in refusal.why()
    assert word in refusal.why()
    assert len(refusal.why()) < 500
    assert refusal.why().encode(errors="strict")


def test_text_as_people_write_it() -> None:
    text = "  Lijn één\n\tLijn twee – “zo” 👩🏽‍🏭 বাংলা עברית  "
    life = live("spoken").take("moderator", "record-contribution", **{**POINT, "text": text})

    assert life.dialogue.contributions["c9"].text == text.strip()
    longest = {**POINT, "id": "c10", "text": "x" * TEXT_LIMIT}
    life.take("moderator", "record-contribution", **longest)


@pytest.mark.parametrize(
    "name",
    ["", "C1", "c 1", "c/1", "c#1", "-c", ".c", "é", "c" * 65, "c1\n", "../c", 1, None, ["c"]],
    ids=repr,
)
def test_a_name_that_cannot_be(name: object) -> None:
    refusal = refused("spoken", "moderator", "record-contribution", {**POINT, "id": name})

    assert refusal.code == "bad-input"


@pytest.mark.parametrize(
    "name",
    ["manager", "sponsor", "system", "participant", "sealed-1", "sealed-42", "participant-3"],
)
def test_an_id_that_means_something_else(name: str) -> None:
    refusal = refused("mapped", "manager", "map-stakeholder", {**SEAT, "id": name})

    assert (type(refusal), refusal.code) == (BadInput, "reserved-name")


@pytest.mark.parametrize(
    "email",
    [
        "no at sign",
        "@wolkdraad.example",
        "noor@",
        "noor@@ngonoord.example",
        "noor@ngonoord",
        "a@b.example\r\nBcc: c@d.example",
        "a@b.example,c@d.example",
        "a" * 300 + "@b.example",
        "",
        7,
    ],
    ids=repr,
)
def test_a_broken_address(email: object) -> None:
    for step, given in (
        ("map-stakeholder", {**SEAT, "email": email}),
        ("change-contact", {"stakeholder": NOOR, "email": email}),
        ("hand-over", {"role": "manager", "person": {"name": "Mara", "email": email}}),
    ):
        refusal = refused("mapped", "manager", step, given)
        assert refusal.code == "bad-input"
        assert "email" in refusal.why()


@pytest.mark.parametrize(
    "email",
    ["deniz@izmirtextiles.example", "DENIZ@IzmirTextiles.example", " deniz@izmirtextiles.example "],
)
def test_one_address_is_one_seat(email: str) -> None:
    for step, given in (
        ("map-stakeholder", {**SEAT, "email": email}),
        ("change-contact", {"stakeholder": NOOR, "email": email}),
    ):
        refusal = refused("mapped", "manager", step, given)
        assert refusal.code == "address-taken"
        assert "Deniz" not in refusal.why("nl")
    corrected = {**STAKEHOLDERS[DENIZ], "name": "Deniz A."}
    live("mapped").take("manager", "map-stakeholder", **corrected)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"country": "Nederland"}, "country", id="a country by name"),
        pytest.param({"country": "nl"}, "country", id="a country in small letters"),
        pytest.param({"language": "Dutch"}, "language", id="a language by name"),
        pytest.param({"layer": "close"}, "layer", id="a layer that does not exist"),
        pytest.param({"at_risk": "maybe"}, "at_risk", id="perhaps at risk"),
        pytest.param({"name": "A\nB"}, "name", id="a name of two lines"),
        pytest.param({"name": "x" * (LINE_LIMIT + 1)}, "name", id="a long name"),
        pytest.param({"colour": "red"}, "colour", id="a field that does not exist"),
        pytest.param({"mapped_at": "2022-01-01T00:00Z"}, "mapped_at", id="a field of ours"),
        pytest.param({"invitation": "accepted"}, "invitation", id="an answer of theirs"),
    ],
)
def test_a_stakeholder_that_cannot_be(changes: Given, field: str) -> None:
    refusal = refused("mapped", "manager", "map-stakeholder", {**SEAT, **changes})

    assert refusal.code == "bad-input"
    assert field in refusal.why()


@pytest.mark.parametrize("step", [name for name, step in STEPS.items() if step.takes.model_fields])
def test_a_field_that_is_missing_is_named(step: str) -> None:
    needed = [
        name for name, field in STEPS[Step(step)].takes.model_fields.items() if field.is_required()
    ]
    phase = STEPS[Step(step)].phases[0]
    by, given = example(phase, step)
    for name in needed:
        without = {key: value for key, value in given.items() if key != name}
        refusal = ready(phase, step).refuse(by, step, **without)
        assert refusal.code == "bad-input"
        assert f"{name}: " in refusal.why()


@pytest.mark.parametrize("step", STEPS)
def test_a_field_that_does_not_exist_is_named(step: str) -> None:
    phase = STEPS[Step(step)].phases[0]
    by, given = example(phase, step)

    refusal = ready(phase, step).refuse(by, step, **given | {"colour": "red"})

    assert refusal.code == "bad-input"
    assert "colour" in refusal.why()


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("given", ["text", 5, ["a"], [1, 2], True], ids=repr)
def test_what_is_no_mapping(step: str, given: object) -> None:
    phase = STEPS[Step(step)].phases[0]
    life = ready(phase, step)
    by, _ = example(phase, step)
    before = snapshot(life.dialogue)

    with pytest.raises(Refused):
        decide(life.dialogue, Step(step), cast("Given", given), by, life.now)

    assert life.dialogue == before


UNKNOWN: list[Any] = [
    pytest.param("mapped", "drop-risk", {"risk": "x", "reason": "Weg."}, id="a risk"),
    pytest.param(
        "mapped", "map-stakeholder", {**SEAT, "speaks_for": ["x"]}, id="a risk spoken for"
    ),
    pytest.param("mapped", "map-stakeholder", {**SEAT, "replaces": "x"}, id="a seat replaced"),
    pytest.param("mapped", "drop-stakeholder", {"stakeholder": "x", "reason": "Weg."}, id="a seat"),
    pytest.param("mapped", "change-contact", {"stakeholder": "x", "phone": "1"}, id="a contact"),
    pytest.param("gather", "invite", {"stakeholder": "x"}, id="a guest"),
    pytest.param("met", "record-attendance", {"stakeholder": "x", "present": True}, id="a face"),
    pytest.param("met", "record-contribution", {**POINT, "stakeholder": "x"}, id="a speaker"),
    pytest.param(
        "spoken", "publish-summary", {"lines": dict.fromkeys([*POINTS, "x"], "R.")}, id="a line"
    ),
    pytest.param("weighed", "decide", {**DECISIONS["c1"], "contribution": "x"}, id="a point"),
    pytest.param(
        "signed", "answer-participant", {"covers": ["x"], "text": "Dank."}, id="an answer"
    ),
    pytest.param(
        "signed", "settle-dispute", {"contribution": "x", "text": "Dank."}, id="a dispute"
    ),
    pytest.param(
        "signed", "report-progress", {"commitment": "x", "status": "done"}, id="a promise"
    ),
    pytest.param(
        "signed", "postpone", {"duty": "x", "to": "2022-10-03", "reason": "R."}, id="a duty"
    ),
    pytest.param("signed", "record-delivery", {"to": "x", "how": "gebeld"}, id="a receiver"),
]


@pytest.mark.parametrize(("chapter", "step", "given"), UNKNOWN)
def test_what_nobody_knows(chapter: str, step: str, given: Given) -> None:
    by = "moderator" if step in {"record-contribution", "record-delivery"} else "manager"

    refusal = refused(chapter, by, step, given)

    assert isinstance(refusal, NotKnown)
    assert "x" in refusal.why()


STATES: list[Any] = [
    pytest.param("spoken", "moderator", "record-contribution", POINTS["c1"], "contribution-twice"),
    pytest.param("summarised", "moderator", "record-contribution", POINT, "summary-is-out"),
    pytest.param("spoken", NOOR, "check-line", EXAMPLES["check-line"][1], "summary-not-out"),
    pytest.param(
        "spoken", "moderator", "publish-summary", {"lines": {"c1": "R."}}, "lines-missing"
    ),
    pytest.param("summarised", "moderator", "publish-summary", {"lines": {}}, "summary-is-out"),
    pytest.param("invited", "manager", "invite", {"stakeholder": NOOR}, "already-invited"),
    pytest.param("invited", "manager", "invite-all", {}, "nobody-to-invite"),
    pytest.param("gather", NOOR, "accept-invitation", {}, "not-invited"),
    pytest.param("gather", NOOR, "decline-invitation", {}, "not-invited"),
    pytest.param("accepted", NOOR, "accept-invitation", {}, "already-accepted"),
    pytest.param("invited", NOOR, "share-expectation", {"text": "Een."}, "not-accepted-yet"),
    pytest.param("invited", "manager", "map-stakeholder", STAKEHOLDERS[NOOR], "already-invited"),
    pytest.param(
        "invited", "manager", "give-information", {"costs": "Nee."}, "information-promised"
    ),
    pytest.param(
        "invited",
        "manager",
        "drop-stakeholder",
        {"stakeholder": NOOR, "reason": "Weg."},
        "already-invited",
    ),
    pytest.param("mapped", "manager", "give-information", {}, "nothing-given"),
    pytest.param("mapped", "manager", "change-contact", {"stakeholder": NOOR}, "nothing-given"),
    pytest.param(
        "checked",
        "moderator",
        "close-session",
        {"no_contributions": "Stil."},
        "contributions-are-there",
    ),
]


@pytest.mark.parametrize(("chapter", "by", "step", "given", "code"), STATES)
def test_what_is_so_already_or_not_yet(
    chapter: str, by: str, step: str, given: Given, code: str
) -> None:
    assert refused(chapter, by, step, given).code == code


def test_a_summary_of_nothing() -> None:
    """It would close the session to whoever speaks afterwards."""
    live("met").refuse("moderator", "publish-summary", lines={})


def test_declined_twice() -> None:
    life = live("invited").take(NOOR, "decline-invitation")

    assert life.refuse(NOOR, "decline-invitation").code == "already-declined"


def test_a_stranger_contributes_nothing() -> None:
    life = live("met")
    life.dialogue.stakeholders["guest"] = life.dialogue.stakeholders[NOOR].model_copy(
        update={"id": "guest", "invitation": Invitation.NOT_YET}
    )

    refusal = life.refuse("moderator", "record-contribution", **POINT | {"stakeholder": "guest"})

    assert refusal.code == "speaker-not-invited"


def test_nobody_is_invited_whose_safety_was_not_considered() -> None:
    seat = {key: value for key, value in SEAT.items() if key != "at_risk"}
    life = live("gather").take("manager", "map-stakeholder", **seat)

    for step, given in (("invite", {"stakeholder": "spinners-in"}), ("invite-all", {})):
        assert life.refuse("manager", step, **given).code == "safety-considered"


def test_an_invitation_needs_all_its_fields() -> None:
    life = live("gather")
    life.dialogue.information = life.dialogue.information.model_copy(update={"costs": None})

    for step, given in (("invite", {"stakeholder": NOOR}), ("invite-all", {})):
        refusal = life.refuse("manager", step, **given)
        assert (refusal.code, refusal.details) == ("information-complete", {"fields": ["costs"]})


# --- decisions and commitments


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"outcome": "perhaps"}, "bad-input", id="perhaps"),
        pytest.param({"owner": "somebody"}, "bad-input", id="somebody"),
        pytest.param({"reason": ""}, "bad-input", id="no reason"),
        pytest.param({"change": {"before": "Ooit."}}, "bad-input", id="half a change"),
        pytest.param(
            {"commitment": {"id": "p", "what": "W.", "due": "2022-08-14"}},
            "date-in-the-past",
            id="a promise for yesterday",
        ),
        pytest.param(
            {"commitment": {"id": "p", "what": "W.", "due": "2022-02-30"}},
            "bad-input",
            id="a promise for 30 February",
        ),
        pytest.param(
            {"commitment": {"id": "clause", "what": "W.", "due": "2022-12-15"}},
            "commitment-twice",
            id="a promise that is another's",
        ),
    ],
)
def test_a_decision_that_cannot_be(changes: Given, code: str) -> None:
    assert live("settled").refuse("manager", "decide", **DECISIONS["c1"] | changes).code == code


def test_an_owner_that_nobody_is() -> None:
    roles = {role: who for role, who in PEOPLE.items() if role != "board"}
    life = live("weighed")
    life.dialogue.programme = programme(roles=roles)

    refusal = life.refuse("manager", "decide", **DECISIONS["c1"] | {"owner": "board"})

    assert (refusal.code, refusal.details["role"]) == ("role-not-named", Role.BOARD)


# --- dates


EXTREME = [
    "0001-01-01",
    "1900-01-01",
    "2999-12-31",
    "9999-12-30",
    "9999-12-31",
]
TIMES = [
    *(f"{date}T00:00" for date in EXTREME),
    "9999-12-31T23:59:59.999999",
    "9999-12-31T23:59-14:00",
    "0001-01-01T00:00+14:00",
    "0001-01-01T00:00Z",
]


@pytest.mark.parametrize("to", EXTREME)
@pytest.mark.parametrize(
    ("chapter", "step", "given", "path"),
    [
        ("signed", "postpone", {"duty": f"answer-participant/{NOOR}", "reason": "Later."}, "to"),
        ("mapped", "give-information", {}, "feedback_by"),
        ("weighed", "decide", DECISIONS["c2"], "commitment.due"),
        ("mapped", "reschedule-session", {"to": "2022-07-01T13:00", "reason": "R."}, "feedback_by"),
    ],
    ids=["postpone", "promise", "commitment", "promise of a moved session"],
)
def test_a_day_far_away(to: str, chapter: str, step: str, given: Given, path: str) -> None:
    bad = deepcopy(given)
    place, *rest = path.split(".")
    if rest:
        bad[place][rest[0]] = to
    else:
        bad[place] = to

    refusal = refused(chapter, "manager", step, bad)

    assert isinstance(refusal, BadInput)


@pytest.mark.parametrize("to", TIMES)
def test_a_session_far_away(to: str) -> None:
    refusal = refused("mapped", "manager", "reschedule-session", {"to": to, "reason": "R."})

    assert isinstance(refusal, BadInput)


def test_a_dialogue_in_the_chain_that_is_still_to_come() -> None:
    given = {**EXAMPLES["link-chain-dialogue"][1], "held": "2021-12-11"}

    assert refused("mapped", "manager", "link-chain-dialogue", given).code == "not-held-yet"


@pytest.mark.parametrize("step", STEPS)
def test_now_is_a_moment_with_a_zone(step: str) -> None:
    phase = STEPS[Step(step)].phases[0]
    life = ready(phase, step)
    by, given = example(phase, step)

    with pytest.raises(BadInput):
        decide(life.dialogue, Step(step), given, by, life.now.replace(tzinfo=None))


# --- what anybody may think of


NONSENSE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.dates()
    | st.datetimes()
    | st.binary(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@whatever(data=st.data(), phase=st.sampled_from(Phase), step=st.sampled_from(list(STEPS)))
def test_nonsense_is_refused_or_understood(data: st.DataObject, phase: Phase, step: str) -> None:
    """Whatever comes in a field of a sensible step: the law answers, and leaves the dialogue alone."""
    by, given = example(phase, step)
    given = deepcopy(given)
    if fields := list(STEPS[Step(step)].takes.model_fields):
        given[data.draw(st.sampled_from(fields))] = data.draw(NONSENSE)
    life = ready(phase, step)
    before = snapshot(life.dialogue)
    refusal_of(lambda: decide(life.dialogue, Step(step), given, by, life.now))
    assert life.dialogue == before


KNOWN = {*Role, *STAKEHOLDERS, *STEPS}
STRANGE = st.text(max_size=30).filter(lambda text: text not in KNOWN)


@whatever(step=STRANGE, by=STRANGE)
def test_nonsense_for_a_step_or_a_person(step: str, by: str) -> None:
    life = live("met")

    assert life.refuse("manager", step).code == "unknown-step"
    assert isinstance(life.refuse(by, "close-session"), NotKnown)


def test_a_person_of_a_megabyte() -> None:
    assert len(live("met").refuse(MEGABYTE, "close-session").why()) < 500


@pytest.mark.parametrize("life", [reopened, disputed, lambda: at_phase(Phase.CANCELLED)])
def test_every_step_leaves_its_input_alone(life: Any) -> None:  # noqa: ANN401 - a builder
    """Also when it is allowed."""
    lived: Life = life()
    for step, (by, given) in EXAMPLES.items():
        before, brought = snapshot(lived.dialogue), deepcopy(given)
        with contextlib.suppress(Refused):
            decide(lived.dialogue, Step(step), given, by, lived.now)
        assert lived.dialogue == before
        assert given == brought


# --- programmes and policies


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        pytest.param({"time_zone": "Amsterdam"}, "Europe/Amsterdam", id="a zone"),
        pytest.param({"country": "XX"}, "XX", id="a country"),
        pytest.param({"country": "Nederland"}, "country", id="a country by name"),
        pytest.param({"id": "Wolk & Draad"}, "id", id="an id"),
        pytest.param({"roles": {"boss": {"name": "B."}}}, "roles", id="a role"),
        pytest.param({"roles": {"manager": {"name": ""}}}, "name", id="a nameless manager"),
        pytest.param({"languages": ["Nederlands"]}, "languages", id="a language"),
        pytest.param({"holidays": ["31 june"]}, "holidays", id="a holiday"),
        pytest.param({"colour": "red"}, "colour", id="a field that does not exist"),
    ],
)
def test_a_programme_that_cannot_be(changes: Given, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        programme(**changes)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        pytest.param({"due": {"approve-analysis": "S-18"}}, "S-18w", id="a span without a unit"),
        pytest.param({"due": {"approve-analysis": "soon"}}, "soon", id="soon"),
        pytest.param({"due": {"dance": "S-18w"}}, "dance", id="a duty"),
        pytest.param({"ladders": {"standard": {"rungs": {"+1": ["manager"]}}}}, "rungs", id="rung"),
        pytest.param(
            {"ladders": {"standard": {"rungs": {"+5wd": ["manager"], "+1wd": ["manager"]}}}},
            "rise",
            id="rungs that fall",
        ),
        pytest.param(
            {"ladders": {"standard": {"rungs": {"+1wd": ["boss"]}}}}, "rungs", id="an audience"
        ),
        pytest.param({"limits": {"home_share": 0}}, "home_share", id="a share of nothing"),
        pytest.param({"limits": {"postponements": -1}}, "postponements", id="less than none"),
        pytest.param({"limits": {"colour": 1}}, "colour", id="a limit that does not exist"),
    ],
)
def test_a_policy_that_cannot_be(changes: Given, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        policy(**changes)


def test_a_policy_that_lacks_a_duty() -> None:
    values = POLICY.model_dump()
    del values["due"]["close-dialogue"]

    with pytest.raises(ValueError, match="close-dialogue"):
        Policy.model_validate(values)


def test_alerts_cannot_be_muted_by_policy() -> None:
    """From the manager's alert upwards nothing can be muted, by anyone (rules 25)."""
    silent: Given = {"rungs": {"-3wd": ["owner"]}, "repeat_every": None, "repeat_to": []}

    with pytest.raises(ValueError, match="feedback"):
        policy(ladders={"feedback": silent})


def test_a_session_at_no_moment() -> None:
    with pytest.raises(Refused):
        opened(session="2022-03-27 02:30")
    assert Programme.model_validate(programme().model_dump()) == programme()
    assert datetime.fromisoformat("2022-03-27T02:30").tzinfo is None
    assert utc("2022-03-27 02:30").tzinfo is not None
