"""`weerklank doctor`: is everything that must run running, and since when?"""

from typing import TYPE_CHECKING, Any

import typer

from cli import console, times
from cli.console import AsJson
from cli.times import Now
from config.settings import Settings, load_settings
from services.doctor import health
from services.doctor.findings import Finding, Findings, guard

if TYPE_CHECKING:
    from flows.prefect.alarms.bell import Ring

_MARKS = {"ok": ("✓", "good"), "warn": ("!", "warn"), "bad": ("✗", "bad")}


def doctor(now: Now = None, as_json: AsJson = False) -> None:
    """Look at the database, the sweep, the outbox, the mail server, Prefect and the journal; ends with 1 when unwell.

    weerklank doctor --json
    """
    moment = times.moment_or_now(now)
    with console.working("Looking …"):
        settings = load_settings()
        findings = _with(
            health.examine(settings, moment), guard("alarm", lambda: _who_hears(settings))
        )
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

    from flows.machine.visit import OWN_SERVER, PrefectAway, PrefectRefuses, visiting

    try:
        with visiting(settings):
            from flows.prefect.alarms import bell

            rung = asyncio.run(bell.last_ring())
    except PrefectRefuses:
        said = f"the server at {settings.prefect.api} refuses us: it may be that of another house"
        yield Finding("prefect", "warn", said, advice=OWN_SERVER)
    except PrefectAway:
        return
    else:
        yield _receiver_finding(rung)


def _receiver_finding(rung: "Ring") -> Finding:
    if rung.receiver is None:
        said = "nobody hears when sweeps stop, runs fail, mail waits or answers are long late"
        advice = "weerklank alarm set URL, then weerklank alarm test"
        return Finding("alarm", "warn", said, advice=advice)
    said = f"goes to: {rung.receiver}"
    if rung.at is None:
        return Finding("alarm", "ok", f"{said}; never tried: weerklank alarm test")
    if rung.delivered:
        return Finding("alarm", "ok", f"{said}; the last test was heard at", rung.at)
    advice = "mend it and try: weerklank alarm test; or name another: weerklank alarm set URL"
    return Finding("alarm", "warn", f"{said}, where no test is heard ({rung.why})", rung.at, advice)


def _with(findings: list[Finding], found: list[Finding]) -> list[Finding]:
    """*findings* and what was *found*; a server that refuses us is none that answers."""
    refused = any(one.name == "prefect" for one in found)
    return [
        *(one for one in findings if not (refused and one.name == "prefect" and one.state == "ok")),
        *found,
    ]


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
