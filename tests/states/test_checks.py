"""Each check: in order, not yet with what is missing, or passed by hand when it is soft."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from states.checks.checks import RULES, Check, checks_of, overridable
from states.language.errors import BadInput, ChecksNotMet
from states.model.contributions import LineVerdict
from states.model.dialogue import OPEN_PHASES, Phase
from states.steps.machine import leaving_step
from tests.states.builders import (
    DECISIONS,
    DENIZ,
    INFORMATION,
    JOKE,
    NOOR,
    RAHIMA,
    RISKS,
    STAKEHOLDERS,
    Given,
    Life,
    accepted,
    at_phase,
    live,
    live_with,
    mapped,
    opened,
    people,
    policy,
    programme,
    reopened,
)

A, E, S, U, F = OPEN_PHASES
NL_SEATS = ("bank", "retailer", "ministry")


def check(life: Life, name: str) -> Check:
    (found,) = [each for each in checks_of(life.dialogue, life.now) if each.name == name]
    return found


def without_role(role: str) -> Life:
    return live_with(upto="mapped", company=programme(roles=people(without=role)))


def change(life: Life, who: str, **changes: Any) -> Life:  # noqa: ANN401 - fields of a stakeholder
    seat = life.dialogue.stakeholders[who]
    life.dialogue.stakeholders[who] = seat.model_copy(update=changes)
    return life


def points(life: Life, **changes: Any) -> Life:  # noqa: ANN401 - fields of a contribution
    for name, point in life.dialogue.contributions.items():
        life.dialogue.contributions[name] = point.model_copy(update=changes)
    return life


def crowded() -> Life:
    """Three more seats from home: five of seven."""
    life = live("mapped")
    for who in NL_SEATS:
        life.take(
            "manager",
            "map-stakeholder",
            **STAKEHOLDERS[NOOR] | {"id": who, "email": f"{who}@x.example"},
        )
    return life


def undecided() -> Life:
    life = live("mapped")
    seat = {k: v for k, v in STAKEHOLDERS[DENIZ].items() if k not in {"at_risk", "email"}}
    return life.take("manager", "map-stakeholder", **seat)


def newcomer() -> Life:
    seat = {
        **STAKEHOLDERS[DENIZ],
        "id": "spinners-in",
        "country": "IN",
        "email": None,
        "phone": "1",
    }
    return live("accepted").take("manager", "map-stakeholder", **seat)


def uninformed() -> Life:
    half = {k: v for k, v in INFORMATION.items() if k not in {"costs", "feedback_by"}}
    return mapped(opened(information=half)).take("manager", "approve-analysis")


def lost() -> Life:
    return live("accepted").take(DENIZ, "decline-invitation", reason="Geen visum.")


def replaced(**changes: Any) -> Life:  # noqa: ANN401 - fields of a mapping
    life = lost()
    seat = {**STAKEHOLDERS[DENIZ], "id": "bursa-knits", "email": "b@knits.example", **changes}
    life.take("manager", "map-stakeholder", **seat)
    life.skip("2022-05-31").take("manager", "invite", stakeholder="bursa-knits")
    return life.take("bursa-knits", "accept-invitation")


def silent_sponsor() -> Life:
    return live("checked").take("manager", "record-management", role="sponsor", present=False)


def two_hats() -> Life:
    """The moderator is the manager's deputy."""
    life = live("accepted")
    return life.take("moderator", "hand-over", role="moderator", person=people()["deputy"])


def said_nothing() -> Life:
    life = live("met")
    return life.at("2022-06-17")


def stock(reason: str) -> Life:
    life = live("weighed").at("2022-08-15")
    for decision in DECISIONS.values():
        life.take("manager", "decide", **decision | {"reason": reason})
    return life


def bare(outcome: str) -> Life:
    given: Given = {
        "contribution": "c1",
        "outcome": outcome,
        "owner": "manager",
        "reason": "Het staat er voortaan in.",
    }
    return live("settled").take("manager", "decide", **given)


def in_dispute() -> Life:
    return live("judged").take(NOOR, "dispute-answer", contribution="c1", reason="Niet mijn punt.")


@dataclass(frozen=True)
class Case:
    """A check that is not in order, and what it says is missing."""

    phase: Phase
    name: str
    life: Callable[[], Life]
    says: tuple[str, ...]


def hollow(text: str) -> Life:
    """An answer that says nothing."""
    return live("signed").take("manager", "answer-participant", covers=["c1"], text=text)


