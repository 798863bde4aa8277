"""The operator's words and page, made of figures; no Prefect needed but its text."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from flows.board import Board, DialogueCard
from flows.overview import ComingGroup, HouseOverview, LateGroup, LateKind, ToldOn
from flows.prefect.status_page.duty_words import NOUNS, late_words
from flows.prefect.status_page.overview_page import NOTHING_LATE, page_of
from records.aging_report import MailLately, NextOpenings
from records.queries import OutboxCounts
from states.model.people import PARTICIPANT, Role
from states.model.vocabulary import DutyKind

NOW = datetime(2022, 9, 12, 7, tzinfo=UTC)
ANSWERS = DutyKind.ANSWER_PARTICIPANT
FOUR = LateKind(ANSWERS, 4, 4)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def group(name: str = "kledingmerk-2022", number: int = 4) -> LateGroup:
    told = (ToldOn(date(2022, 9, 9), (Role.MANAGER, PARTICIPANT)),)
    at = datetime(2022, 9, 15, 8, tzinfo=AMSTERDAM)
    since = date(2022, 9, 8)
    return LateGroup(
        name, ANSWERS, Role.MANAGER, number, since, 4, told, at, (Role.MANAGER, Role.DEPUTY)
    )


def a_house(groups: int, *, more: int = 0) -> HouseOverview:
    """Answers late in so many dialogues, one in each, and *more* that are not listed."""
    late = tuple(group(f"p{number}-2022", 1) for number in range(groups))
    kinds = (LateKind(ANSWERS, groups + more, 4),) if late else ()
    return HouseOverview(NOW, late=kinds, late_groups=late, more_late=more)


@pytest.mark.parametrize("kind", DutyKind)
def test_every_kind_of_duty_has_its_nouns(kind: DutyKind) -> None:
    one, many = late_words([LateKind(kind, 1, 1)]), late_words([LateKind(kind, 2, 9)])

    assert one == [f"1 {NOUNS[kind].one} late, oldest 1 day"]
    assert many == [f"2 {NOUNS[kind].many} late, oldest 9 days"]
    assert kind not in {*one, *many}


def test_no_two_kinds_are_called_alike() -> None:
    said = Counter(noun for nouns in NOUNS.values() for noun in nouns)

    assert [noun for noun, times in said.items() if times > 1] == []


def test_few_kinds_are_named_and_the_others_counted() -> None:
    late = [LateKind(kind, number, 9 - number) for number, kind in enumerate(list(DutyKind)[:5], 1)]

    assert late_words([]) == []
    assert late_words([FOUR, LateKind(DutyKind.PASS_ON, 1, 1)]) == [
        "4 answers late, oldest 4 days",
        "1 delivery by hand late, oldest 1 day",
    ]
    assert late_words(late)[3:] == ["9 other duties late, oldest 5 days"]
    assert late_words(late[:4])[3:] == ["4 other duties late, oldest 5 days"]


def test_the_page_says_what_is_late_since_when_whose_turn_it_is_and_what_comes() -> None:
    overview = HouseOverview(NOW, late=(FOUR,), late_groups=(group(),), swept_at=NOW)

    assert page_of(overview, "Slack (hooks.slack.com)").splitlines() == [
        "## 4 answers late, oldest 4 days",
        "",
        "**[kledingmerk-2022](/artifacts/key/dialogue-kledingmerk-2022)**: 4 answers late since 8 Sep 2022, 4 days",
        "",
        "- whose turn: manager",
        "- sent: 9 Sep 2022, an alert to manager and an honest notice to whoever waits",
        "- next: 15 Sep 2022 at 08:00 (Europe/Amsterdam), an alert to manager, deputy",
        "",
        "### Due in 7 days",
        "",
        "Nothing.",
        "",
        "### Mail",
        "",
        "- sent in 7 days: 0",
        "- failed in 7 days: 0",
        "- waiting: 0",
        "- to be given by hand: 0",
        "",
        "### Next openings",
        "",
        "None.",
        "",
        "### Engine",
        "",
        "- last sweep: 2022-09-12 07:00 UTC",
        "- who hears the alarm: Slack (hooks.slack.com)",
    ]


def test_the_page_of_a_quiet_house_says_that_nothing_is_late() -> None:
    page = page_of(HouseOverview(NOW), None)

    assert page.splitlines()[0] == f"## {NOTHING_LATE}"
    assert "last sweep: never" in page
    assert "who hears the alarm: nobody. Name somebody: `weerklank alarm set URL`" in page


def test_what_comes_what_failed_and_what_waits_is_counted() -> None:
    row = ComingGroup("a-2022", DutyKind.SIGN_STRATEGY, Role.SPONSOR, 1, date(2022, 9, 14))
    overview = HouseOverview(
        NOW,
        coming=(row,),
        mail=MailLately(1_200, NOW, Counter({PARTICIPANT: 2, Role.MANAGER: 1}), whole=False),
        outbox=OutboxCounts(3, NOW - timedelta(hours=1), 2, 3),
        openings=NextOpenings([("a", NOW + timedelta(days=80))], 10_000, 3, ("stil", "thee")),
    )
    page = page_of(overview, None)

    for said in (
        "| a-2022 | 1 signature | 14 Sep 2022 | sponsor |",
        "sent in 7 days: at least 1,200, the last 2022-09-12 07:00 UTC",
        "failed in 7 days: at least 3 (1 to manager, 2 to participant)",
        "waiting: 3, since 2022-09-12 06:00 UTC",
        "to be given by hand: 2",
        "| a | 2022-12-01 07:00 UTC |",
        "and 9,999 more: `weerklank programme list`",
        "paused: 3 programmes (stil, thee, and 1 more)",
    ):
        assert said in page


@pytest.mark.parametrize(
    ("listed", "unlisted", "most", "told", "rest"),
    [
        (0, 0, 10, 0, None),
        (1, 0, 10, 1, None),
        (10, 0, 10, 10, None),
        (47, 0, 10, 10, "and 37 more: `weerklank status`"),
        (50, 9_950, 10, 10, "and 9,990 more: `weerklank status`"),
        (50, 9_950, None, 50, "and 9,950 more: `weerklank status`"),
    ],
)
def test_a_long_list_is_cut_and_says_how_much_is_left(
    listed: int, unlisted: int, most: int | None, told: int, rest: str | None
) -> None:
    page = page_of(a_house(listed, more=unlisted), None, most=most)

    assert page.count("whose turn: manager") == told
    assert [line for line in page.splitlines() if "weerklank status" in line] == list(
        filter(None, [rest])
    )
    assert len(page) < 16_000


def test_more_than_was_counted_is_not_passed_off_as_all() -> None:
    many = LateKind(ANSWERS, 10_001, 4, whole=False)
    page = page_of(
        HouseOverview(NOW, late=(many,), more_late=9, more_coming=9, coming_whole=False), None
    )

    assert late_words([many]) == ["at least 10,001 answers late, oldest 4 days"]
    assert page.startswith("## at least 10,001 answers late, oldest 4 days\n")
    assert page.count("and at least 9 more: `weerklank status`") == 2


def test_a_ladder_that_ended_and_a_rung_that_nobody_hears_are_said() -> None:
    from dataclasses import replace

    page = page_of(HouseOverview(NOW, late_groups=(replace(group(), told=(), next_at=None),)), None)
    silent = page_of(HouseOverview(NOW, late_groups=(replace(group(), next_to=()),)), None)

    assert "sent: nothing yet" in page
    assert "next: nothing more by itself" in page
    assert "next: 15 Sep 2022 at 08:00 (Europe/Amsterdam), nobody hears" in silent


@pytest.mark.parametrize(
    ("duties", "day", "said"),
    [
        ({"lapsed": 4, "open": 2}, date(2022, 9, 20), "feedback · 4 late · next due 20 Sep"),
        ({"open": 2}, date(2023, 3, 16), "feedback · next due 16 Mar 2023"),
        ({"met": 2}, None, "feedback"),
    ],
)
def test_a_card_says_the_state(duties: dict[str, int], day: date | None, said: str) -> None:
    from flows.prefect.artifacts import card_words

    assert card_words(DialogueCard("a-2022", "feedback", duties, None, day), NOW.date()) == said


def test_a_sweep_is_called_and_tagged_by_what_it_did_and_by_what_is_late() -> None:
    from flows.prefect.status_page.round_words import sweep_tags, sweep_title

    late, quiet = Board(overview=HouseOverview(NOW, late=(FOUR,))), Board(overview=a_house(0))
    done = Counter(reminders=3, lapses=1, opened=1)
    four = "4 answers late, oldest 4 days"

    assert sweep_title(Counter(), late) == f"enforce deadlines · nothing new · {four}"
    assert sweep_title(Counter(reminders=3, lapses=1), late) == (
        f"enforce deadlines · 3 reminders · 1 lapse · {four}"
    )
    assert sweep_title(Counter(), quiet) == "enforce deadlines · nothing due"
    assert sweep_tags(done, late) == ["opened", "late"]
    assert sweep_tags(Counter(), late) == ["late"]
    assert sweep_tags(Counter(), quiet) == sweep_tags(Counter(), Board()) == []


def test_the_message_of_an_overdue_state_is_one_line_however_much_is_late() -> None:
    from flows.prefect.status_page.round_words import overdue_message

    said = overdue_message(a_house(50, more=9_950))

    assert said.startswith("10,000 answers late, oldest 4 days: p0-2022, p1-2022, p2-2022, and ")
    assert "Whose turn: manager." in said
    assert said.endswith("/artifacts/key/weerklank or run: weerklank status")


def test_a_delivery_says_to_whom_it_failed() -> None:
    from flows.prefect.status_page.round_words import delivery_title, failed_message
    from services.delivery.report import DeliveryReport

    failed = Counter({PARTICIPANT: 2, Role.MANAGER: 1})
    report = DeliveryReport(sent=4, failed=3)

    assert delivery_title(report, failed, closed=False) == (
        "deliver notices · 4 sent · 3 failed (1 to manager, 2 to participant)"
    )
    assert delivery_title(DeliveryReport(), Counter(), closed=False) == (
        "deliver notices · nothing to send"
    )
    assert "1 to manager, 2 to participant" in failed_message(failed)


def test_a_failure_of_which_nobody_may_hear_is_in_no_title() -> None:
    from flows.prefect.status_page.round_words import delivery_title
    from services.delivery.report import DeliveryReport

    assert delivery_title(DeliveryReport(failed=1), Counter(), closed=False) == (
        "deliver notices · nothing to send"
    )


def test_a_demonstration_says_the_command_as_it_works_there(tmp_path: Path) -> None:
    from config.settings import load_settings
    from flows.prefect.status_page.overview_artifact import naming_command

    settings = load_settings()
    assert naming_command(settings) == "weerklank alarm set URL"
    prefect = settings.prefect.model_copy(update={"home": tmp_path / "de mo", "port": 4217})
    demo = settings.model_copy(update={"prefect": prefect, "clock_file": tmp_path / "clock"})
    command = naming_command(demo)
    assert command == (
        f"WEERKLANK_PREFECT_HOME='{tmp_path}/de mo' WEERKLANK_PREFECT_PORT=4217 weerklank alarm set URL"
    )
    page = page_of(HouseOverview(NOW), None, command=command)
    assert f"Name somebody: `{command}`" in page
