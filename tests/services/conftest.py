"""A house with one edition in which people have been invited."""

# ruff: noqa: ANN401 - a step takes whatever it takes

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from config.settings import load_settings
from notifications.channels.channels import Memory
from records import queries
from services.delivery.outbound import Mailroom
from services.house import House, open_house
from states.model.programme import Programme
from states.steps.decide import known_step
from tests.soft_checks import overrides_before

NOW = datetime(2022, 1, 10, 9, tzinfo=UTC)
SESSION = datetime(2022, 6, 16, 11, tzinfo=UTC)
ID = "klein-2022"
INFORMATION: dict[str, Any] = {
    "purpose": "Leefbaar loon.",
    "use_of_outcomes": "Elke inbreng krijgt een besluit.",
    "contribution_asked": "Drie uur kritiek.",
    "degree_of_influence": "involve",
    "decided_by": "De directie.",
    "feedback_by": "2022-09-08",
    "confidentiality": "U kiest wie uw naam ziet.",
    "costs": "Worden vergoed.",
}
PEOPLE = {"ngo": "noor@ngo.example", "union": "rahima@union.example", "worker": None}


def programme(**changes: Any) -> Programme:
    """A programme with every role."""
    roles = {
        role: {"name": f"De {role}", "email": f"{role}@klein.example", "language": "nl"}
        for role in ("manager", "deputy", "sponsor", "moderator", "board")
    }
    plain = {
        "id": "klein",
        "company": "Klein merk",
        "country": "NL",
        "time_zone": "Europe/Amsterdam",
        "schedule": "0 9 1 12 *",
        "roles": roles,
    }
    return Programme.model_validate({**plain, **changes})


def seat(name: str, email: str | None) -> dict[str, Any]:
    """A stakeholder who may be mapped."""
    return {
        "id": name,
        "name": f"Voor {name}",
        "organisation": f"Organisatie {name}",
        "category": name,
        "country": "BD",
        "language": "en",
        "layer": "representative",
        "critical": True,
        "at_risk": False,
        "speaks_for": ["wages"],
        "email": email,
        "phone": "+31 20 1234567",
    }


class Post(Memory):
    """A mailbox in memory whose failures a test sets."""

    trouble: dict[str, Exception]

    def send(self, post: Any) -> None:
        """Fail as the test asks for this address or for all (`*`), else keep the post."""
        found = getattr(self, "trouble", {})
        if error := found.get(post.message.address) or found.get("*"):
            raise error
        super().send(post)


@pytest.fixture
def post() -> Post:
    box = Post()
    box.trouble = {}
    return box


@pytest.fixture
def house(migrated_file: Path, tmp_path: Path, post: Post) -> Iterator[House]:
    copy = shutil.copy(migrated_file, tmp_path / "weerklank.db")
    with furnished(f"sqlite:///{copy}", post) as made:
        yield made


def furnished(url: str, post: Post) -> House:
    """The house of *url* with an edition whose three people are invited; their invitations wait."""
    settings = load_settings(database_url=url)
    mailroom = Mailroom(mail=lambda: post, sender="dialoog@klein.example", batch=2)
    made = open_house(settings, mailroom=mailroom, durable=False)
    made.ledger.apply_programme(programme(), NOW)
    made.ledger.open_edition(
        "klein", session_at=SESSION, edition=None, information=None, by="manager", now=NOW
    )
    act(
        made,
        "name-risk",
        id="wages",
        theme="loon",
        country="BD",
        tier=1,
        group="naaisters",
        weight=5,
    )
    for name, email in PEOPLE.items():
        act(made, "map-stakeholder", **seat(name, email))
    act(made, "give-information", **INFORMATION)
    act(made, "approve-analysis")
    made.deliver(NOW)
    post.posts.clear()
    act(made, "invite-all")
    return made


def act(house: House, step: str, by: str = "manager", now: datetime = NOW, **given: Any) -> None:
    """One step through the one door."""
    for override in overrides_before(step):
        act(house, "override-check", now=now, **override)
    house.ledger.act(ID, known_step(step).name, given, by=by, now=now)


def statuses(house: House, template: str = "invitation") -> dict[str, str]:
    """Where each notice of *template* stands, by reader."""
    rows = queries.notices_of(house.engine, [ID])
    return {row.to: row.status for row in rows if row.template == template}
