"""Logs hold ids and counts, whatever is thrown at them."""

import json
from datetime import UTC, datetime

import pytest

from config import logs

WHEN = datetime(2022, 9, 8, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    "value", ["kledingmerk-2022", "answer-participant/union-bd", "+1wd", 12, 0.5, True, None]
)
def test_ids_and_counts_are_kept(value: object) -> None:
    assert logs.redact(None, "", {"event": "sent", "what": value})["what"] == value


def test_a_moment_is_kept() -> None:
    assert logs.redact(None, "", {"event": "sent", "at": WHEN})["at"] == WHEN.isoformat()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("what", "Rahima Organizer"),
        ("what", "rahima@union.example"),
        ("what", "The wages are too low."),
        ("what", ["Rahima"]),
        ("name", "Rahima"),
        ("address", "rahima"),
        ("text", "wages"),
        ("what", "a\nb"),
    ],
)
def test_whatever_may_be_a_person_or_a_text_is_hidden(key: str, value: object) -> None:
    assert logs.redact(None, "", {"event": "sent", key: value})[key] == logs.HIDDEN


def test_an_error_is_named_by_its_kind_alone() -> None:
    line = logs.redact(None, "", {"event": "failed", "error": ValueError("rahima@union.example")})

    assert line["error"] == "ValueError"


def test_a_line_is_json_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info")

    logs.logger("delivery").info("message sent", notice=12, address="rahima@union.example")

    out, err = capsys.readouterr()
    line = json.loads(err)
    assert out == ""
    assert (line["event"], line["notice"], line["address"]) == ("message sent", 12, logs.HIDDEN)


def test_a_level_below_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("warning")

    logs.logger("delivery").info("message sent", notice=12)

    assert capsys.readouterr().err == ""
