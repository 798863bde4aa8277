"""Never oversell (rules 49): nothing is called anonymous, and where a seal is chosen stands who can know."""

import re
from pathlib import Path

import pytest

from states.language.catalogue import translate
from states.language.languages import LANGUAGES

HOUSE = Path(__file__).parents[1]
_ANONYMOUS = re.compile(r"(?i)\banon[iy]")
_CHOICE = (
    "The moderator knows that it was you. The company does not see your name. Whoever runs the server could find out, "
    "and a court can ask for it."
)
_KNOWS = {
    "en": ("moderator", "runs the server", "court"),
    "nl": ("moderator", "server beheert", "rechter"),
    "tr": ("moderatör", "Sunucuyu işleten", "mahkeme"),
}
"""Who can know, as each language says it."""


def _told() -> list[Path]:
    """All that people read: pages, letters, and the words of both in each language."""
    folders = ("portal", "notifications", "locale", "states")
    files = (file for folder in folders for file in (HOUSE / folder).rglob("*"))
    return [file for file in files if file.suffix in {".html", ".txt", ".po", ".toml"}]


def test_nothing_that_people_read_is_called_anonymous() -> None:
    found = {file.name for file in _told() if _ANONYMOUS.search(file.read_text(encoding="utf-8"))}
    assert not found
    assert _ANONYMOUS.search("Dit is anoniem.")
    assert len(_told()) > len(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_a_seal_is_chosen_stands_who_can_know(language: str) -> None:
    assert _CHOICE in (HOUSE / "portal/templates/my/invitation.html").read_text(encoding="utf-8")
    said = translate("pages", language, _CHOICE)
    assert all(who in said for who in _KNOWS[language])
