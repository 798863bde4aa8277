"""Files of a language that cannot be read: what a command tells of them."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from states.language import languages as houses
from states.language.language_file import _FIELDS, read_language
from states.language.languages import HOME, LANGUAGES, SOURCE, HouseLanguage
from states.language.po_file import read_translations
from states.language.unreadable import UnreadableLanguage

pytestmark = pytest.mark.slow

ROOT = HOME.parent
OTHER = next(code for code in LANGUAGES if code != SOURCE)
GOOD = (HOME / OTHER / "language.toml").read_text("utf-8").partition("[[articles]]")[0]
HEAD = (
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
)
TYPO = f'{HEAD}msgid "Yes"\nmsgst "Ja"\n'

WRONG = {
    'complete = "all"': [
        ('complete = "al"', """complete is 'al'; it must be "all" or "participants"."""),
        ("complete = []", "complete is []; it must be"),
        ("", 'complete is missing; it must be "all" or "participants".'),
    ],
    "reviewed_by = []": [
        ("", "reviewed_by is missing; it must be a list of"),
        ('reviewed_by = "Jo"', "reviewed_by is 'Jo'; it must be a list of"),
        ('reviewed_by = [{ name = "Jo" }]', "reviewed_by is [{'name': 'Jo'}]"),
        ('reviewed_by = [{ name = "Jo", on = "today" }]', "reviewed_by is"),
        ('reviewed_by = [{ name = "Jo", on = 2026-01-31T08:00:00 }]', "reviewed_by is"),
        ('reviewed_by = [{ name = "Jo", on = 2026-01-31, as = "x" }]', "reviewed_by is"),
        ("reviewed_by = [", "it is no TOML: "),
        ("reviewd_by = []\nreviewed_by = []", "there is no field reviewd_by; there are name, "),
    ],
    'direction = "ltr"': [
        ('direction = "left"', """direction is 'left'; it must be "ltr" or "rtl"."""),
        ("direction = {}", "direction is {}"),
    ],
    f'formats = "{OTHER}"': [
        ('formats = "../nl"', "formats is '../nl'; it must be the code of a locale of CLDR."),
        ("formats = 3", "formats is 3"),
    ],
    "first = true": [("first = 1", "first is 1; it must be true or false.")],
    'short_date = "d MMMM y"': [
        ('short_date = " "', "short_date is ' '; it must be a pattern of CLDR for a day."),
        ('short_date = "d"\nsafe_hours = { never = "(" }', "safe_hours is {'never': '('}"),
        ('short_date = "d"\ncapitals = { ij = "IJ" }', "capitals is {'ij': 'IJ'}"),
        ('short_date = "d"\narticles = [{ article = "de", before = "(" }]', "articles is"),
        ('short_date = "d"\narticles = { article = "de" }', "articles is"),
    ],
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the file of a language lies."""
    (tmp_path / "locale" / "xx").mkdir(parents=True)
    return tmp_path / "locale" / "xx" / "language.toml"


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [(right, wrong, told) for right, wrongs in WRONG.items() for wrong, told in wrongs],
)
def test_a_file_says_which_field_is_wrong_and_what_is_allowed(
    file: Path, right: str, wrong: str, told: str
) -> None:
    assert right in GOOD
    file.write_text(GOOD.replace(right, wrong), "utf-8")
    with pytest.raises(UnreadableLanguage, match=re.escape(f"locale/xx/language.toml: {told}")):
        read_language(file)


def test_a_file_that_is_right_is_read_as_it_stands(file: Path) -> None:
    file.write_text(GOOD, "utf-8")
    assert read_language(file)["complete"] == "all"
    file.write_bytes('name = "é"'.encode("latin-1"))
    with pytest.raises(UnreadableLanguage, match=r"language\.toml: it must be written in UTF-8\.$"):
        read_language(file)


def test_each_field_of_a_language_is_asked_of_its_file() -> None:
    assert {"code", *_FIELDS} == set(HouseLanguage.__dataclass_fields__)


def test_a_house_without_its_languages_says_which_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(houses, "HOME", tmp_path / "locale")
    with pytest.raises(UnreadableLanguage, match=r"locale/en/language\.toml: it is missing\.$"):
        houses.languages.__wrapped__()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (TYPO, ", line 7: it is no PO file: Unknown or misformatted keyword."),
        (
            f'{HEAD}msgid "a"\n\nmsgid "b"\nmsgstr "c"\n',
            ", line 6: it is no PO file: missing msgstr",
        ),
        (f'{HEAD}msgid "a"\nmsgid_plural "b"\nmsgstr[x] "c"\n', ": it is no PO file: "),
        (HEAD.replace("n != 1", "n !! 1"), ": it is no PO file: "),
        (HEAD.replace("nplurals=2", "nplurals=x"), ": it is no PO file: "),
        (HEAD.replace("UTF-8", "UTF-9") + 'msgid "é"\nmsgstr "é"\n', ": it is no PO file: unknown"),
    ],
)
def test_a_catalogue_says_on_which_line_it_is_wrong(file: Path, text: str, told: str) -> None:
    po = file.with_name("pages.po")
    po.write_text(text, "utf-8")
    with pytest.raises(UnreadableLanguage, match=re.escape(f"locale/xx/pages.po{told}")):
        read_translations(po)


def house_with(folder: Path, name: str, text: str) -> Path:
    """The house in *folder*, with *text* as the file *name* of one language."""
    for room in (
        "cli",
        "config",
        "notifications",
        "portal",
        "records",
        "services",
        "states",
        "tools",
    ):
        (folder / room).symlink_to(ROOT / room)
    shutil.copytree(HOME, folder / "locale")
    (folder / "locale" / OTHER / name).write_text(text, "utf-8")
    return folder


def ran(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The outcome of a module of the house in *folder*."""
    return subprocess.run(
        [sys.executable, "-m", *words], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("words", [("languages",), ("rehearse", "x.yaml"), ("nonsense",)])
def test_every_command_says_in_one_sentence_which_language_file_is_wrong(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    house = house_with(tmp_path, "language.toml", GOOD.replace('"all"', '"al"'))
    done = ran(house, "cli.main", *words)
    assert done.returncode == 1
    assert " ".join(done.stderr.split()) == (
        f"""locale/{OTHER}/language.toml: complete is 'al'; it must be "all" or "participants"."""
    )
    if words == ("languages",):
        as_json = ran(house, "cli.main", *words, "--json")
        assert '"code": "unreadable-language"' in as_json.stdout
        assert ran(house, "cli.main", "--help").returncode == 0


def test_a_slip_in_a_catalogue_is_said_in_one_sentence(tmp_path: Path) -> None:
    house = house_with(tmp_path, "words.po", TYPO)
    for command in (("cli.main", "languages"), ("tools.catalogues",)):
        done = ran(house, *command)
        assert done.returncode == 1
        assert " ".join(done.stderr.split()) == (
            f"locale/{OTHER}/words.po, line 7: it is no PO file: Unknown or misformatted keyword."
        )
