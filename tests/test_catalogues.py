"""The catalogues: up to date with what the house says, whole, and in each language with the same places to fill in."""

import ast
import re
import string
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.catalog import Catalog, Message

from notifications.language.language_tags import direction
from states.language import catalogue as catalogues
from states.language.catalogue import DOMAINS, Domain, translate, translate_number
from states.language.languages import HOME, LANGUAGES, SOURCE, language_of, languages
from tools.catalogues.extraction import extract_catalog, target_languages
from tools.catalogues.participants import is_met_by_participants
from tools.catalogues.po_files import catalog_of, path_of, plural_of, render_po, update_catalog

EACH = pytest.mark.parametrize(
    ("domain", "language"), [(domain, code) for domain in DOMAINS for code in target_languages()]
)
PROJECT = tomllib.loads((HOME.parent / "pyproject.toml").read_text("utf-8"))
_FORMATS = frozenset(one.formats for one in languages().values())
_PLACE = re.compile(r"%\((\w+)\)s")
_TAG = re.compile(r"<[^>]+>")


def forms(text: object) -> list[str]:
    return [str(text)] if isinstance(text, str) else [str(one) for one in text or ()]  # type: ignore[attr-defined]


def said(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)


def places(text: str) -> frozenset[str]:
    """The places of *text*, of either kind, and its tags with all that stands in them."""
    braces = {name for _, name, _, _ in string.Formatter().parse(text) if name}
    return frozenset({*_PLACE.findall(text), *braces, *_TAG.findall(text)})


@EACH
def test_a_catalogue_holds_what_the_house_says(domain: Domain, language: str) -> None:
    """`make words` mends it; what it then leaves open is for a translator."""
    catalog = update_catalog(catalog_of(domain, language), extract_catalog(domain))
    assert path_of(domain, language).read_bytes() == render_po(catalog, language)


@EACH
def test_nothing_waits_for_a_translator(domain: Domain, language: str) -> None:
    whole = languages()[language].complete == "all"
    lacking = [
        message.id
        for message in said(catalog_of(domain, language))
        if message.fuzzy or not all(forms(message.string))
        if whole or is_met_by_participants(domain, message)
    ]
    assert lacking == []


@EACH
def test_a_translation_has_the_places_and_the_tags_of_its_source(
    domain: Domain, language: str
) -> None:
    found = []
    for message in said(catalog_of(domain, language)):
        source, told = forms(message.id), [one for one in forms(message.string) if one]
        known = frozenset().union(*map(places, source))
        # In one form of several a number may be left out: *once more*.
        wrong = [one for one in told if not places(one) <= known]
        if len(source) == 1:
            wrong += [one for one in told if places(one) != known]
        found += wrong
    assert found == []


@EACH
def test_a_language_counts_as_cldr_says(domain: Domain, language: str) -> None:
    catalog = catalog_of(domain, language)
    forms_of = Locale.parse(languages()[language].formats).plural_form.tags | {"other"}
    assert f"Plural-Forms: {plural_of(language)}" in path_of(domain, language).read_text("utf-8")
    counted = [m for m in said(catalog) if not isinstance(m.id, str) and any(forms(m.string))]
    assert {len(forms(message.string)) for message in counted} <= {len(forms_of)}


@EACH
def test_a_catalogue_has_no_days_lines_or_paths(domain: Domain, language: str) -> None:
    text = path_of(domain, language).read_text("utf-8")
    assert "POT-Creation-Date" not in text
    assert re.findall(r"^#: .*:\d+", text, re.MULTILINE) == []
    assert str(HOME.parent) not in text


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_is_known_of_a_language(code: str) -> None:
    language = languages()[code]
    locale = Locale.parse(language.formats)
    assert language.name.casefold() == locale.language_name.casefold()  # type: ignore[union-attr]
    assert language.english == locale.english_name.partition(" (")[0]  # type: ignore[union-attr]
    assert language.direction == direction(code)
    assert {"locale", code} <= set((HOME / code / "language.toml").parts)


