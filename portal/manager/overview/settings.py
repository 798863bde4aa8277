"""Programme page: who holds which role and how to hand one over, its dates, its values beside the defaults."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from config.policies import default_values
from portal.http.errors import Incomplete
from portal.web.pages import get, post
from portal.web.request import Visit
from portal.web.routes import MANAGERS
from services.sizes.profile_choice import proposal_of
from states.language.catalogue import N_
from states.language.errors import NotYours, Refused
from states.model.people import Role
from states.model.policy import span
from states.model.sizes.profiles import Floor, Profile
from states.model.vocabulary import Step
from states.steps.decide import decide

_GIVERS = (*MANAGERS, Role.SPONSOR.value, Role.MODERATOR.value, Role.BOARD.value)
_ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}\.[^@\s]{1,63}")
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class SettingRow:
    """A value of the policy: the place where it stands, what holds, and what holds when nothing is chosen."""

    group: str
    key: str
    value: Any
    default: Any

    @property
    def own(self) -> bool:
        """Whether the programme chose it."""
        return bool(self.value != self.default)


def show(visit: Visit) -> Response:
    """Everything that is set for this programme."""
    row = visit.site.house.ledger.programme(visit.me.programme.id)
    return visit.page(
        "manager/settings.html",
        span=span,
        programme=row.programme,
        opens_at=row.opens_at,
        pause=row.paused,
        settings=list(_settings(visit)),
        size=proposal_of(visit.site.house.ledger, visit.me.programme.id),
        profiles=list(Profile),
        floors=list(Floor),
        to_give=_to_give(visit),
        all_roles=list(Role),
    )


def _to_give(visit: Visit) -> list[Role]:
    """The roles that whoever looks may hand over now, by the law itself; none while there is no dialogue."""
    name = _latest(visit)
    return [role for role in Role if _may_give(visit, name, role)] if name else []


def _may_give(visit: Visit, name: str, role: Role) -> bool:
    """Asked of the law with somebody who is nobody yet: only whether it is theirs to give counts."""
    given = {"role": role, "person": {"name": "?", "email": "nobody@nowhere.example"}}
    dialogue = visit.dialogue(name)  # as they know it: what nobody may know yet closes nothing here
    try:
        decide(dialogue, Step.HAND_OVER, given, visit.me.by, visit.now)
    except NotYours:
        return False
    except Refused:
        return True
    return True


def _latest(visit: Visit) -> str | None:
    return next(reversed(visit.dialogue_ids()), None)


def _settings(visit: Visit) -> Iterator[SettingRow]:
    policy = visit.site.house.policies(visit.me.programme.policy)
    values, defaults = policy.model_dump(mode="json"), default_values()
    for group in ("due", "limits"):
        for key, value in values[group].items():
            yield SettingRow(group, key, value, defaults[group].get(key))
    at = str(values["notice_time"])[:5]
    yield SettingRow("limits", "notice_time", at, str(defaults["notice_time"])[:5])
    told = (values["neutral_subjects"], defaults["neutral_subjects"])
    yield SettingRow("limits", "neutral_subjects", *told)
    for name, ladder in values["ladders"].items():
        default = defaults["ladders"].get(name, {}).get("rungs", {})
        for rung, audience in ladder["rungs"].items():
            yield SettingRow(f"ladder-{name}", rung, list(audience), default.get(rung))


def hand_over(visit: Visit) -> Response:
    """Give a role to somebody else; what the role owes follows."""
    dialogue_id = _latest(visit)
    given = visit.need("role", "name")
    if dialogue_id is None:
        said = visit._("There is no dialogue yet.")
        raise Incomplete({"role": said})
    visit.act(dialogue_id, Step.HAND_OVER, {"role": given["role"], "person": _person(visit)})
    mine = given["role"] == visit.me.name
    return visit.go("/" if mine else "/settings", said="handed-over")


def _person(visit: Visit) -> dict[str, str]:
    person = visit.form.some("name", "email", "phone", "language")
    problems = {}
    if "email" in person and not _ADDRESS.fullmatch(person["email"]):
        said = N_("Write it like name@organisation.org.")
        problems["email"] = visit._(said)
    for name, text in person.items():
        if len(text) > _LONGEST:
            problems[name] = visit._("This is too long.")
    if problems:
        raise Incomplete(problems)
    return person


PAGES = (
    get("/settings", show, *_GIVERS, nav=N_("Programme")),
    post("/settings/hand-over", hand_over, *_GIVERS, again=show, fresh=True),
)
