"""Answers that say nothing are shown as decisions that say nothing are, but they stop nobody (rules 11)."""

import pytest

from states.checks.checks import Check, checks_of
from states.checks.stock_phrases import hollow_answers, says_little
from tests.states.builders import Life, live

GOOD = "Uw punt staat in hoofdstuk {}: vanaf maart betalen wij per stuk een toeslag voor {}."


def answered(*texts: str) -> Life:
    """A life in which each voice was answered with one of *texts*, in turn."""
    life = live("signed")
    voices: dict[str, list[str]] = {}
    for point in life.dialogue.contributions.values():
        if point.stands:
            voices.setdefault(point.voice, []).append(point.id)
    for number, covers in enumerate(voices.values()):
        text = texts[number % len(texts)].format(number, covers[0])
        life = life.take("manager", "answer-participant", covers=covers, text=text)
    return life


def speaks(life: Life) -> Check:
    return next(c for c in checks_of(life.dialogue, life.now) if c.name == "answers-speak")


@pytest.mark.parametrize("text", ["ok", "Ok.", "👍", "Dank u wel", "We nemen dit mee.", "—"])
def test_answers_of_one_word_are_shown_and_stop_nothing(text: str) -> None:
    check = speaks(answered(text))
    assert (check.ok, check.passes, check.strength) == (False, True, "shown")
    assert "c1" in check.why("nl")
    assert text not in check.why("nl")


def test_answers_to_the_point_are_fine() -> None:
    assert speaks(answered(GOOD)).ok


def test_the_same_answer_to_everybody_is_shown_and_one_to_one_voice_is_not() -> None:
    same = "Wij hebben uw inbreng gelezen en in het bestuur uitvoerig met elkaar besproken."
    assert not speaks(answered(same)).ok
    assert hollow_answers(answered(same, GOOD, GOOD, GOOD).dialogue) == []


def test_what_says_little_is_known_before_it_is_sent() -> None:
    dialogue = live("signed").dialogue
    assert says_little(dialogue, "ok")
    assert not says_little(dialogue, GOOD.format(3, "loon"))
