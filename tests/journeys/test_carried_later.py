"""Debts of earlier editions are read live: what is promised after next year opened is carried too."""

from states.checks.checks import checks_of
from states.model.dialogue import Dialogue
from states.model.duties import KINDS
from tests.journeys.lives import act, outcome_of, played, small
from tests.states.builders import disputed, live, opened


def test_a_promise_made_after_next_year_opened_is_carried() -> None:
    decided = [one for one in played("strategy") if one["do"] == "decide"]
    before = [one for one in played("strategy") if one["do"] not in {"decide", "sign-strategy"}]
    late = [one | {"at": f"2022-12-05T10:{n:02}"} for n, one in enumerate(decided)]
    promised = act(
        "2022-12-05T11:00",
        "manager",
        "decide",
        **(
            decided[0]["with"]
            | {"commitment": {"id": "later", "what": "A price.", "due": "2023-03-01"}}
        ),
    )
    seen = outcome_of(small([*before, *late, promised], until="2022-12-06T00:00"))
    carried = {
        (row["dialogue"], row["subject"], row["at"][:10]) for row in seen.facts("debt-carried")
    }
    assert ("klein-2023", "report-progress/later", "2022-12-05") in carried
    opened = next(row for row in seen.shown["dialogues"] if row["id"] == "klein-2023")
    check = next(one for one in opened["checks"] if one["check"] == "debts-carried")
    assert check["ok"], check["why"]
    assert "stays owed there" in check["why"]
    owed = {
        row["id"]
        for row in seen.shown["duties"]
        if row["dialogue"] == "klein-2022" and row["status"] in {"open", "lapsed"}
    }
    debts = {name for name in owed if KINDS[name.partition("/")[0]].debt}
    assert debts == {row[1] for row in carried}


def test_the_check_fails_when_something_was_not_carried() -> None:
    life = live("mapped")
    dialogue: Dialogue = life.dialogue.copy()
    dialogue.uncarried = ("wolkdraad-2021: answer-participant/x",)
    found = next(c for c in checks_of(dialogue, life.now) if c.name == "debts-carried")
    assert (found.ok, found.strength) == (False, "hard")
    assert "answer-participant/x" in found.why("en")


def test_the_check_says_nothing_where_nothing_is_inherited() -> None:
    """It looks at earlier editions, never at the answers of its own: before there are debts it is no green tick."""
    life = live("mapped")
    first = next(c for c in checks_of(life.dialogue, life.now) if c.name == "debts-carried")
    later = opened(
        at="2022-12-10 09:00",
        session="2023-06-15 13:00",
        edition=2023,
        information={"purpose": "Anew."},
        previous=disputed().dialogue,
    )
    found = next(c for c in checks_of(later.dialogue, later.now) if c.name == "debts-carried")

    assert (first.ok, first.idle, first.why("nl")) == (True, True, "In orde.")
    assert (found.ok, found.idle) == (True, False)
    assert "blijft daar open" in found.why("nl")