def unreachable() -> Life:
    return change(live("gather"), JOKE, phone=None)


def without_hands() -> Life:
    life = live("gather")
    roles = {
        r: p
        for r, p in life.dialogue.programme.roles.items()
        if r not in {"moderator", "confidant"}
    }
    life.dialogue.programme = life.dialogue.programme.model_copy(update={"roles": roles})
    return life


CASES = [
    Case(A, "roles-named", lambda: without_role("deputy"), ("deputy",)),
    Case(A, "roles-named", lambda: without_role("sponsor"), ("sponsor",)),
    Case(A, "risks-named", opened, ("name-risk",)),
    Case(
        A,
        "affected-represented",
        lambda: change(live("mapped"), RAHIMA, layer="proxy"),
        ("sewers", "BD", "wages-bd"),
    ),
    Case(
        A,
        "critical-voice",
        lambda: change(live("mapped"), NOOR, critical=False),
        ("override-check",),
    ),
    Case(A, "home-share", crowded, ("5", "7", "NL", "3")),
    Case(A, "home-share", opened, ("map-stakeholder",)),
    Case(A, "safety-considered", undecided, (DENIZ, "at_risk")),
    Case(E, "information-complete", uninformed, ("costs", "feedback_by", "give-information")),
    Case(E, "everyone-invited", newcomer, ("spinners-in",)),
    Case(E, "reachable", unreachable, (JOKE,)),
    Case(E, "hands-named", without_hands, (JOKE, RAHIMA)),
    Case(E, "answers-in", lambda: live("invited"), (NOOR, RAHIMA, DENIZ, JOKE)),
    Case(E, "answers-in", lambda: live("invited").take(NOOR, "accept-invitation"), (NOOR,)),
    Case(E, "expectations-echoed", lambda: live("gather"), ("echo-expectations",)),
    Case(E, "declined-replaced", lost, (DENIZ,)),
    Case(
        E,
        "affected-represented",
        lambda: live("accepted").take(RAHIMA, "decline-invitation"),
        ("sewers", "BD", "wages-bd"),
    ),
    Case(S, "session-held", lambda: live("accepted"), ("2022-06-16 13:00", "reschedule-session")),
    Case(S, "attendance-recorded", lambda: change(live("checked"), JOKE, present=None), (JOKE,)),
    Case(S, "management-present", silent_sponsor, ("record-management",)),
    Case(S, "independent-moderator", two_hats, ("hand-over",)),
    Case(S, "contributions-recorded", said_nothing, ("record-contribution",)),
    Case(S, "summary-checked", lambda: live("spoken"), ("publish-summary",)),
    Case(S, "summary-checked", lambda: live("summarised"), (NOOR, "sealed-1", DENIZ, JOKE)),
    Case(U, "everything-decided", lambda: live("weighed"), ("c1", "c2", "c3", "c5")),
    Case(U, "adoptions-traced", lambda: bare("adopted"), ("c1",)),
    Case(U, "adoptions-traced", lambda: bare("partly"), ("c1",)),
    Case(U, "strategy-signed", lambda: live("settled"), ("sign-strategy",)),
    Case(U, "no-stock-phrases", lambda: stock("Wij nemen dit mee."), ("c1", "c2", "c3", "c5")),
    Case(F, "everyone-answered", lambda: live("signed"), (NOOR, "sealed-1", DENIZ, JOKE, "4")),
    Case(F, "answers-speak", lambda: hollow("ok"), ("c1",)),
    Case(F, "verdicts-in", lambda: live("answered"), (NOOR, "sealed-1", "2022-10-04")),
    Case(F, "disputes-settled", in_dispute, ("c1",)),
    Case(F, "lessons-noted", lambda: live("answered"), ("note-lesson",)),
]


def in_phase(case: Case) -> Life:
    """Hold the life up to the checks of the phase of *case*."""
    life = case.life()
    life.dialogue.phase = case.phase
    return life


@pytest.mark.parametrize(
    "case", CASES, ids=[f"{c.phase}: {c.name} {n}" for n, c in enumerate(CASES)]
)
def test_not_yet(case: Case) -> None:
    found = check(in_phase(case), case.name)

    assert not found.ok
    assert found.passes is (found.strength == "shown")
    assert not found.overridden
    for language in ("nl", "en"):
        assert found.missing(language)
        assert all(word in found.why(language) for word in case.says)
    assert found.why("nl") != found.why("en")


