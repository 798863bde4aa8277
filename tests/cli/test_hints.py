"""What the command line says to add when words of somebody else are recorded, and how a call is recorded."""

import json
import re
import shlex

import pytest

from tests.cli.conftest import ID, OPENED, Desk

WORDS = ("act", ID, "accept-invitation", "--by", "moderator", "--now", OPENED)


def example_in(said: str) -> list[str]:
    """The words of the command that *said* gives as an example."""
    found = re.search(r"For example: weerklank (.*?\}') ", said)
    assert found is not None, said
    return shlex.split(found[1])


@pytest.mark.parametrize("given", [{}, {"stakeholder": "worker-bd"}, {"how": "letter"}])
def test_a_relayed_step_says_what_to_add_and_the_example_works(
    invited: Desk,
    given: dict[str, str],
) -> None:
    said = invited.bad(1, *WORDS, "--with", json.dumps(given))

    assert "(how)" in said
    assert "how is one of: phone, in-person, letter, mail, calendar, sms." in said
    words = example_in(said)
    filled = json.loads(words[-1])
    assert given.items() <= filled.items()
    assert invited.good(*words, "--now", OPENED)


def test_another_refusal_gets_no_example(invited: Desk) -> None:
    said = invited.bad(1, "act", ID, "sign-strategy", "--by", "sponsor", "--now", OPENED)
    assert "For example" not in said


def test_the_list_says_how_to_record_the_call(invited: Desk) -> None:
    invited.good("deliver", "--now", OPENED)
    said = invited("by-hand", "list").stderr
    commands = dict(re.findall(r"  ([^:\n]+): weerklank (.*)", said))
    assert set(commands) == {"they heard it", "manager or deputy called", "nobody, on two days"}
    tries = shlex.split(commands["nobody, on two days"])
    assert len(json.loads(tries[-1])["tries"]) == 2
    bring, done = (shlex.split(commands[k]) for k in ("manager or deputy called", "they heard it"))
    assert invited.good(*bring, "--now", OPENED)
    assert invited.good(*done, "--now", OPENED)
    assert "weerklank" not in invited("by-hand", "list").stderr
