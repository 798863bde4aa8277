"""Shell completion: dialogues, programmes, steps and people. Never an error, never a new database."""

from collections.abc import Iterable


def step_names(incomplete: str) -> Iterable[str]:
    """The steps that begin with *incomplete*."""
    from states.steps.table import STEPS

    return [name for name in STEPS if name.startswith(incomplete)]


def people(incomplete: str) -> Iterable[str]:
    """The roles that begin with *incomplete*; stakeholders are named by hand."""
    from states.model.people import Role

    return [role.value for role in Role if role.value.startswith(incomplete)]


def dialogue_ids(incomplete: str) -> Iterable[str]:
    """The dialogues that begin with *incomplete*."""
    return [name for name in _known_words("dialogues") if name.startswith(incomplete)]


def programme_ids(incomplete: str) -> Iterable[str]:
    """The programmes that begin with *incomplete*."""
    return [name for name in _known_words("programmes") if name.startswith(incomplete)]


def _known_words(what: str) -> list[str]:
    try:
        return _ask(what)
    except Exception:  # noqa: BLE001 - a half-typed line is no place for an error
        return []


def _ask(what: str) -> list[str]:
    from config.settings import load_settings
    from services.house import open_house

    settings = load_settings()
    if settings.sqlite_file and not settings.sqlite_file.exists():
        return []
    with open_house(settings) as house:
        if what == "dialogues":
            return house.ledger.dialogue_ids()
        return [row.programme.id for row in house.ledger.programmes()]
