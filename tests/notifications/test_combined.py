"""Letters of several notices: tasks of a kind are said once, with their form; all else keeps its own words."""

from dataclasses import replace

import pytest

from notifications.letters.combined import Part, compose_together
from notifications.letters.compose import compose
from states.language.languages import LANGUAGES
from states.model.dialogue import Dialogue
from states.model.duties import Duty
from tests.notifications.builders import ALERTED, SECRETS, dialogue, duty, notice
from tests.notifications.letters_of_many import PAGES, invitations, late

BOTH = pytest.mark.parametrize("language", LANGUAGES)


def answers(home: Dialogue) -> list[Duty]:
    return [one for one in home.duties.values() if one.kind == "answer-participant"]


def test_many_tasks_are_one_line_and_one_form() -> None:
    message = invitations(dialogue("nl"))

    assert message.subject == "Nog 3 werkdagen: 6 uitnodigingen"
    assert message.text.count(f"{PAGES}/dialogues/merk-2022/invitations") == 1
    assert message.html.count("<h1") == 1
    assert message.html.count("<h2") == 1  # why they get it; the subject is not said twice


@BOTH
@pytest.mark.parametrize("to", ["manager", "sponsor"])
def test_no_letter_of_many_opens_a_seal(language: str, to: str) -> None:
    template = "answer-late-alert" if to == "manager" else "people-are-waiting"
    message = late(dialogue(language), to, template)

    assert not [
        secret for secret in SECRETS if secret in message.subject + message.text + message.html
    ]


def test_what_is_urgent_comes_first_and_the_rest_is_counted() -> None:
    home = dialogue("en")
    first, *_ = answers(home)
    task = duty("close-dialogue")
    held = replace(home, duties=home.duties | {task.name: task})
    parts = [
        Part(notice("answer-late-alert", "manager", first, rung="+1wd"), held, PAGES),
        Part(notice("duty-late", "manager", task, rung="+1wd"), held, PAGES),
    ]

    message = compose_together(parts, now=ALERTED)

    assert message.subject == "Late: 1 answer, and 1 other task"
    assert message.alert == f"{compose(parts[0].notice, held, now=ALERTED).alert} · +1"


@BOTH
def test_a_participant_reads_each_of_several_in_its_own_words(language: str) -> None:
    home = dialogue(language)
    parts = [
        Part(notice("agenda-echoed", "ngo"), home, f"{PAGES}/l/one"),
        Part(notice("summary-to-check", "ngo"), home, f"{PAGES}/l/two"),
    ]

    message = compose_together(parts, now=ALERTED)

    assert f"{PAGES}/l/one" in message.text or f"{PAGES}/l/two" in message.text
    assert message.text.count("Weerklank,") == 1
    for part in parts:
        subject = compose(part.notice, home, now=ALERTED).subject
        assert subject in message.text.replace("\n", " ")


def test_a_pseudonym_gets_a_subject_that_tells_nothing() -> None:
    home = dialogue("en")
    parts = [
        Part(notice("agenda-echoed", "sealed-1"), home),
        Part(notice("dialogue-closed", "sealed-1"), home),
    ]

    message = compose_together(parts, now=ALERTED)

    assert message.subject == "A message for you"
    assert message.discreet
    assert message.name == ""