@pytest.mark.parametrize("phase", OPEN_PHASES)
def test_in_order(phase: Phase) -> None:
    life = at_phase(phase)
    if phase is U:
        life.dialogue.signed_at = life.now

    checks = checks_of(life.dialogue, life.now)

    assert {each.name: each.missing() for each in checks} == {each.name: [] for each in checks}
    assert all(each.ok and each.passes for each in checks)
    assert {each.why("nl") for each in checks} == {"In orde."}
    assert {each.why("en") for each in checks} == {"In order."}


def test_every_check_has_a_case() -> None:
    carried = {(A, "debts-carried")}  # opening carries them by itself: it is never open

    assert {(c.phase, c.name) for c in CASES} | carried == {(r.phase, r.name) for r in RULES}


@pytest.mark.parametrize("phase", [p for p in Phase if p not in OPEN_PHASES])
def test_an_end_has_no_checks(phase: Phase) -> None:
    life = at_phase(phase)

    assert checks_of(life.dialogue, life.now) == []


STRENGTHS = {
    A: {
        "roles-named": "hard",
        "risks-named": "hard",
        "affected-represented": "soft",
        "critical-voice": "soft",
        "home-share": "soft",
        "safety-considered": "hard",
        "debts-carried": "hard",
    },
    E: {
        "information-complete": "hard",
        "everyone-invited": "hard",
        "reachable": "hard",
        "hands-named": "hard",
        "answers-in": "hard",
        "expectations-echoed": "hard",
        "declined-replaced": "soft",
        "affected-represented": "soft",
    },
    S: {
        "session-held": "hard",
        "attendance-recorded": "hard",
        "management-present": "soft",
        "independent-moderator": "hard",  # a seat is at risk
        "contributions-recorded": "hard",
        "summary-checked": "hard",
    },
    U: {
        "everything-decided": "hard",
        "adoptions-traced": "hard",
        "strategy-signed": "hard",
        "no-stock-phrases": "soft",
    },
    F: {
        "everyone-answered": "hard",
        "answers-speak": "shown",
        "verdicts-in": "hard",
        "disputes-settled": "hard",
        "lessons-noted": "soft",
    },
}


@pytest.mark.parametrize("phase", OPEN_PHASES)
def test_the_checks_are_those_of_the_law(phase: Phase) -> None:
    checks = checks_of(at_phase(phase).dialogue, at_phase(phase).now)

    assert {each.name: each.strength for each in checks} == STRENGTHS[phase]
    assert all(
        any(who in each.source for who in ("SER", "OECD", "AA1000SES", "UN guiding"))
        for each in checks
    )


@pytest.mark.parametrize("phase", OPEN_PHASES)
def test_checks_keep_the_phase_from_being_left(phase: Phase) -> None:
    step = leaving_step(phase)
    assert step is not None
    early = {E: "gather", S: "met", U: "weighed", F: "signed"}
    life = live(early[phase]) if phase in early else opened()

    refusal = life.refuse("sponsor" if phase is U else "manager", step)

    assert isinstance(refusal, ChecksNotMet)
    assert refusal.checks
    for language in ("nl", "en"):
        for each in refusal.checks:
            assert each.name in refusal.why(language)
            assert each.why(language) in refusal.why(language)


# --- overriding


def of_strength(strength: str) -> list[Any]:
    return [
        pytest.param(rule.phase, rule.name, id=f"{rule.phase}: {rule.name}")
        for rule in RULES
        if rule.strength == strength
    ]


@pytest.mark.parametrize(("phase", "name"), of_strength("hard"))
@pytest.mark.parametrize("by", ["manager", "deputy", "sponsor"])
def test_a_hard_check_is_never_overridden(phase: Phase, name: str, by: str) -> None:
    life = at_phase(phase)
    refusal = life.refuse(by, "override-check", check=name, reason="Haast.")

    assert (type(refusal), refusal.code) == (BadInput, "not-overridable")
    assert all(soft in refusal.why() for soft in overridable(life.dialogue))


@pytest.mark.parametrize(("phase", "name"), of_strength("soft"))
def test_a_soft_check_is_overridden_by_name_and_reason(phase: Phase, name: str) -> None:
    case = next(c for c in CASES if (c.phase, c.name) == (phase, name))
    life = in_phase(case).take("manager", "override-check", check=name, reason="Geen budget.")

    found = check(life, name)
    override = life.dialogue.overrides[f"{phase}/{name}"]

    assert (found.ok, found.overridden, found.passes) == (False, True, True)
    assert found.missing("nl")
    assert (override.name, override.by) == ("Mirjam Bakker", "manager")
    assert (override.reason, override.at) == ("Geen budget.", life.now)
    assert life.facts[-1][1].fact == "check-overridden"


