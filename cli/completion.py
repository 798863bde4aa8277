"""Shell completion: the names and ids of each kind that could be meant. Never an error, never a new database."""

# ruff: noqa: ANN401 - the types of Typer's own contexts are private

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from services.house import House
    from states.model.dialogue import Dialogue

Kind = Literal[
    "check", "commitment", "contribution", "dialogue", "duty", "fitting step", "helper", "person", "programme", "risk",
    "seat", "sign-in", "step",
]  # fmt: skip
"""Of what there are names or ids."""
OF_FIELD: dict[str, Kind] = {
    "check": "check",
    "commitment": "commitment",
    "contribution": "contribution",
    "covers": "contribution",
    "duty": "duty",
    "helper": "helper",
    "replaces": "seat",
    "risk": "risk",
    "speaks_for": "risk",
    "stakeholder": "seat",
    "step": "step",
    "to": "seat",
}
"""What a field of a step names, by its name; a field of a type that names a day or an object names none."""

DIALOGUE_TYPED, BY_TYPED = "weerklank.dialogue", "weerklank.by"
"""Where the context of a command keeps them from the first: the library forgets them while a value is still typed."""


def step_names(incomplete: str) -> Iterable[str]:
    """The steps that begin with *incomplete*."""
    return _beginning(incomplete, known_ids("step"))


def people(ctx: Any, incomplete: str) -> Iterable[str]:
    """The roles that begin with *incomplete*, and who has a seat or helps in the dialogue that *ctx* knows of."""
    return _beginning(incomplete, known_ids("person", ctx.meta.get(DIALOGUE_TYPED)))


def dialogue_ids(incomplete: str) -> Iterable[str]:
    """The dialogues that begin with *incomplete*."""
    return _beginning(incomplete, known_ids("dialogue"))


def programme_ids(incomplete: str) -> Iterable[str]:
    """The programmes that begin with *incomplete*."""
    return _beginning(incomplete, known_ids("programme"))


def _beginning(incomplete: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]


def known_ids(kind: Kind, dialogue_id: str | None = None, by: str = "") -> list[str]:
    """
    What there is of *kind*, in the dialogue *dialogue_id* where it belongs to one; where none answers, roles at most.

    Nobody but the moderator, as whom *by* asks, is told of what is under seal and not published yet; no kind holds who
    speaks under a seal.
    """
    try:
        return _ask(kind, dialogue_id, by)
    except Exception:  # noqa: BLE001 - neither a half-typed line nor an error is a place for another error
        return _always(kind)


def _ask(kind: Kind, dialogue_id: str | None, by: str) -> list[str]:
    if kind == "step":
        return _steps()
    from config.settings import load_settings
    from services.house import open_house

    settings = load_settings()
    if settings.sqlite_file and not settings.sqlite_file.stat().st_size:
        return _always(kind)  # opening an empty file would write into it
    with open_house(settings, new=False) as house:
        if kind in _IN_HOUSE:
            return _IN_HOUSE[kind](house)
        if dialogue_id not in house.ledger.dialogue_ids():
            return _always(kind)
        return list(_IN_DIALOGUE[kind](house.ledger.read(dialogue_id), by))


def _always(kind: Kind) -> list[str]:
    """What there is of *kind* in every dialogue, and without any."""
    return _roles() if kind == "person" else []


def _roles() -> list[str]:
    from states.model.people import Role

    return [role.value for role in Role]


def _steps() -> list[str]:
    from states.steps.table import STEPS

    return [step.value for step in STEPS]


def _programmes(house: "House") -> list[str]:
    return [row.programme.id for row in house.ledger.programmes()]


def _sign_ins(house: "House") -> list[str]:
    from states.model.people import AUDITOR

    rows = [row.programme for row in house.ledger.programmes()]
    return [f"{role}@{one.id}" for one in rows for role in (*one.roles, AUDITOR)]


def _points(dialogue: "Dialogue", by: str) -> Iterable[str]:
    from states.model.people import Role
    from states.privacy.seals import is_under_seal

    told = by == Role.MODERATOR or dialogue.summary_published_at
    return [c.id for c in dialogue.contributions.values() if told or not is_under_seal(c)]


def _duties(dialogue: "Dialogue", by: str) -> Iterable[str]:
    from states.privacy.readers import Reader
    from states.privacy.seals import may_know_owed

    reader = Reader.by_name(by)
    owed = [duty.name for duty in dialogue.duties.values() if duty.owed]
    return [name for name in owed if may_know_owed(reader, name)]


def _checks(dialogue: "Dialogue", _by: str) -> Iterable[str]:
    from states.checks.checks import overridable

    return [f"{check}" for check in overridable(dialogue)]


def _fitting_steps(dialogue: "Dialogue", by: str) -> list[str]:
    """What fits its phase, of a role only what is for it to take."""
    from states.steps.permissions import fits, may_take
    from states.steps.table import STEPS

    ours = [step for step in STEPS if by not in _roles() or may_take(by, step)]
    return [step.value for step in ours if fits(dialogue, step)]


_IN_HOUSE: dict[Kind, Callable[["House"], list[str]]] = {
    "dialogue": lambda house: house.ledger.dialogue_ids(),
    "programme": _programmes,
    "sign-in": _sign_ins,
}
_IN_DIALOGUE: dict[Kind, Callable[["Dialogue", str], Iterable[str]]] = {
    "check": _checks,
    "commitment": lambda dialogue, _by: dialogue.commitments,
    "contribution": _points,
    "duty": _duties,
    "fitting step": _fitting_steps,
    "helper": lambda dialogue, _by: dialogue.helpers,
    "person": lambda dialogue, _by: [*_roles(), *dialogue.stakeholders, *dialogue.helpers],
    "risk": lambda dialogue, _by: dialogue.risks,
    "seat": lambda dialogue, _by: dialogue.stakeholders,
}
