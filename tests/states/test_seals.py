"""Under seal: only the moderator and the speaker can join a pseudonym to a person."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from states.language.errors import NotYours, Refused
from states.model.dialogue import Dialogue
from states.model.duties import kind_of
from states.model.facts import Fact, Notice
from states.model.vocabulary import DutyKind, Template
from states.privacy.readers import A_MANAGER, A_MODERATOR
from states.privacy.seals import may_know_notice, may_know_task
from states.privacy.visibility import (
    Hidden,
    Identity,
    Named,
    Organisation,
    Region,
    actor_seen,
    identity_of,
    unknown_to_auditors,
)
from states.steps.delivery import pass_on
from states.steps.table import STEPS
from tests.states.builders import (
    DECISIONS,
    DENIZ,
    JOKE,
    NOOR,
    PEOPLE,
    POINTS,
    RAHIMA,
    STAKEHOLDERS,
    Given,
    Life,
    answered,
    checked,
    closed,
    judged,
    live,
    live_with,
    people,
    programme,
    settled,
    signed,
    summarised,
    weighed,
)

SECRETS = (RAHIMA, "Rahima Khatun", "Needle Union", "rahima@needleunion.example")
SEALED = ("sealed-1", '"c2"', "'c2'", "/c2", "c2:")


def both_voices() -> Life:
    """Noor speaks openly (c1) and under seal (c6)."""
    life = live("spoken")
    point = {**POINTS["c1"], "id": "c6", "attribution": "sealed", "text": "Men zwijgt uit angst."}
    return life.take("moderator", "record-contribution", **point)


def eventful() -> Life:
    """A whole life in which much goes wrong with what was said under seal."""
    life = summarised(live("spoken"))
    life.at("2022-06-21")
    for who, point in ((NOOR, "c1"), (RAHIMA, "c2"), (DENIZ, "c3")):
        life.take(who, "check-line", contribution=point, verdict="confirmed")
    life.at("2022-07-20").take("moderator", "close-session")
    signed(settled(life)).at("2022-09-12")
    life.take(
        "manager", "postpone", duty="answer-participant/sealed-1", to="2022-10-03", reason="Druk."
    )
    life.at("2022-09-20").bounce(life.answer("c2"))
    life.at("2022-09-21").take("moderator", "record-delivery", to="sealed-1", how="phone")
    life.at("2022-09-22").take(RAHIMA, "give-verdict", heard="no")
    life.take(RAHIMA, "dispute-answer", contribution="c2", reason="Not my point.")
    life.at("2022-10-20").take("manager", "settle-dispute", contribution="c2", text="Alsnog.")
    for point in ("c1", "c3", "c5"):
        life.answer(point)
    life.take("sponsor", "report-progress", commitment="clause", status="done")
    life.take("manager", "note-lesson", text="Eerder.")
    return life.at("2022-12-20").take("manager", "close-dialogue")


LIVES: dict[str, Callable[[], Life]] = {
    "an easy life": lambda: live("closed"),
    "an eventful life": eventful,
    "a life that is late": lambda: live("signed").at("2023-06-01"),
    "a life that is called off": lambda: live("spoken").take(
        "sponsor", "cancel-dialogue", reason="Fusie."
    ),
}


def records(life: Life) -> Iterator[str]:
    """Everything that is written down or sent, one line each."""
    for _, fact in life.facts:
        yield fact.model_dump_json()
    for _, notice in life.notices:
        yield notice.model_dump_json()
    for duty in life.dialogue.duties.values():
        yield duty.model_dump_json()
    for contribution in life.dialogue.contributions.values():
        yield contribution.model_dump_json()
    for verdict in life.dialogue.verdicts.values():
        yield verdict.model_dump_json()


@pytest.mark.parametrize("name", LIVES)
def test_nothing_that_is_written_ties_the_two_names(name: str) -> None:
    life = LIVES[name]()
    sealed = [line for line in records(life) if any(mark in line for mark in SEALED)]

    assert len(sealed) > 3
    assert [line for line in sealed if any(secret in line for secret in SECRETS)] == []


@pytest.mark.parametrize("name", LIVES)
def test_what_carries_her_own_name_is_no_secret(name: str) -> None:
    """That she was mapped, invited and present is known; nothing else bears her name."""
    life = LIVES[name]()
    known = {
        "stakeholder-mapped",
        "participant-invited",
        "invitation-accepted",
        "expectation-shared",
        "attendance-recorded",
        "duty-opened",
        "duty-met",
    }
    about = {fact.fact for _, fact in life.facts if RAHIMA in fact.model_dump_json()}
    duties = {d.kind for d in life.dialogue.duties.values() if RAHIMA in d.model_dump_json()}

    assert about == known
    assert duties == {"invite-stakeholder", "answer-invitation", "share-expectation"}


@pytest.mark.parametrize("name", LIVES)
def test_the_seal_is_kept_in_one_place(name: str) -> None:
    dialogue = LIVES[name]().dialogue

    assert [(seal.id, seal.stakeholder) for seal in dialogue.seals.values()] == [
        ("sealed-1", RAHIMA)
    ]
    assert dialogue.contributions["c2"].voice == "sealed-1"


def test_the_speaker_of_a_sealed_step_is_its_pseudonym() -> None:
    life = eventful()
    spoken = {"line-checked", "verdict-given", "answer-disputed"}
    actors = {
        fact.actor
        for _, fact in life.facts
        if fact.fact in spoken and fact.subject in {"c2", "sealed-1"}
    }

    assert actors == {"sealed-1"}


# --- pseudonyms


def sealed_point(who: str, name: str) -> Given:
    return {"id": name, "stakeholder": who, "attribution": "sealed", "text": f"Punt {name}."}


def test_pseudonyms_follow_the_order_of_first_contributions() -> None:
    life = live("met")
    for who, name in ((DENIZ, "a"), (RAHIMA, "b"), (DENIZ, "c"), (NOOR, "d")):
        life.take("moderator", "record-contribution", **sealed_point(who, name))

    assert {c.id: c.voice for c in life.dialogue.contributions.values()} == {
        "a": "sealed-1",
        "b": "sealed-2",
        "c": "sealed-1",
        "d": "sealed-3",
    }
    assert [seal.stakeholder for seal in life.dialogue.seals.values()] == [DENIZ, RAHIMA, NOOR]


def test_whoever_is_at_risk_starts_under_seal() -> None:
    life = live("met")
    for who in (RAHIMA, NOOR):
        life.take("moderator", "record-contribution", id=f"p-{who}", stakeholder=who, text="Punt.")

    assert life.dialogue.contributions[f"p-{RAHIMA}"].voice == "sealed-1"
    assert life.dialogue.contributions[f"p-{NOOR}"].voice == NOOR


def test_whoever_speaks_openly_and_under_seal_is_owed_two_answers() -> None:
    life = both_voices()

    assert {d.whom for d in life.dialogue.owed(DutyKind.ANSWER_PARTICIPANT)} >= {NOOR, "sealed-2"}
    signed(settled_all(weighed(checked(summarised(life)))))
    life.at("2022-09-01").answer("c1")
    assert life.status(f"answer-participant/{NOOR}") == "met"
    assert life.status("answer-participant/sealed-2") == "open"
    assert life.answer("c6").to == "sealed-2"
    assert life.status("answer-participant/sealed-2") == "met"


def settled_all(life: Life) -> Life:
    settled(life)
    reason = "Het meldpunt komt in elke fabriek, met een eigen nummer."
    return life.take(
        "manager", "decide", contribution="c6", outcome="not-now", reason=reason, owner="manager"
    )


def test_two_answers_are_judged_one_after_the_other() -> None:
    life = signed(settled_all(weighed(checked(summarised(both_voices())))))
    life.at("2022-09-01").answer("c6")
    life.at("2022-09-02").answer("c1")
    life.take(NOOR, "give-verdict", heard="yes").take(NOOR, "give-verdict", heard="no")

    assert {v: life.dialogue.verdicts[v].heard for v in life.dialogue.verdicts} == {
        "sealed-2": "yes",
        NOOR: "no",
    }
    assert [f.actor for f in life.named("verdict-given")] == ["sealed-2", NOOR]


def test_by_a_pseudonym_one_judges_only_what_it_said() -> None:
    life = signed(settled_all(weighed(checked(summarised(both_voices())))))
    life.at("2022-09-01").answer("c1")

    assert life.refuse("sealed-2", "give-verdict", heard="yes").code == "nothing-to-judge"


# --- who records and hands on


@pytest.mark.parametrize("by", ["manager", "deputy"])
@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"stakeholder": NOOR, "attribution": "sealed"}, id="on request"),
        pytest.param({"stakeholder": RAHIMA}, id="at risk"),
    ],
)
def test_only_the_moderator_records_what_is_under_seal(by: str, given: Given) -> None:
    refusal = live("met").refuse(by, "record-contribution", id="c9", text="Stil.", **given)

    assert (type(refusal), refusal.code) == (NotYours, "seal-needs-moderator")


@pytest.mark.parametrize("role", ["manager", "deputy", "sponsor", "board", "confidant"])
def test_only_an_independent_moderator_does(role: str) -> None:
    company = programme(roles=people(moderator=PEOPLE[role]))
    life = live_with(upto="met", company=company)

    refusal = life.refuse("moderator", "record-contribution", **POINTS["c2"])

    assert refusal.code == "seal-needs-moderator"


def test_a_moderator_who_is_a_stakeholder_is_not_independent() -> None:
    noor = {"name": "Noor", "email": "noor@ngonoord.example"}
    life = live_with(upto="met", company=programme(roles=people(moderator=noor)))

    refusal = life.refuse("moderator", "record-contribution", **POINTS["c2"])

    assert refusal.code == "seal-needs-moderator"


# --- what is seen


def test_the_manager_answers_without_knowing_whom() -> None:
    decision = live("signed").decided("manager", "answer-participant", covers=["c2"], text="Dank.")

    assert [n.to for n in decision.notices] == ["sealed-1"]
    assert not any(
        secret in json.dumps([f.model_dump() for f in decision.facts]) for secret in SECRETS
    )


def test_the_answer_still_reaches_the_speaker() -> None:
    dialogue = live("signed").dialogue
    reader = dialogue.reader("sealed-1")

    assert reader is not None
    assert reader.email == STAKEHOLDERS[RAHIMA]["email"]


@pytest.mark.parametrize(
    ("attribution", "shown"),
    [
        ("named", Named("Noor Campagne", "Ngo Noord")),
        ("organisation", Organisation("Ngo Noord")),
        ("region", Hidden()),
        ("sealed", Hidden("sealed-1")),
    ],
)
def test_what_an_attribution_lets_the_manager_know(attribution: str, shown: Identity) -> None:
    point = {**POINTS["c1"], "attribution": attribution}
    dialogue = live("met").take("moderator", "record-contribution", **point).dialogue

    assert identity_of(dialogue, dialogue.contributions["c1"].voice) == shown


def test_an_auditor_knows_nobody() -> None:
    names = unknown_to_auditors(live("signed").dialogue)

    assert list(names) == list(STAKEHOLDERS)
    assert list(names.values()) == [f"participant-{number}" for number in range(1, 5)]


ATTEMPTS: list[tuple[str, str, Given]] = [
    ("spoken", "check-line", {"contribution": "c2", "verdict": "confirmed"}),
    ("summarised", "check-line", {"contribution": "c2", "verdict": "maybe"}),
    ("summarised", "check-line", {"contribution": "c2", "verdict": "corrected"}),
    ("signed", "check-line", {"contribution": "c2", "verdict": "confirmed"}),
    ("signed", "dispute-answer", {"contribution": "c2", "reason": "Not my point."}),
    ("answered", "dispute-answer", {"contribution": "c2"}),
    ("answered", "dispute-answer", {"contribution": "c2", "reason": "x" * 30_000}),
    ("answered", "give-verdict", {"heard": "maybe"}),
    ("answered", "give-verdict", {"heard": "yes", "colour": "red"}),
    ("closed", "give-verdict", {"heard": "maybe"}),
    ("closed", "check-line", {"contribution": "c2", "verdict": "confirmed"}),
    ("answered", "give-verdikt", {"contribution": "c2"}),
    ("weighed", "decide", DECISIONS["c2"]),
    ("answered", "settle-dispute", {"contribution": "c2", "text": "Zo."}),
]


def shown(dialogue: Dialogue, refusal: Refused, by: str, step: str, given: Given) -> str:
    """What the manager sees of a refused step: who, what, and why in Dutch and in English."""
    seen = [actor_seen(dialogue, by, step, given), step, refusal.why("nl"), refusal.why("en")]
    return json.dumps(seen)


@pytest.mark.parametrize(("chapter", "step", "given"), ATTEMPTS)
@pytest.mark.parametrize("by", [RAHIMA, "sealed-1"])
def test_a_refusal_does_not_tie_the_two_names(
    by: str, chapter: str, step: str, given: Given
) -> None:
    life = live(chapter)
    refusal = life.refuse(by, step, **given)
    text = shown(life.dialogue, refusal, by, step, given)

    assert not any(secret in text for secret in SECRETS)


@pytest.mark.parametrize(("chapter", "step", "given"), ATTEMPTS)
def test_a_refusal_of_the_moderator_does_not_tie_the_two_names(
    chapter: str, step: str, given: Given
) -> None:
    """The moderator acts for somebody under seal, and errs."""
    life = live(chapter)
    refusal = life.refuse("moderator", step, **given | {"stakeholder": RAHIMA})
    text = shown(life.dialogue, refusal, "moderator", step, given)

    tied = any(secret in text for secret in SECRETS) and any(
        mark in text for mark in ("c2", "sealed-")
    )
    assert not tied


@pytest.mark.parametrize(("chapter", "step", "given"), ATTEMPTS)
@pytest.mark.parametrize("by", ["manager", "deputy", "sponsor", NOOR, JOKE])
def test_trying_for_somebody_tells_nothing_about_them(
    by: str, chapter: str, step: str, given: Given
) -> None:
    """The refusal for the true speaker is the refusal for anybody with an address."""
    life = live(chapter)

    def said(who: str) -> str:
        refusal = life.refuse(by, step, **given | {"stakeholder": who})
        return refusal.why("en").replace(who, "…")

    assert said(RAHIMA) == said(DENIZ)


@pytest.mark.parametrize("named", ["sealed-1", RAHIMA, None])
@pytest.mark.parametrize("by", [RAHIMA, "sealed-1"])
def test_the_speaker_may_name_themselves_either_way(by: str, named: str | None) -> None:
    given = {"contribution": "c2", "verdict": "confirmed", "stakeholder": named}

    decision = live("summarised").decided(by, "check-line", **given)

    assert {fact.actor for fact in decision.facts} == {"sealed-1"}


@pytest.mark.parametrize("by", [RAHIMA, "sealed-1"])
def test_naming_somebody_else_does_not_tie_the_two_names(by: str) -> None:
    life = live("summarised")
    given = {"contribution": "c2", "verdict": "confirmed", "stakeholder": DENIZ}
    refusal = life.refuse(by, "check-line", **given)

    assert RAHIMA not in shown(life.dialogue, refusal, by, "check-line", given)


def test_a_step_of_another_kind_keeps_the_own_name() -> None:
    dialogue = live("answered").dialogue

    assert actor_seen(dialogue, NOOR, "give-verdict", {}) == NOOR
    assert actor_seen(dialogue, RAHIMA, "accept-invitation", {}) == RAHIMA
    assert actor_seen(dialogue, "manager", "decide", {"contribution": "c2"}) == "manager"
    assert actor_seen(dialogue, "stranger", "check-line", {"contribution": "c2"}) == "stranger"


@pytest.mark.parametrize("step", [name for name, s in STEPS.items() if "participant" in s.by])
def test_actor_seen_never_breaks(step: str) -> None:
    odd: list[Any] = [{}, {"contribution": None}, {"contribution": ["c2"]}, {"contribution": 2}]
    for given in odd:
        assert actor_seen(live("answered").dialogue, RAHIMA, step, given) in {RAHIMA, "sealed-1"}


def test_facts_never_carry_what_people_said() -> None:
    """The journal carries ids, dates and counts: the words can be erased without breaking its chain."""
    life = eventful()
    said = [c.text for c in life.dialogue.contributions.values()]
    said += [str(s.expectation) for s in life.dialogue.stakeholders.values() if s.expectation]
    said += [str(s.email) for s in life.dialogue.stakeholders.values() if s.email]
    said += [s.name for s in life.dialogue.stakeholders.values()]
    facts = json.dumps([fact.model_dump(mode="json") for _, fact in life.facts], ensure_ascii=False)

    assert [words for words in said if words in facts] == []


def test_facts_and_notices_can_be_written_down() -> None:
    life = eventful()

    for _, fact in life.facts:
        said = fact.model_copy(update={"hold": None})  # until when it waits is no part of it
        assert Fact.model_validate_json(fact.model_dump_json()) == said
    for _, notice in life.notices:
        assert Notice.model_validate_json(notice.model_dump_json()) == notice


def test_a_life_can_be_lived_again() -> None:
    """The same steps at the same moments give the same facts, notices and duties."""
    one, other = eventful(), eventful()

    assert (one.facts, one.notices, one.dialogue) == (other.facts, other.notices, other.dialogue)
    assert closed(judged(answered(live("signed")))).dialogue == live("closed").dialogue


@pytest.mark.parametrize(
    ("seats", "shown"),
    [
        ("ngo NL*5", Region("ngo", "NL")),
        ("ngo NL*4", Hidden()),
        ("ngo NL*5 + ngo DE*1", Region("ngo")),
        ("ngo NL*5 + ngo DE*5", Region("ngo", "NL")),
        ("ngo NL*4 + ngo DE*4", Region("ngo")),
        ("ngo NL*4 + ngo DE*5", Region("ngo")),
        ("ngo NL*5 + union BD*1", Hidden()),
        ("ngo NL*5 + union BD*5", Region("ngo", "NL")),
        ("ngo NL*4 + ngo DE*1 + union BD*1", Hidden()),
        ("ngo NL*1 + union BD*9", Hidden()),
    ],
)
def test_a_region_fits_more_than_a_few(seats: str, shown: Identity) -> None:
    point = {**POINTS["c1"], "attribution": "region"}
    dialogue = live("met").take("moderator", "record-contribution", **point).dialogue
    speaker = dialogue.stakeholders[dialogue.contributions["c1"].voice]
    kinds = [(one.split("*")[0].split(), int(one.split("*")[1])) for one in seats.split(" + ")]
    told = [kind for kind, number in kinds for _ in range(number)]
    dialogue.stakeholders = {
        name: speaker.model_copy(update={"id": name, "category": category, "country": country})
        for name, (category, country) in zip(
            [speaker.id, *(f"s{n}" for n in range(1, len(told)))], told, strict=True
        )
    }

    assert identity_of(dialogue, dialogue.contributions["c1"].voice) == shown
    absent = {
        name: s.model_copy(update={"present": name == speaker.id})
        for name, s in dialogue.stakeholders.items()
    }
    dialogue.stakeholders = absent
    assert identity_of(dialogue, dialogue.contributions["c1"].voice) == Hidden()


@pytest.mark.parametrize("attribution", ["named", "organisation", "region"])
def test_what_somebody_at_risk_said_is_opened_by_the_moderator_alone(attribution: str) -> None:
    point = {**POINTS["c2"], "attribution": attribution}
    for role in ("manager", "deputy"):
        refusal = live("met").refuse(role, "record-contribution", **point)
        assert (type(refusal), refusal.code) == (NotYours, "risk-needs-moderator")
    dialogue = live("met").take("moderator", "record-contribution", **point).dialogue
    assert dialogue.contributions["c2"].voice == RAHIMA
    assert not dialogue.seals


# --- how they are reached


def test_a_task_that_goes_up_is_no_more_told_than_the_first() -> None:
    """Whoever is asked to bring it, that there is something to bring by hand tells how a sealed voice is reached."""
    life = live("signed")
    life.mail = False
    task, heard = life.answer("c2"), []
    while found := pass_on.by_hand(life.dialogue, task, life.now).notices:
        task = found[0]
        heard.append(task)

    assert [one.to for one in heard] == ["moderator", "confidant", "board"]
    for reader, told in ((A_MANAGER, [False] * 3), (A_MODERATOR, [True] * 3)):
        asked = [(one.to, one.template, one.kind) for one in heard]
        assert [may_know_task(reader, *one) for one in asked] == told


@pytest.mark.parametrize(
    ("duty", "told"),
    [
        ("answer-participant/sealed-1", True),
        ("give-verdict/sealed-1", False),
        ("check-summary/sealed-1", False),
        ("answer-dispute/c2", True),
        (f"give-verdict/{NOOR}", True),
        (None, True),
    ],
)
def test_of_what_is_owed_to_a_sealed_voice_the_debts_alone_are_told(
    duty: str | None, told: bool
) -> None:
    kind = kind_of(duty) if duty else None
    assert may_know_notice(A_MANAGER, "manager", Template.DUTY_LATE, kind, duty) is told
    assert may_know_notice(A_MODERATOR, "manager", Template.DUTY_LATE, kind, duty)
    assert not may_know_notice(A_MANAGER, "sealed-1", Template.ANSWER, kind, duty)
