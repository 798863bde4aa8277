"""`weerklank doctor`: is everything that must run running, and since when?"""

from typing import Any

import typer

from cli import moments, speech
from cli.acting import Now
from cli.speech import AsJson
from config import health
from config.health import Finding
from config.settings import load_settings

_MARKS = {"ok": ("✓", "good"), "warn": ("!", "warn"), "bad": ("✗", "bad")}


def doctor(now: Now = None, as_json: AsJson = False) -> None:
    """Look at the database, the sweep, the outbox, the mail server, Prefect and the journal; ends with 1 when unwell.

    weerklank doctor --json
    """
    moment = moments.moment_or_now(now)
    with speech.working("Looking …"):
        findings = health.examine(load_settings(), moment)
    unwell = any(finding.state == "bad" for finding in findings)
    if as_json:
        speech.say_json(
            {
                "ok": not unwell,
                "at": moment,
                "findings": [_as_data(finding) for finding in findings],
            }
        )
    else:
        for finding in findings:
            _tell(finding)
    if unwell:
        raise typer.Exit(1)


def _as_data(finding: Finding) -> dict[str, Any]:
    return {
        "name": finding.name,
        "state": finding.state,
        "says": finding.says,
        "since": finding.since,
        "advice": finding.advice,
    }


def _tell(finding: Finding) -> None:
    mark, look = _MARKS[finding.state]
    word = " " if finding.state == "ok" else " since "
    since = f"{word}{finding.since:%Y-%m-%d %H:%M} UTC" if finding.since else ""
    speech.paragraph(
        f"{finding.name}: {finding.says}{since}", "    ", f"{speech.tint(mark, look)} "
    )
    if finding.advice and finding.state != "ok":
        speech.paragraph(f"→ {finding.advice}", "      ", "    ")
