"""Ladders rung by rung: who hears what at which moment, and what time makes of a duty."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from states.model.duties import KINDS, Duty, DutyStatus
from states.model.people import PARTICIPANT, Role
from states.model.policy import rung_offset
from states.model.vocabulary import DutyKind
from states.timing.lapse import Setting, arm, next_moment, pass_time, recipients, rung_template
from states.values.promised_days import Reckoning
from tests.states.builders import (
    DENIZ,
    JOKE,
    NOOR,
    PEOPLE,
    Given,
    Life,
    live,
    live_with,
    opened,
    people,
    policy,
    programme,
    setting,
    utc,
)

SETTING = setting(opened().dialogue)
CALENDAR = SETTING.calendar
DUE = CALENDAR.end_of(CALENDAR.day_of(utc("2022-09-08 12:00")))
LONG_AGO = utc("2022-06-16 11:00")
# Messages that exist, by whom they are for: the team's contract with the voice.
TO_PARTICIPANTS = {
    "please-answer-invitation",
    "please-share-expectation",
    "please-check-summary",
    "please-give-verdict",
    "answer-is-late",
    "answer-still-late",
}
TO_ROLES = {
    "duty-due-soon",
    "duty-due-today",
    "duty-late",
    "duty-still-late",
    "duty-late-sponsor",
    "answer-late-alert",
    "answer-now-or-postpone",
    "people-are-waiting",
    "answer-long-overdue",
    "carrying-late",
}

Told = list[tuple[str, str | None, str, str]]


def duty(
    kind: str = "answer-participant", opened_at: datetime = LONG_AGO, **changes: object
) -> Duty:
    """A duty of *kind* that is due on 8 September 2022."""
    owner = KINDS[DutyKind(kind)].owner
    waiting = NOOR if KINDS[DutyKind(kind)].ladder == "feedback" else None
    values: Given = {
        "name": f"{kind}/{NOOR}",
        "kind": kind,
        "whom": NOOR,
        "owner": owner,
        "due": DUE,
        "first_due": DUE,
        "opened_at": opened_at,
        "waiting": waiting,
        "reckoning": Reckoning(rule="promised", end=CALENDAR.due_day(DUE)),
    }
    return arm(Duty.model_validate(values | changes), SETTING, opened_at)


def lived(one: Duty, until: str, where: Setting = SETTING) -> tuple[Duty, Told]:
    """Let time pass for *one*, at each moment for which it asks, until *until*."""
    told: Told = []
    end = utc(until)
    while one.next_at is not None and one.next_at <= end:
        at = max(one.next_at, one.opened_at)
        passing = pass_time(one, where, at)
        told += [(local(at), n.rung, n.to, n.template) for n in passing.notices]
        one = passing.duty
    return one, told


def local(moment: datetime) -> str:
    return moment.astimezone(CALENDAR.zone).strftime("%Y-%m-%d %H:%M")


FEEDBACK: Told = [
    ("2022-08-25 08:00", "-10wd", "manager", "duty-due-soon"),
    ("2022-09-05 08:00", "-3wd", "manager", "duty-due-soon"),
    ("2022-09-08 08:00", "0", "manager", "duty-due-today"),
    ("2022-09-08 08:00", "0", "deputy", "duty-due-today"),
    ("2022-09-09 08:00", "+1wd", "manager", "answer-late-alert"),
    ("2022-09-09 08:00", "+1wd", NOOR, "answer-is-late"),
    ("2022-09-15 08:00", "+5wd", "manager", "answer-now-or-postpone"),
    ("2022-09-15 08:00", "+5wd", "deputy", "answer-now-or-postpone"),
    ("2022-09-22 08:00", "+10wd", "sponsor", "people-are-waiting"),
    ("2022-10-06 08:00", "+20wd", "board", "answer-long-overdue"),
    ("2022-10-06 08:00", "+20wd", "moderator", "answer-long-overdue"),
    ("2022-11-03 08:00", "+40wd", "sponsor", "people-are-waiting"),
    ("2022-11-03 08:00", "+40wd", NOOR, "answer-still-late"),
    ("2022-12-01 08:00", "+60wd", "sponsor", "people-are-waiting"),
    ("2022-12-01 08:00", "+60wd", NOOR, "answer-still-late"),
    ("2022-12-30 08:00", "+80wd", "sponsor", "people-are-waiting"),
    ("2022-12-30 08:00", "+80wd", NOOR, "answer-still-late"),
]
STANDARD: Told = [
    ("2022-08-25 08:00", "-10wd", "manager", "duty-due-soon"),
    ("2022-09-05 08:00", "-3wd", "manager", "duty-due-soon"),
    ("2022-09-08 08:00", "0", "manager", "duty-due-today"),
    ("2022-09-08 08:00", "0", "deputy", "duty-due-today"),
    ("2022-09-09 08:00", "+1wd", "manager", "duty-late"),
    ("2022-09-15 08:00", "+5wd", "manager", "duty-still-late"),
    ("2022-09-15 08:00", "+5wd", "deputy", "duty-still-late"),
    ("2022-09-22 08:00", "+10wd", "sponsor", "duty-late-sponsor"),
    ("2022-10-20 08:00", "+30wd", "sponsor", "duty-late-sponsor"),
    ("2022-11-17 08:00", "+50wd", "sponsor", "duty-late-sponsor"),
    ("2022-12-15 08:00", "+70wd", "sponsor", "duty-late-sponsor"),
]
ASKED: Told = [
    ("2022-09-01 08:00", "-5wd", NOOR, "please-answer-invitation"),
    ("2022-09-07 08:00", "-1wd", NOOR, "please-answer-invitation"),
]


def test_the_ladder_of_the_feedback() -> None:
    one, told = lived(duty(), "2022-12-31 12:00")

    assert told == FEEDBACK
    assert one.status is DutyStatus.LAPSED
    assert one.next_at is not None


def test_the_standard_ladder() -> None:
    one, told = lived(duty("decide-contribution"), "2022-12-31 12:00")

    assert told == STANDARD
    assert one.status is DutyStatus.LAPSED


def test_the_ladder_of_a_participant() -> None:
    one, told = lived(duty("answer-invitation"), "2023-12-31 12:00")

    assert told == ASKED
    assert one.status is DutyStatus.NO_ANSWER
    assert one.ended_at == DUE
    assert one.next_at is None


def test_the_ladder_of_a_moderator() -> None:
    """What the moderator owes, the moderator hears of first."""
    _, told = lived(duty("publish-summary"), "2022-09-12 12:00")

    assert [(rung, to) for _, rung, to, _ in told] == [
        ("-10wd", "moderator"),
        ("-3wd", "moderator"),
        ("0", "moderator"),
        ("0", "deputy"),
        ("+1wd", "manager"),
    ]


@pytest.mark.parametrize(
    ("kind", "fact", "status"),
    [
        ("answer-participant", "duty-lapsed", DutyStatus.LAPSED),
        ("sign-strategy", "duty-lapsed", DutyStatus.LAPSED),
        ("report-progress", "duty-lapsed", DutyStatus.LAPSED),
        ("give-verdict", "no-answer-recorded", DutyStatus.NO_ANSWER),
        ("check-summary", "no-answer-recorded", DutyStatus.NO_ANSWER),
    ],
)
def test_a_due_day_ends_at_midnight(kind: str, fact: str, status: DutyStatus) -> None:
    before, _ = lived(duty(kind), "2022-09-08 21:59")
    passing = pass_time(before, SETTING, DUE)

    assert before.status is DutyStatus.OPEN
    assert before.next_at == DUE == utc("2022-09-08 22:00")
    assert [(f.fact, f.actor, f.subject) for f in passing.facts] == [(fact, "system", before.name)]
    assert passing.notices == ()
    assert passing.duty.status is status


def test_a_lapse_stays_in_the_record() -> None:
    one, _ = lived(duty(), "2022-09-20 12:00")

    assert (one.lapsed_at, one.lapsed_version) == (DUE, 1)


def test_a_rung_of_a_weekend_waits_for_monday() -> None:
    """Due on a Saturday: the last reminder on Friday, the alert on Monday."""
    saturday = CALENDAR.end_of(CALENDAR.day_of(utc("2022-09-10 12:00")))
    _, told = lived(duty(due=saturday, first_due=saturday), "2022-09-12 12:00")

    assert [(at, rung) for at, rung, _, _ in told] == [
        ("2022-08-29 08:00", "-10wd"),
        ("2022-09-07 08:00", "-3wd"),
        ("2022-09-10 08:00", "0"),
        ("2022-09-10 08:00", "0"),
        ("2022-09-12 08:00", "+1wd"),
        ("2022-09-12 08:00", "+1wd"),
    ]


def test_rungs_fire_at_the_notice_time_of_the_policy() -> None:
    late = policy().model_copy(update={"notice_time": time(16, 30)})
    where = Setting("d", late, CALENDAR, SETTING.roles)
    one = arm(duty(), where, LONG_AGO)

    assert one.next_at is not None
    assert local(one.next_at) == "2022-08-25 16:30"


def test_in_dhaka_the_week_begins_on_sunday() -> None:
    life = opened(company=programme(country="BD", time_zone="Asia/Dhaka"))
    where = setting(life.dialogue)
    due = where.calendar.end_of(where.calendar.day_of(utc("2022-09-08 12:00")))
    one = arm(duty(due=due, first_due=due), where, LONG_AGO)

    while one.status is not DutyStatus.LAPSED:
        assert one.next_at is not None
        one = pass_time(one, where, one.next_at).duty

    assert one.next_at == utc("2022-09-11 02:00")  # Sunday at eight


# --- asking twice, and outages


@given(
    hours=st.lists(st.integers(0, 24 * 200), min_size=1, max_size=6),
    kind=st.sampled_from(list(KINDS)),
)
def test_asking_twice_changes_nothing(hours: list[int], kind: str) -> None:
    one = duty(kind)
    for hour in sorted(hours):
        now = LONG_AGO + timedelta(hours=hour)
        one = pass_time(one, SETTING, now).duty
        again = pass_time(one, SETTING, now)
        assert (again.duty, again.facts, again.notices) == (one, (), ())
        assert one.next_at is None or one.next_at > now
        assert one.next_at == next_moment(one, SETTING)


@given(
    jumps=st.lists(st.integers(1, 24 * 60), min_size=1, max_size=8),
    kind=st.sampled_from(list(KINDS)),
)
def test_outages_lose_nothing_and_double_nothing(jumps: list[int], kind: str) -> None:
    """However the sweeps fall, each rung is sent or skipped once for each who hears of it, in order."""
    swept, now = duty(kind), LONG_AGO
    reached: list[tuple[str, str]] = []
    for jump in jumps:
        now += timedelta(hours=jump)
        passing = pass_time(swept, SETTING, now)
        swept = passing.duty
        told = [n.to for n in passing.notices]
        assert len(told) == len(set(told))
        for fact in passing.facts:
            if fact.fact.startswith("rung-"):
                to = fact.detail["to"]
                reached += [
                    (fact.detail["rung"], each) for each in ([to] if isinstance(to, str) else to)
                ]

    steady, expected = lived(duty(kind), now.isoformat()[:16].replace("T", " "))
    assert sorted(reached) == sorted((str(rung), to) for _, rung, to, _ in expected) or (
        swept.status is DutyStatus.NO_ANSWER
    )
    assert len(reached) == len(set(reached))
    assert (swept.status, swept.next_at) == (steady.status, steady.next_at)
    assert swept.lapsed_at == steady.lapsed_at


def test_an_outage_over_three_rungs() -> None:
    """Down from 9 to 14 September and longer: one notice each, the highest; the rest is skipped."""
    life = live("signed").at("2022-09-08 23:00").jump("2022-09-23")
    name = f"answer-participant/{NOOR}"

    since = [t for t in life.told(name) if t[0] >= "2022-09-09"]
    assert since == [
        ("2022-09-23 09:00", "+1wd", NOOR, "answer-is-late"),
        ("2022-09-23 09:00", "+5wd", "manager", "answer-now-or-postpone"),
        ("2022-09-23 09:00", "+5wd", "deputy", "answer-now-or-postpone"),
        ("2022-09-23 09:00", "+10wd", "sponsor", "people-are-waiting"),
    ]
    skipped = [f for f in life.named("rung-skipped") if f.subject == name]
    assert [(f.detail["rung"], f.detail["to"]) for f in skipped] == [("+1wd", "manager")]
    assert life.about(name)[-5:] == [
        "duty-lapsed",
        "rung-reached",
        "rung-skipped",
        "rung-reached",
        "rung-reached",
    ]


def test_an_outage_over_the_lapse_and_the_reminders() -> None:
    """Reminders to be in time make no sense after the day: whoever hears something higher does not hear them."""
    life = live("signed").jump("2022-09-09 08:00")
    name = f"answer-participant/{NOOR}"

    assert life.told(name) == [
        ("2022-08-25 08:00", "-10wd", "manager", "duty-due-soon"),
        ("2022-09-09 08:00", "0", "deputy", "duty-due-today"),
        ("2022-09-09 08:00", "+1wd", "manager", "answer-late-alert"),
        ("2022-09-09 08:00", "+1wd", NOOR, "answer-is-late"),
    ]
    assert [f.detail["rung"] for f in life.named("rung-skipped") if f.subject == name] == [
        "-3wd",
        "0",
    ]


def test_an_outage_over_the_silence_of_somebody_who_was_asked() -> None:
    life = live("invited").jump("2022-06-01")
    name = f"answer-invitation/{DENIZ}"

    assert life.status(name) == "no-answer"
    assert life.told(name) == []
    assert life.about(name) == ["duty-opened", "rung-skipped", "rung-skipped", "no-answer-recorded"]


# --- duties that open late


@pytest.mark.parametrize(
    ("opened_at", "left"),
    [
        pytest.param("2022-08-25 05:59", FEEDBACK[0:], id="before the first reminder"),
        pytest.param("2022-08-25 06:00", FEEDBACK[0:], id="at the very moment"),
        pytest.param("2022-08-25 06:01", FEEDBACK[1:], id="just after"),
        pytest.param("2022-09-07 12:00", FEEDBACK[2:], id="the day before"),
        pytest.param("2022-09-08 05:00", FEEDBACK[2:], id="early on the due day"),
        pytest.param("2022-09-08 12:00", FEEDBACK[4:], id="on the due day"),
        pytest.param("2022-09-08 23:00", FEEDBACK[4:], id="after the due day"),
    ],
)
def test_a_duty_that_opens_late(opened_at: str, left: Told) -> None:
    """It leaves out the reminders that are past, never what comes after the due day."""
    one = duty(opened_at=utc(opened_at))

    assert lived(one, "2022-12-31 12:00")[1] == left


def test_a_duty_that_opens_long_after_its_day() -> None:
    _, told = lived(duty(opened_at=utc("2022-09-20 12:00")), "2022-09-22 12:00")

    assert told == [
        ("2022-09-20 14:00", "+1wd", NOOR, "answer-is-late"),
        ("2022-09-20 14:00", "+5wd", "manager", "answer-now-or-postpone"),
        ("2022-09-20 14:00", "+5wd", "deputy", "answer-now-or-postpone"),
        ("2022-09-22 08:00", "+10wd", "sponsor", "people-are-waiting"),
    ]


def test_a_duty_that_is_overdue_when_it_opens_lapses_at_the_next_sweep() -> None:
    one = duty(opened_at=utc("2022-09-20 12:00"))

    assert one.next_at is not None
    assert one.next_at <= utc("2022-09-20 12:00")
    passing = pass_time(one, SETTING, utc("2022-09-20 12:15"))
    assert next(f.fact for f in passing.facts) == "duty-lapsed"
    assert passing.duty.lapsed_at == DUE


def test_who_approves_late_has_the_days_to_answer() -> None:
    """Invitations are owed ten weeks before the session; when the analysis took until May, not in the same second."""
    life = live("mapped").at("2022-05-02").take("manager", "approve-analysis")
    assert life.late("approve-analysis") > 0
    life.at("2022-05-02 10:00")

    assert life.status(f"invite-stakeholder/{NOOR}") == "open"
    assert life.at("2022-05-10").status(f"invite-stakeholder/{NOOR}") == "lapsed"
    assert life.late(f"invite-stakeholder/{NOOR}") == 1


@pytest.mark.parametrize("kind", ["answer-invitation", "share-expectation"])
def test_whoever_is_asked_late_can_still_answer(kind: str) -> None:
    """Silence is only recorded when there was a day to speak: nobody is closed before they read it."""
    life = live("gather").at("2022-06-01").take("manager", "invite-all")
    if kind == "share-expectation":
        life.take(NOOR, "accept-invitation")

    life.at("2022-06-02 08:00")

    assert life.status(f"{kind}/{NOOR}") == "open"
    assert life.duty(f"{kind}/{NOOR}").due > life.now


# --- who hears


def notified(
    audience: Iterable[str], kind: str = "answer-participant", /, **roles: Given
) -> list[str]:
    who = {Role(role): person for role, person in programme(roles=roles).roles.items()}
    return [to for to, _ in recipients(duty(kind), tuple(audience), who)]


def test_a_role_that_nobody_holds_passes_it_on() -> None:
    """What the board and the moderator should hear, the sponsor hears when there is neither."""
    few = {role: PEOPLE[role] for role in ("manager", "sponsor")}

    assert notified(["board", "moderator"], **few) == ["sponsor"]
    assert notified(["deputy"], **few) == ["sponsor"]
    assert notified(["owner", "deputy"], **few) == ["manager"]
    assert notified(["sponsor"], manager=PEOPLE["manager"]) == ["manager"]


def test_an_owner_that_is_nobody_is_the_manager() -> None:
    few = {role: PEOPLE[role] for role in ("manager", "deputy", "sponsor")}

    assert notified(["owner", "deputy"], "publish-summary", **few) == ["manager", "deputy"]


def test_a_sponsor_that_is_nobody_leaves_no_silence_beside_the_participant() -> None:
    """Repeats go to sponsor and participant: without a sponsor, the manager hears too."""
    few = {role: PEOPLE[role] for role in ("manager", "deputy")}

    assert set(notified(["sponsor", "participant"], **few)) == {"manager", NOOR}


@pytest.mark.parametrize(
    "twin",
    [
        pytest.param({"name": "Mirjam B.", "email": "mirjam@wolkdraad.example"}, id="an address"),
        pytest.param({"name": "M", "email": "MIRJAM@wolkdraad.example"}, id="in capitals"),
    ],
)
def test_one_person_with_two_roles_hears_once(twin: Given) -> None:
    assert notified(["manager", "deputy"], manager=PEOPLE["manager"], deputy=twin) == ["manager"]


def test_one_person_with_two_roles_hears_once_after_an_outage() -> None:
    """The manager is also sponsor: of two rungs that are due together they get the higher."""
    company = programme(roles=people(sponsor=PEOPLE["manager"]))
    life = live_with(upto="signed", company=company).at("2022-09-08 23:00").jump("2022-09-23")

    since = [t for t in life.told(f"answer-participant/{NOOR}") if t[0] >= "2022-09-09"]
    assert [(rung, to) for _, rung, to, _ in since if to in {"manager", "sponsor"}] == [
        ("+10wd", "sponsor")
    ]


def test_a_duty_follows_its_role() -> None:
    life = live("signed").at("2022-08-30")
    life.take("manager", "hand-over", role="manager", person={"name": "Mara Nieuw"})
    life.at("2022-09-05 12:00")

    assert ("2022-09-05 08:00", "-3wd", "manager", "duty-due-soon") in life.told(
        f"answer-participant/{NOOR}"
    )
    assert life.dialogue.reader("manager") == life.dialogue.programme.roles[Role.MANAGER]
    assert life.dialogue.programme.roles[Role.MANAGER].name == "Mara Nieuw"
    assert life.last("role-handed-over").to == "manager"


def test_each_waiting_participant_hears_alone() -> None:
    life = live("signed").at("2022-09-09 12:00")

    late = [n for _, n in life.notices if n.template == "answer-is-late"]
    assert sorted(n.to for n in late) == sorted([NOOR, "sealed-1", DENIZ, JOKE])
    assert {n.role for n in late} == {PARTICIPANT}


# --- nobody is reminded of what is done


def finished(life: Life, kind: str) -> list[str]:
    done = {d.name for d in life.dialogue.duties.values() if d.kind == kind and not d.owed}
    return [n.template for _, n in life.notices if n.duty in done and n.rung]


def test_nobody_is_reminded_of_what_they_did() -> None:
    life = live("accepted").at("2022-06-16 12:00")

    assert finished(life, "answer-invitation") == []
    assert finished(life, "share-expectation") == []


def test_nobody_is_reminded_after_declining() -> None:
    life = live("invited").take(DENIZ, "accept-invitation")
    life.at("2022-03-02").take(DENIZ, "decline-invitation", reason="Geen visum.")
    life.at("2022-06-16 12:00")

    assert [n for _, n in life.notices if n.to == DENIZ and n.rung] == []


@pytest.mark.parametrize("status", [s for s in DutyStatus if s.value not in {"open", "lapsed"}])
def test_time_does_nothing_to_a_duty_that_ended(status: DutyStatus) -> None:
    one = duty(status=status, ended_at=LONG_AGO)

    passing = pass_time(one, SETTING, utc("2025-01-01 00:00"))

    assert (passing.duty, passing.facts, passing.notices) == (one, (), ())
    assert next_moment(one, SETTING) is None


# --- every message exists


def possible() -> list[object]:
    """Return every kind of duty, rung and capacity that the default ladders bring about."""
    found: list[object] = []
    for kind in KINDS.values():
        ladder = SETTING.policy.ladders[kind.ladder]
        rungs = [(offset, to) for offset, to in ladder.steps]
        if ladder.repeat_every:
            last = rungs[-1][0]
            rungs += [(last + n * ladder.repeat_every, ladder.repeat_to) for n in (1, 2)]
        for offset, audience in rungs:
            for to in audience:
                role = kind.owner if to == "owner" else to
                found.append(
                    pytest.param(
                        kind.name, offset, str(role), id=f"{kind.name} {offset:+d}wd {role}"
                    )
                )
    return list({str(p): p for p in found}.values())


@pytest.mark.parametrize(("kind", "offset", "role"), possible())
def test_every_rung_has_a_message(kind: str, offset: int, role: str) -> None:
    template = rung_template(duty(kind), offset, role)

    assert template in (TO_PARTICIPANTS if role == PARTICIPANT else TO_ROLES)


def test_the_ladders_are_those_of_the_law() -> None:
    ladders = SETTING.policy.ladders

    assert list(ladders) == ["participant", "standard", "feedback", "carrying", "nudge"]
    assert [kind.ladder for kind in KINDS.values() if kind.owner == PARTICIPANT] == [
        "participant"
    ] * 4
    assert {k.name for k in KINDS.values() if k.ladder == "feedback"} == {
        "answer-participant",
        "answer-dispute",
    }
    for ladder in ladders.values():
        assert all(earlier < later for (earlier, _), (later, _) in pairwise(ladder.steps))
        assert [rung_offset(name) for name in ladder.rungs] == [
            offset for offset, _ in ladder.steps
        ]
