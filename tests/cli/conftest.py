"""The command line in a folder of its own, with a programme and people to invite."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from cli.main import app
from tests.json_contract import problems
from tests.soft_checks import overrides_before

SESSION = "2021-06-16T13:00"
OPENED = "2020-12-10T09:00+01:00"
ID = "klein-2021"
PROGRAMME: dict[str, Any] = {
    "id": "klein",
    "company": "Klein merk",
    "country": "NL",
    "time_zone": "Europe/Amsterdam",
    "languages": ["nl", "en"],
    "schedule": "0 9 1 12 *",
    "roles": {
        role: {"name": f"De {role}", "email": f"{role}@klein.example", "language": "nl"}
        for role in ("manager", "deputy", "sponsor", "moderator", "board")
    },
}
INFORMATION = {
    "purpose": "Leefbaar loon.",
    "use_of_outcomes": "Elke inbreng krijgt een besluit.",
    "contribution_asked": "Drie uur kritiek.",
    "degree_of_influence": "involve",
    "decided_by": "De directie.",
    "feedback_by": "2021-09-08",
    "confidentiality": "U kiest wie uw naam ziet.",
    "costs": "Worden vergoed.",
}
RISK: dict[str, Any] = {
    "id": "wages",
    "theme": "loon",
    "country": "BD",
    "tier": 1,
    "group": "naaisters",
    "weight": 5,
}
UNION: dict[str, Any] = {
    "id": "union-bd",
    "name": "Rahima Organizer",
    "organisation": "Needle Union",
    "category": "union",
    "country": "BD",
    "language": "en",
    "layer": "representative",
    "critical": True,
    "at_risk": True,
    "speaks_for": ["wages"],
    "email": "rahima@needle-union.example",
}
WORKER: dict[str, Any] = {
    **UNION,
    "id": "worker-bd",
    "name": "Salma",
    "organisation": "Line 4",
    "email": None,
    "phone": "+880 1",
}


@dataclass
class Desk:
    """Where an operator sits: a folder, and the command line."""

    folder: Path

    def __call__(self, *words: str, stdin: str | None = None) -> Result:
        """Run `weerklank` with *words*; a document that it prints must be as docs/json.schema.json says."""
        result = CliRunner().invoke(app, list(words), input=stdin)
        if "--json" in words and result.stdout.startswith("{"):
            assert problems(words, json.loads(result.stdout)) == []
        return result

    def good(self, *words: str) -> str:
        """Run *words*, which must end well; what is printed as the result."""
        result = self(*words)
        assert result.exit_code == 0, result.output
        return result.stdout

    def json(self, *words: str) -> Any:  # noqa: ANN401 - whatever JSON holds
        """Run *words* with `--json`, which must end well."""
        return json.loads(self.good(*words, "--json"))

    def bad(self, status: int, *words: str) -> str:
        """Run *words*, which must end with *status*; what is said about it."""
        result = self(*words)
        assert result.exit_code == status, result.output
        assert "Traceback" not in result.output
        assert "nobody foresaw" not in result.output
        return " ".join(result.stderr.split())

    def file(self, name: str, data: object) -> str:
        """A YAML file with *data*."""
        path = self.folder / name
        path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
        return str(path)

    def act(self, step: str, by: str = "manager", now: str = OPENED, **given: Any) -> str:  # noqa: ANN401 - whatever a step takes
        """Take a step, which must be allowed."""
        for override in overrides_before(step):
            self.act("override-check", now=now, **override)
        words = ("act", ID, step, "--by", by, "--now", now, "--with", json.dumps(given))
        return self.good(*words)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """An empty desk: no database yet, mail goes into a folder."""
    monkeypatch.setenv("WEERKLANK_DATABASE_URL", f"sqlite:///{tmp_path / 'weerklank.db'}")
    monkeypatch.setenv("WEERKLANK_CHANNEL", "maildir")
    monkeypatch.setenv("WEERKLANK_MAILDIR", str(tmp_path / "mail"))
    monkeypatch.setenv("WEERKLANK_PREFECT_API_URL", "http://127.0.0.1:9/api")
    return Desk(tmp_path)


@pytest.fixture
def programme(desk: Desk, migrated_file: Path) -> Desk:
    """A desk with a programme."""
    shutil.copy(migrated_file, desk.folder / "weerklank.db")
    desk.good("programme", "apply", desk.file("klein.yaml", PROGRAMME), "--now", OPENED)
    return desk


@pytest.fixture
def edition(programme: Desk) -> Desk:
    """A desk with an edition in which two people are invited, one of them without e-mail."""
    information = programme.file("information.yaml", INFORMATION)
    programme.good(
        "open", "klein", "--session", SESSION, "--information", information, "--now", OPENED
    )
    programme.act("name-risk", **RISK)
    programme.act("map-stakeholder", **UNION)
    programme.act("map-stakeholder", **WORKER)
    return programme


@pytest.fixture
def invited(edition: Desk) -> Desk:
    """A desk with an edition whose invitations wait."""
    edition.act("approve-analysis")
    edition.act("invite-all")
    return edition
