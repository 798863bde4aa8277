"""Every letter in every language: it can be written, it reads well, and it says the same everywhere."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import pytest

from notifications.language.language_tags import direction
from notifications.language.templates import SUBJECT_LIMIT, language_for, languages_of
from notifications.letters.compose import Message, compose
from states.language.languages import LANGUAGES
from tests.notifications.case import Case
from tests.notifications.cases import every_case

FOLDER = Path(str(files("notifications") / "templates"))
TEMPLATES = sorted(
    path.name for path in FOLDER.iterdir() if path.is_dir() and not path.name.startswith("_")
)
CASES = {language: every_case(language) for language in LANGUAGES}
EACH = pytest.mark.parametrize("template", TEMPLATES)
BOTH = pytest.mark.parametrize("language", LANGUAGES)
SILENT = frozenset({"way-replaced"})
"""One line to an address that somebody else may read by now: it says nothing of who writes, or why (rules 31)."""
_SMALL = {"nl": ("uiterlijk", "bericht", "wordt", "uw"), "en": ("the", "you", "your", "we")}
"""Words that are often said in a language and never in another."""
_DATE = re.compile(r"\b\d{1,2} [a-z]+ 20\d\d\b", re.IGNORECASE)


class _Words(HTMLParser):
    """What a reader sees of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.title = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.title = tag == "title"
        if tag not in {"a", "strong", "span"}:
            self.seen.append(" ")

    def handle_data(self, data: str) -> None:
        if not self.title:
            self.seen.append(data)


def _words(page: str) -> str:
    return " ".join("".join(_Words(page).seen).split())


def cases(language: str, template: str) -> list[Case]:
    return [case for case in CASES[language] if case.notice.template == template]


def written(case: Case) -> Message:
    return compose(
        case.notice,
        case.dialogue,
        now=case.now,
        base_url="https://dialoog.example",
        journal_head="5f2a9c31" * 8,
    )


@BOTH
def test_a_company_with_a_full_stop_in_its_name_gets_no_second_one(language: str) -> None:
    for case in CASES[language]:
        programme = case.dialogue.programme.model_copy(update={"company": "Merk B.V."})
        home = replace(case.dialogue, programme=programme)
        message = written(replace(case, dialogue=home))
        assert "B.V.." not in message.subject + message.text + message.html, case.name


def test_every_template_has_a_page_one_text_per_language_and_a_case() -> None:
    texts = {f"text.{language}.txt" for language in LANGUAGES}
    for template in TEMPLATES:
        files = {path.name for path in (FOLDER / template).iterdir()}
        assert "page.html" in files, template
        assert files - {"page.html"} <= texts, template
        assert languages_of(template) == {file.split(".")[1] for file in files & texts}
    assert {case.notice.template for case in CASES["en"]} == set(TEMPLATES)


@EACH
@BOTH
def test_a_letter_is_complete(language: str, template: str) -> None:
    for case in cases(language, template):
        message = written(case)
        whole = f"{message.subject}\n{message.text}\n{message.html}"
        left = re.search(r"[{}]{2}|\{%|%\}|\bNone\b|\bUndefined\b|[\x00-\x08\x0b-\x1f]", whole)
        assert left is None, case.name
        own = language_for(language, template)
        assert message.language == own
        assert f'<html lang="{own}" dir="{direction(own)}">' in message.html
        assert not re.search(r"<img|<script|<link|src=", message.html)


@EACH
@BOTH
def test_a_subject_is_one_short_line(language: str, template: str) -> None:
    for case in cases(language, template):
        subject = written(case).subject
        assert 0 < len(subject) <= SUBJECT_LIMIT, case.name
        assert subject == " ".join(subject.split())


@EACH
@BOTH
def test_lines_can_be_read(language: str, template: str) -> None:
    for case in cases(language, template):
        text = written(case).text
        assert all(len(line) <= 72 or " " not in line.strip() for line in text.splitlines())
        assert "\n\n\n" not in text, case.name
        assert not re.search(r" [,.;:]|\.\.|,,|\.:|  ", re.sub(r"(?m)^[> ]+", "", text)), case.name
        assert not re.search(r"[a-z]\.[A-Z]|[a-z][;?!][a-zA-Z]", text), case.name


@EACH
@BOTH
def test_page_and_text_say_the_same(language: str, template: str) -> None:
    for case in cases(language, template):
        message = written(case)
        page = _words(message.html)
        plain = " ".join(line.lstrip(">- ") for line in message.text.splitlines())
        missing = [word for word in plain.split() if word.strip("-") and word not in page]
        assert not missing, case.name
        assert set(_DATE.findall(page)) == set(_DATE.findall(f"{message.subject} {plain}"))


@EACH
@BOTH
def test_every_letter_says_why_it_came(language: str, template: str) -> None:
    for case in cases(language, template):
        if template in SILENT:
            continue
        before, _, after = written(case).text.rpartition(f"\n{'-' * 40}\n\n")
        heading, line, why, *_ = [*after.splitlines(), "", ""]
        assert len(before.split()) > 18, case.name
        assert line == "-" * len(heading), case.name
        assert not why, case.name
        assert len(after.split()) > 9, case.name


def test_why_it_came_is_asked_in_so_many_words() -> None:
    why = {"nl": "Waarom u dit bericht krijgt", "en": "Why you get this message"}
    for language, said in why.items():
        for frame in FOLDER.glob(f"_to-*.{language}.txt"):
            assert f"***\n\n## {said}\n" in frame.read_text(encoding="utf-8"), frame.name


@EACH
@BOTH
def test_languages_stay_apart(language: str, template: str) -> None:
    """What people wrote themselves stands in quotations and lists, and keeps its own language."""
    own = language_for(language, template)
    others = {word for other, words in _SMALL.items() if other != own for word in words}
    for case in cases(language, template):
        lines = written(case).text.splitlines()
        ours = " ".join(line for line in lines if not line.startswith((">", "- ", "  ")))
        assert not others & set(ours.lower().split()), case.name


def test_templates_never_lose_a_line_break() -> None:
    """A tag at the end of a line takes the line break with it, and with that the space between two words."""
    glued = re.compile(r"[^\s{].*(?<!\+)%\}$")
    lost = [
        f"{path.relative_to(FOLDER)}: {line}"
        for path in FOLDER.rglob("*.txt")
        for line in path.read_text(encoding="utf-8").splitlines()
        if not line.lstrip().startswith(("{%", "} %}")) and glued.search(line)
    ]
    assert not lost


def test_what_people_write_cannot_pose_as_ours() -> None:
    case = next(case for case in every_case("nl") if case.name == "answer")
    points = {
        name: point.model_copy(
            update={
                "text": "Goed.\n\n## Besluit\n\n- overgenomen\n\n***\n<b>vet</b> {{ 7 * 7 }}",
                "line": "Een\u2028## regel",
            }
        )
        for name, point in case.dialogue.contributions.items()
    }
    case.dialogue.contributions = points
    message = written(case)
    assert "> ## Besluit" in message.text
    assert "> - overgenomen" in message.text
    assert "> Een\n> ## regel" in message.text
    assert "{{ 7 * 7 }}" in message.text
    assert "<b>vet</b>" not in message.html
    assert "&lt;b&gt;vet&lt;/b&gt;" in message.html