def test_no_code_names_a_language() -> None:
    """But for the one line that says which is the source: a language is a folder, and no code."""
    rooms = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    named = [
        (path.name, node.value)
        for room in rooms
        for path in sorted((HOME.parent / room).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and node.value in {*LANGUAGES, *_FORMATS}
    ]
    assert named == [("languages.py", SOURCE)]


def test_no_page_names_a_language() -> None:
    pages = sorted((HOME.parent / "portal" / "templates").rglob("*.html"))
    codes = "|".join(sorted({*LANGUAGES, *_FORMATS}))
    named = re.compile(rf"""["'](?:{codes})["']""")
    assert len(pages) > 50
    assert [path.name for path in pages if named.search(path.read_text("utf-8"))] == []


def test_one_language_is_the_first_and_one_the_source() -> None:
    assert [one.code for one in languages().values() if one.first] == [LANGUAGES[0]]
    assert SOURCE in LANGUAGES
    assert list((HOME / SOURCE).glob("*.po")) == []
    assert sorted(path.parent.name for path in HOME.glob("*/language.toml")) == sorted(LANGUAGES)


def test_each_catalogue_is_one_of_the_three() -> None:
    found = {path.stem for path in HOME.glob("*/*") if path.suffix == ".po"}
    assert found == set(DOMAINS)


@pytest.fixture
def other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A house whose Dutch is what a test writes down."""
    (tmp_path / "nl").mkdir()
    monkeypatch.setattr(catalogues, "HOME", tmp_path)
    catalogues.catalogue.cache_clear()
    yield tmp_path / "nl" / "pages.po"
    catalogues.catalogue.cache_clear()


def test_what_a_language_lacks_is_said_in_english(other: Path) -> None:
    other.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        'msgid "Sign in"\nmsgstr "Log in"\n\n#, fuzzy\nmsgid "Sign out"\nmsgstr "Weg"\n\n'
        'msgctxt "button"\nmsgid "Sign in"\nmsgstr ""\n',
        encoding="utf-8",
    )
    assert translate("pages", "nl", "Sign in") == "Log in"
    assert translate("pages", "nl", "Sign in", "button") == "Sign in"
    assert translate("pages", "nl", "Sign out") == "Sign out"
    assert translate("pages", "nl", "Never said") == "Never said"
    assert translate("law", "nl", "No such file") == "No such file"
    assert translate("pages", "nl", "") == ""
    assert translate("pages", "xx", "Sign in") == "Sign in"
    assert translate_number("pages", "nl", "one", "many", 1) == "one"
    assert translate_number("pages", "nl", "one", "many", 2) == "many"
    assert language_of("xx") == SOURCE


def test_a_catalogue_is_read_once_and_only_when_asked(other: Path) -> None:
    other.write_text('msgid "Yes"\nmsgstr "Ja"\n', encoding="utf-8")
    assert translate("pages", "nl", "Yes") == "Ja"
    other.write_text("no catalogue any more", encoding="utf-8")
    assert translate("pages", "nl", "Yes") == "Ja"
    assert translate("pages", SOURCE, "Yes") == "Yes"


def test_a_changed_sentence_keeps_its_translation_to_be_looked_at() -> None:
    kept, now = Catalog(), Catalog()
    kept.add("Choose a day.", "Kies een dag.")
    kept.add("kind", "soort", context="label.kind")
    kept.add("Lives on", "Blijft")
    kept.add("Gone altogether, and unlike all that is said", "Weg")
    now.add("Choose one day.")
    now.add("sort", context="label.kind")
    now.add("Lives on")
    now.add("Lives one", context="label.new")
    now.add("Limits")
    after = {message.id: message for message in said(update_catalog(kept, now))}
    fuzzy = {key: message.string for key, message in after.items() if message.fuzzy}
    assert fuzzy == {"Choose one day.": "Kies een dag.", "sort": "soort"}
    assert after["Lives on"].string == "Blijft"
    assert [key for key, message in after.items() if not message.string] == ["Lives one", "Limits"]
