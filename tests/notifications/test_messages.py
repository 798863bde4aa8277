"""A notice becomes a message: to whom, in which language, with what, or why not."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from notifications.language.words import long_date
from notifications.letters.compose import Message, Unwritable, compose
from states.language.languages import LANGUAGES
from states.model.dialogue import Dialogue
from states.model.duties import Duty, DutyStatus
from states.model.people import Role
from states.values.promised_days import Reckoning
from tests.notifications.builders import (
    ALERTED,
    PROMISED,
    SESSION,
    contributions,
    decided,
    dialogue,
    duty,
    notice,
    postponed,
    stakeholders,
)
from tests.notifications.cases import every_case

LATE = "answer-participant/investor"
PROMISED_DAY = date(2022, 9, 8)
TENTH_DAY = datetime(2022, 9, 22, 6, tzinfo=UTC)


def text_of(
    template: str, to: str, found: Duty | None, home: Dialogue, now: datetime = ALERTED
) -> str:
    place = replace(home, duties=home.duties | ({found.name: found} if found else {}))
    message = compose(notice(template, to, found, rung="+1wd"), place, now=now)
    return " ".join(message.text.split())


def test_everybody_reads_their_own_language() -> None:
    seats = stakeholders("nl")
    # Kept from before it was asked whether we write in a language: whoever reads another one gets English.
    seats["worker"] = seats["worker"].model_copy(update={"language": "de"})
    home = dialogue("nl", stakeholders=seats)
    written = {
        to: compose(notice("agenda-echoed", to), home, now=ALERTED).language
        for to in ("ngo", "worker")
    }
    assert written == {"ngo": "nl", "worker": "en"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mail_says_once_where_its_reader_finds_the_rest(language: str) -> None:
    pages = "https://dialoog.example/l/key"
    for case in every_case(language):
        message = compose(case.notice, case.dialogue, now=case.now, base_url=pages)
        if message.address and message.template not in {
            "erasure-done",
            "by-hand-task",
            "way-replaced",
            "helper-ended",
        }:
            assert message.text.count(pages) == 1, case.name


def test_nobody_there_cannot_be_written_to() -> None:
    home = dialogue()
    empty = replace(home, programme=home.programme.model_copy(update={"roles": {}}))
    for place, to in ((home, "stranger"), (empty, "manager")):
        with pytest.raises(Unwritable, match="nobody is there"):
            compose(notice("digest", to), place, now=ALERTED)


@pytest.mark.parametrize(
    ("template", "detail"),
    [
        ("no-such-letter", {}),
        ("session-moved", {}),
        ("dialogue-cancelled", {}),
        ("answer-is-late", {}),
        ("progress-reported", {"commitment": "unknown", "status": "done"}),
    ],
)
def test_what_is_missing_is_said(template: str, detail: dict[str, str]) -> None:
    asked = notice("digest", "ngo", **detail).model_copy(update={"template": template})

    with pytest.raises(Unwritable, match=template):
        compose(asked, dialogue(), now=ALERTED)


def test_somebody_without_mail_is_reached_by_hand() -> None:
    home = dialogue()
    message = compose(notice("agenda-echoed", "no-mail"), home, now=ALERTED)
    assert (message.address, message.reach) == (None, "phone")
    silent = home.stakeholders["no-mail"].model_copy(update={"phone": None})
    home = replace(home, stakeholders=home.stakeholders | {"no-mail": silent})
    assert compose(notice("agenda-echoed", "no-mail"), home, now=ALERTED).reach == "letter"
    assert compose(notice("agenda-echoed", "ngo"), home, now=ALERTED).reach == "email"


def test_the_task_by_hand_brings_the_words() -> None:
    told: dict[str, Any] = {
        "template": "agenda-echoed",
        "to": "no-mail",
        "duty": None,
        "notice": {},
    }
    task = compose(notice("by-hand-task", "manager", **told), dialogue(), now=ALERTED)
    assert "> Beste Oma Jansen," in task.text
    hidden = told | {"to": "factory-tr"}
    closed = compose(notice("by-hand-task", "manager", **hidden), dialogue(), now=ALERTED)
    assert "Deze deelnemer koos ervoor niet met naam bekend te zijn." in closed.text
    assert "Aan: een deelnemer" in closed.text
    assert "Emre" not in closed.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_dates_are_those_of_the_programme(language: str) -> None:
    home = dialogue(language)
    said = long_date(date(2022, 9, 8), language)
    assert said in text_of("answer-is-late", "investor", home.duties[LATE], home)


def test_how_a_date_was_computed() -> None:
    home, start = dialogue("nl"), date(2022, 8, 3)
    skipped = ((date(2022, 8, 15), "Maria-Hemelvaart"), (date(2022, 8, 16), "programme"))
    counted = Reckoning(rule="+10wd", start=start, end=date(2022, 9, 8), holidays=skipped)
    found = duty("approve-analysis", reckoning=counted)
    assert (
        "10 werkdagen na 3 augustus 2022, tot het einde van die dag; "
        "15 augustus 2022 telt niet mee (Maria-Hemelvaart); "
        "16 augustus 2022 telt niet mee (vrije dag van het programma)."
    ) in text_of("duty-late", "manager", found, home)
    before = duty("approve-analysis", reckoning=Reckoning(rule="S-1w", start=start, end=start))
    assert "1 week vóór de sessie van 3 augustus 2022" in text_of(
        "duty-late", "manager", before, home
    )
    named = duty(
        "answer-participant", "investor", reckoning=Reckoning(rule="promised", end=PROMISED_DAY)
    )
    assert (
        "genoemd in de uitnodiging, 12 weken na de sessie van 16 juni 2022, tot het einde"
        in text_of("duty-late", "manager", named, home)
    )


def test_a_postponed_promise_keeps_its_first_date() -> None:
    home = dialogue("en")
    moved = postponed(home.duties[LATE], PROMISED + timedelta(days=7), late=True)
    told = text_of("answer-is-late", "investor", moved, home, TENTH_DAY)
    assert "by Thursday 8 September 2022" in told
    assert "we named a new date, Thursday 15 September 2022" in told
    assert "Our answer is 14 days late." in told


def test_the_sponsor_hears_how_many_wait() -> None:
    home = dialogue("nl")
    moved = postponed(home.duties[LATE], PROMISED + timedelta(days=25), late=True)
    answered = home.duties["answer-participant/ngo"].model_copy(update={"status": DutyStatus.MET})
    home = replace(home, duties=home.duties | {d.name: d for d in (moved, answered)})
    found = home.duties["answer-participant/worker"]
    message = compose(
        notice("people-are-waiting", "sponsor", found, rung="+10wd"), home, now=TENTH_DAY
    )
    assert message.subject == "4 mensen wachten op een antwoord dat is beloofd (14 dagen te laat)"
    assert "Voor 1 van hen is een nieuwe datum genoemd." in message.text
    assert "14 dagen), nieuwe datum 3 oktober 2022" in " ".join(message.text.split())


def test_one_voice_with_two_debts_is_one_person() -> None:
    home = dialogue("en")
    objection = duty("answer-dispute", "c5", waiting="worker")
    home = replace(home, duties=home.duties | {objection.name: objection})
    message = compose(notice("digest", "manager"), home, now=ALERTED)
    assert "5 people are waiting" in message.subject


def test_reminders_say_what_is_missing() -> None:
    points = contributions()
    points["c4"] = decided(points["c4"]).model_copy(update={"written_at": None, "answer": None})
    home = dialogue("en", contributions=points)
    wanted = "- c4 – Transparantie over inkoop: decided (partly adopted), answer not written yet"
    assert wanted in text_of("answer-late-alert", "manager", home.duties[LATE], home)
    points["c4"] = decided(points["c4"])
    assert "answer written, not delivered yet" in text_of(
        "answer-late-alert", "manager", home.duties[LATE], home
    )
    checks = text_of("duty-late", "manager", duty("close-dialogue"), home)
    assert "What is still missing" in checks
    other = text_of("duty-late", "manager", duty("sign-strategy"), home)
    assert "the dialogue is still in the phase ‘feedback’" in other


def test_an_answer_in_parts_asks_no_verdict_yet() -> None:
    points = {c.id: decided(c) for c in contributions().values()}
    points["c9"] = contributions()["c1"].model_copy(update={"id": "c9"})
    home = dialogue("en", contributions=points)
    owed = home.duties["answer-participant/ngo"]
    part = compose(notice("answer", "ngo", owed, covers=["c1"]), home, now=ALERTED).text
    assert "We still owe you an answer to: your point 2." in " ".join(part.split())
    assert "Would you tell us whether you feel heard" not in part
    whole = compose(notice("answer", "ngo", owed, covers=["c1", "c9"]), home, now=ALERTED).text
    assert "whether you feel heard" in " ".join(whole.split())


def test_the_journal_head_is_there_to_keep() -> None:
    home = dialogue("en", contributions={c.id: decided(c) for c in contributions().values()})
    asked = notice("answer", "ngo", home.duties["answer-participant/ngo"], covers=["c1"])
    assert "Keep this number" not in compose(asked, home, now=ALERTED).text
    kept = compose(asked, home, now=ALERTED, journal_head="5f2a9c31" * 8).text
    assert "Keep this number" in kept
    assert "\n5f2a 9c31 5f2a\n" in kept  # twelve signs to keep
    assert "".join(kept.partition("The whole number:")[2].split()).startswith("5f2a9c31" * 8)


def test_the_invitation_counts_and_names_nobody() -> None:
    home = dialogue("en")
    message = compose(notice("invitation", "ngo"), home, now=SESSION - timedelta(days=60))
    told = " ".join(message.text.split())
    assert "Country: Bangladesh; Netherlands; Türkiye." in told
    assert "trade union;" in told
    assert "Het reisbudget staat drie buitenlandse deelnemers toe." in told
    others = [seat for seat in home.stakeholders.values() if seat.id != "ngo"]
    assert not [s.id for s in others if s.name in told or s.organisation in told]


def test_the_invitation_counts_what_points_at_nobody() -> None:
    home = dialogue("en")
    union = home.stakeholders["ngo"]
    more = {f"ngo-{n}": union.model_copy(update={"id": f"ngo-{n}"}) for n in range(1, 9)}
    home.stakeholders |= more
    message = compose(notice("invitation", "ngo"), home, now=SESSION - timedelta(days=60))
    told = " ".join(message.text.split())
    assert "There are 14 people on the list." in told
    assert "We give a number only from 5 people on" in told
    assert "Kind of organisation: NGO 9; community; financier;" in told
    assert "Country: Netherlands 12; Bangladesh; Türkiye." not in told
    assert "Country: Bangladesh; Netherlands; Türkiye." in told, "else two are known to be 2"


def test_a_long_company_name_keeps_the_subject_short() -> None:
    home = dialogue("nl")
    long = home.programme.model_copy(update={"company": "Zeer lange naam " * 18})
    message = compose(notice("invitation", "ngo"), replace(home, programme=long), now=ALERTED)
    assert len(message.subject) <= 120
    assert message.subject.endswith("…")


def test_a_manager_writes_back_to_the_deputy() -> None:
    home = dialogue()
    contacts = {
        to: compose(notice("role-handed-over", to, role=to), home, now=ALERTED).reply_to
        for to in (Role.MANAGER, Role.SPONSOR)
    }
    assert {to: found and found.role for to, found in contacts.items()} == {
        "manager": "deputy",
        "sponsor": "manager",
    }


def test_composing_twice_gives_the_same() -> None:
    home = dialogue()
    asked = notice("answer-is-late", "investor", home.duties[LATE], rung="+1wd")
    first: Message = compose(asked, home, now=ALERTED)
    assert first == compose(asked, home, now=ALERTED)


def test_whoever_may_not_correct_an_address_is_told_who_may() -> None:
    told: dict[str, Any] = {"to": "ngo", "template": "invitation", "reason": "", "answer": False}
    home = dialogue()
    sealed = compose(notice("delivery-failed", "manager", **told), home, now=ALERTED).text
    assert "Vraag de moderator vandaag" in sealed
    assert "Zoek vandaag een adres" not in sealed
    open_still = replace(home, seals={})
    assert (
        "Zoek vandaag een adres"
        in compose(notice("delivery-failed", "manager", **told), open_still, now=ALERTED).text
    )


def test_who_is_told_of_a_failure_hears_what_happens_then() -> None:
    home = replace(dialogue(), seals={})
    told: dict[str, Any] = {"to": "ngo", "template": "invitation", "reason": "refused-550"}
    invited = {**told, "answer": False, "again": True}
    answered = {**told, "template": "answer", "answer": True, "again": False}
    manager, moderator = "manager", "moderator"
    said = {
        (to, detail["answer"]): compose(
            notice("delivery-failed", to, **detail), home, now=ALERTED
        ).text.replace("\n", " ")
        for to in (manager, moderator)
        for detail in (invited, answered)
    }
    assert "wordt het bericht automatisch opnieuw verstuurd" in said[manager, False]
    assert "Verstuur daarna het antwoord opnieuw." in said[manager, True]
    assert "verstuurt de verantwoordelijke manager het antwoord" in said[moderator, True]
    assert all("dit adres of dit bericht (550)" in text for text in said.values())


def test_a_letter_that_quotes_what_is_no_longer_there_cannot_be_written() -> None:
    with pytest.raises(Unwritable, match="erasure-declined"):
        compose(notice("erasure-declined", "ngo"), dialogue("nl"), now=ALERTED)
