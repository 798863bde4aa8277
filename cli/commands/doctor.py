"""`weerklank doctor`: is everything that must run running, and since when?"""

from typing import Any

import typer

from cli import console, times
from cli.console import AsJson
from cli.times import Now
from config.settings import Settings, load_settings
from services.doctor import health
from services.doctor.findings import Finding, Findings, guard

_MARKS = {"ok": ("✓", "good"), "warn": ("!", "warn"), "bad": ("✗", "bad")}


def doctor(now: Now = None, as_json: AsJson = False) -> None:
    """Look at the database, the sweep, the outbox, the mail server, Prefect and the journal; ends with 1 when unwell.

    weerklank doctor --json
    """
    moment = times.moment_or_now(now)
    with console.working("Looking …"):
        settings = load_settings()
        findings = health.examine(settings, moment)
        findings += guard("alarm", lambda: _who_hears(settings))
    unwell = any(finding.state == "bad" for finding in findings)
    if as_json:
        console.say_json(
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


def _who_hears(settings: Settings) -> Findings:
    """Who hears the alarms of Prefect; nothing where no Prefect answers, which is a finding of its own."""
    import asyncio

    from flows.machine.visit import PrefectAway, visiting

    try:
        with visiting(settings):
            from flows.prefect.alarms import bell

            receiver = asyncio.run(bell.ask_receiver())
    except PrefectAway:
        return
    if receiver:
        yield Finding("alarm", "ok", f"goes to: {receiver}")
        return
    said = "nobody hears when sweeps stop, runs fail, mail waits or answers are long late"
    advice = "weerklank alarm set URL, then weerklank alarm test"
    yield Finding("alarm", "warn", said, advice=advice)


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
    console.paragraph(
        f"{finding.name}: {finding.says}{since}", "    ", f"{console.tint(mark, look)} "
    )
    if finding.advice and finding.state != "ok":
        console.paragraph(f"→ {finding.advice}", "      ", "    ")