@pytest.mark.parametrize("name", ["management-present", "nice", "home_share"])
def test_only_checks_of_this_phase_are_overridden(name: str) -> None:
    refusal = live("mapped").refuse("manager", "override-check", check=name, reason="Haast.")

    assert refusal.code == "not-overridable"


def test_an_override_counts_for_the_leaving_of_its_phase_alone() -> None:
    life = crowded()
    change(life, RAHIMA, layer="proxy")
    for name in ("home-share", "affected-represented"):
        life.take("manager", "override-check", check=name, reason="Geen budget.")
    life.take("manager", "approve-analysis")

    assert not check(life, "affected-represented").overridden


def test_an_override_does_not_count_for_a_phase_that_is_entered_again() -> None:
    life = stock("Wij nemen dit mee.")
    traced = DECISIONS["c1"] | {"reason": "Wij nemen dit mee."}
    life.take("manager", "decide", **traced)
    life.take("manager", "override-check", check="no-stock-phrases", reason="Nu niet beter.")
    life.at("2022-08-25").take("sponsor", "sign-strategy")
    life.at("2022-09-01").answer("c1")
    life.at("2022-09-02").take(NOOR, "dispute-answer", contribution="c1", reason="Lege woorden.")
    life.at("2022-09-05").take("manager", "decide", **traced)

    refusal = life.refuse("sponsor", "sign-strategy")

    assert isinstance(refusal, ChecksNotMet)
    assert [each.name for each in refusal.checks] == ["no-stock-phrases"]


# --- the finer points


def test_home_share_may_be_exactly_half() -> None:
    assert check(live("mapped"), "home-share").ok


def test_home_share_follows_the_policy() -> None:
    life = live_with(upto="mapped", rules=policy(limits={"home_share": 0.4}))

    (missing,) = check(life, "home-share").missing()
    assert missing.startswith("2 of 4 seats are from NL; at most 1 would fit.")


@pytest.mark.parametrize(
    ("layer", "heard"),
    [("affected", True), ("representative", True), ("proxy", False), ("expert", False)],
)
def test_only_close_seats_speak_for_those_affected(layer: str, heard: bool) -> None:
    seat = STAKEHOLDERS[RAHIMA] | {"layer": layer}
    life = live("mapped").take("manager", "map-stakeholder", **seat)

    assert check(life, "affected-represented").ok is heard


@pytest.mark.parametrize(
    ("held", "now", "covered"),
    [
        pytest.param("2021-11-20", "2021-12-10", True, id="last month"),
        pytest.param("2020-12-10", "2021-12-10", True, id="twelve months ago"),
        pytest.param("2020-12-09", "2021-12-10", False, id="a day too long ago"),
        pytest.param("2021-03-30", "2022-03-31", False, id="a day too long ago at a month's end"),
        pytest.param("2021-12-10", "2021-12-10", True, id="today"),
    ],
)
def test_a_chain_dialogue_covers_its_risk_for_twelve_months(
    held: str, now: str, covered: bool
) -> None:
    life = change(live("mapped"), RAHIMA, layer="proxy").at(now)
    linked = {"id": "dhaka", "risk": "wages-bd", "place": "Dhaka", "partner": "Shramik"}
    life.take("manager", "link-chain-dialogue", **linked, held=held)

    assert check(life, "affected-represented").ok is covered


def test_a_light_risk_needs_no_seat() -> None:
    life = change(live("mapped"), RAHIMA, speaks_for=())
    for number, weight in enumerate((5, 5, 5)):
        heavy = RISKS["wages-bd"] | {"id": f"heavy-{number}", "weight": weight}
        life.take("manager", "name-risk", **heavy)

    unheard = check(life, "affected-represented").missing()

    assert len(unheard) == life.dialogue.policy.limits.top_risks == 3
    assert not any("buying-nl" in each for each in unheard)


@pytest.mark.parametrize(
    ("changes", "made_good"),
    [
        pytest.param({}, True, id="same category, later"),
        pytest.param({"category": "brand"}, False, id="another category"),
        pytest.param({"category": "brand", "replaces": DENIZ}, True, id="named for the seat"),
    ],
)
def test_a_seat_that_was_lost_is_made_good(changes: Given, made_good: bool) -> None:
    assert check(replaced(**changes), "declined-replaced").ok is made_good


def test_silence_is_an_answer_once_the_ladder_ran_out() -> None:
    life = live("invited")
    for who in (NOOR, RAHIMA, DENIZ):
        life.take(who, "accept-invitation")
        life.take(who, "share-expectation", text="Een jaartal.")

    assert not check(life.at("2022-05-26 23:59"), "answers-in").ok
    assert check(life.at("2022-05-27 00:00"), "answers-in").ok
    assert life.status(f"answer-invitation/{JOKE}") == "no-answer"


def test_a_summary_window_that_is_over_counts() -> None:
    life = live("summarised")

    assert not check(life.at("2022-07-04 23:59"), "summary-checked").ok
    assert check(life.at("2022-07-05 00:00"), "summary-checked").ok
    life.take("moderator", "close-session")
    assert {c.line_verdict for c in life.dialogue.contributions.values()} == {LineVerdict.SILENT}


def test_a_session_without_contributions_is_closed_with_a_reason() -> None:
    life = said_nothing()
    life.take("moderator", "close-session", no_contributions="Iedereen luisterde.")

    assert life.phase is Phase.STRATEGY_UPDATE
    assert life.status("publish-summary") == "withdrawn"
    assert life.named("duty-lapsed") == []


@pytest.mark.parametrize(
    ("change", "independent"),
    [
        pytest.param({"name": "Onafhankelijk"}, True, id="nobody else"),
        pytest.param({"name": "Mirjam Bakker"}, False, id="the name of the manager"),
        pytest.param({"name": "M.", "email": "MIRJAM@wolkdraad.example"}, False, id="an address"),
        pytest.param({"name": "N.", "email": "noor@ngonoord.example"}, False, id="a stakeholder"),
    ],
)
def test_a_moderator_holds_no_other_role(change: Given, independent: bool) -> None:
    life = live("accepted").take("moderator", "hand-over", role="moderator", person=change)
    life.dialogue.phase = S

    assert check(life, "independent-moderator").ok is independent


@pytest.mark.parametrize(
    ("reason", "empty"),
    [
        pytest.param("Wij nemen dit mee.", True, id="the phrase itself"),
        pytest.param("WIJ NEMEN DIT MEE in 2023", True, id="the phrase with a tail"),
        pytest.param("Thank you for your input!", True, id="in English"),
        pytest.param("Kan niet.", True, id="two words"),
        pytest.param(
            "Wij nemen dit mee in het loonplan van 2023, met een bedrag per fabriek.",
            False,
            id="the phrase with a promise",
        ),
        pytest.param("Het bedrag volgt per fabriek.", False, id="a reason"),
    ],
)
def test_a_reason_that_says_nothing(reason: str, empty: bool) -> None:
    life = live("settled").take("manager", "decide", **DECISIONS["c1"] | {"reason": reason})

    assert check(life, "no-stock-phrases").ok is not empty


def test_the_same_reason_too_often() -> None:
    reason = "De raad van bestuur beslist hierover in maart."
    life = live("settled")
    for name in ("c1", "c3"):
        life.take("manager", "decide", **DECISIONS[name] | {"reason": reason})

    assert check(life, "no-stock-phrases").ok
    life.take("manager", "decide", **DECISIONS["c5"] | {"reason": reason.upper()})
    assert "c1, c3, c5" in check(life, "no-stock-phrases").why()


def test_a_reopened_decision_needs_the_signature_again() -> None:
    assert not check(reopened(), "strategy-signed").ok


def test_a_long_list_is_cut() -> None:
    life = live("mapped")
    for number in range(20):
        seat = {k: v for k, v in STAKEHOLDERS[DENIZ].items() if k not in {"at_risk", "email"}}
        life.take("manager", "map-stakeholder", **seat | {"id": f"supplier-{number}"})

    assert "supplier-11 and 8 more" in check(life, "safety-considered").why("en")
    assert "supplier-11 en nog 8" in check(life, "safety-considered").why("nl")


def test_a_language_that_is_not_written_reads_english() -> None:
    found = check(live("signed"), "everyone-answered")

    assert found.why("bn") == found.why("en")


def test_the_gap_of_the_answers_is_named_apart() -> None:
    life = accepted(live("invited"))
    assert check(life, "answers-in").ok
