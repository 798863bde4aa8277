"""What people wrote, wherever a letter shows it, says in which language it is and which way it runs (WCAG 3.1.2)."""

from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any, TypeVar

import pytest
from pydantic import BaseModel

from notifications.language import templates
from notifications.language.language_tags import UNKNOWN, direction
from notifications.language.layout import blocks_of, cut, inline, plain, quote_inline, strip_marks
from notifications.language.templates import SUBJECT_LIMIT, heading_of
from notifications.letters.combined import Part, compose_together
from notifications.letters.compose import Message, compose
from notifications.views.names import voice_language
from states.language.languages import LANGUAGES
from states.model.dialogue import Dialogue
from states.model.facts import Notice
from tests.notifications.builders import ALERTED, dialogue, duty, notice
from tests.notifications.case import Case
from tests.notifications.cases import every_case
from tests.notifications.letters_of_many import late, late_again, mixed, today

BOTH = pytest.mark.parametrize("language", LANGUAGES)
SIGN = "¤"
"""Stands before all that people wrote, so that it is found wherever a letter shows it."""
_VOID = frozenset({"meta", "hr", "br", "link"})
_WRITTEN: dict[str, tuple[str, ...]] = {
    "contributions": ("text", "line", "reason", "answer", "settlement", "dispute_reason"),
    "stakeholders": ("expectation", "success_test", "erasure_refusal"),
    "commitments": ("what", "evidence"),
    "overrides": ("reason",),
}
_INFORMATION = (
    "purpose", "use_of_outcomes", "contribution_asked", "decided_by", "confidentiality", "costs",
)  # fmt: skip

Of = TypeVar("Of", bound=BaseModel)


def _sign(text: Any) -> Any:  # noqa: ANN401 - a field may be empty
    return "\n".join(SIGN + line for line in text.splitlines()) if isinstance(text, str) else text


def _signed(one: Of, fields: tuple[str, ...]) -> Of:
    told = {name: _sign(getattr(one, name)) for name in fields}
    change = getattr(one, "change", None)
    return one.model_copy(
        update=told | ({"change": _signed(change, ("before", "after"))} if change else {})
    )


def signed(home: Dialogue) -> Dialogue:
    """*home* with a sign before all that people wrote."""
    held: dict[str, Any] = {
        table: {key: _signed(one, fields) for key, one in getattr(home, table).items()}
        for table, fields in _WRITTEN.items()
    }
    return replace(
        home,
        information=_signed(home.information, _INFORMATION),
        agenda_changes=_sign(home.agenda_changes),
        lessons=tuple(map(_sign, home.lessons)),
        **held,
    )


def _told(asked: Notice) -> Notice:
    reason = asked.detail.get("reason")
    free = reason and asked.template != "delivery-failed"
    return asked.model_copy(
        update={"detail": asked.detail | ({"reason": _sign(reason)} if free else {})}
    )


class _Quoted(HTMLParser):
    """What people wrote on a page, with the language and direction of the nearest element that names them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.found: list[tuple[str, str | None, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self.open.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        within = [given for tag, given in self.open if tag in {"blockquote", "span"}]
        if SIGN in data and self.open[-1][0] != "title":
            given = within[-1] if within else {}
            self.found.append((data.strip(), given.get("lang"), given.get("dir")))


def _bare(page: str) -> list[str]:
    return [text for text, lang, way in _Quoted(page).found if not lang or way != direction(lang)]


def _written(case: Case) -> Message:
    home = signed(case.dialogue)
    url = "https://dialoog.example"
    return compose(_told(case.notice), home, now=case.now, base_url=url, journal_head="a" * 64)


@BOTH
def test_what_people_wrote_names_its_language_wherever_it_stands(language: str) -> None:
    seen = 0
    for case in every_case(language):
        page = _written(case).html
        seen += len(_Quoted(page).found)
        assert not _bare(page), case.name
    assert seen > 250


def _promises(home: Dialogue) -> Message:
    """Two tasks about what was promised, whose own words stand in the heading."""
    asked = [duty("report-progress", name, waiting="ngo") for name in ("loonkloof", "doorlooptijd")]
    made = home.commitments["loonkloof"]
    promises = home.commitments | {"doorlooptijd": made.model_copy(update={"id": "doorlooptijd"})}
    held = replace(home, commitments=promises, duties={one.name: one for one in asked})
    parts = [Part(notice("duty-late", "manager", one), held) for one in asked]
    return compose_together(parts, now=ALERTED)


@BOTH
@pytest.mark.parametrize("write", [late, late_again, mixed, today, _promises])
def test_in_a_letter_of_many_too(language: str, write: Callable[[Dialogue], Message]) -> None:
    page = write(signed(dialogue(language))).html
    assert not _bare(page)
    assert _Quoted(page).found


def _answer(language: str, home: Dialogue) -> Message:
    case = next(case for case in every_case(language) if case.name == "answer")
    return _written(
        replace(case, dialogue=replace(home, contributions=case.dialogue.contributions))
    )


def test_each_keeps_the_language_of_who_wrote_it() -> None:
    """The company writes Dutch, the participant Arabic, and who reads the letter is not asked."""
    home = dialogue("nl")
    seat = home.stakeholders["ngo"].model_copy(update={"language": "ar"})
    page = _answer("en", replace(home, stakeholders=home.stakeholders | {"ngo": seat})).html
    told = {text.removeprefix(SIGN): (lang, way) for text, lang, way in _Quoted(page).found}
    assert told["Zonder jaartal is leefbaar loon een intentie."] == ("ar", "rtl")
    assert told["Een jaartal en een bedrag."] == ("nl", "ltr")
    assert "border-right:3px" in page
    assert "border-left:3px" in page


def test_of_a_sealed_voice_nobody_is_told_the_language() -> None:
    home = dialogue("nl")
    objected = home.contributions["c2"].model_copy(update={"dispute_reason": "Not this."})
    place = replace(home, contributions=home.contributions | {"c2": objected})
    page = compose(notice("answer-disputed", "manager", contribution="c2"), place, now=ALERTED).html
    assert "Not this." not in page
    assert voice_language(place, "sealed-1") == UNKNOWN


@pytest.mark.parametrize(
    ("language", "way"),
    [
        ("nl", "ltr"), ("tr", "ltr"), ("bn", "ltr"), ("zh-Hant", "ltr"), ("ar", "rtl"), ("fa", "rtl"),
        ("he", "rtl"), ("ur", "rtl"), ("xx", "auto"), ("", "auto"), ("no such", "auto"), (UNKNOWN, "auto"),
    ],
)  # fmt: skip
def test_a_language_runs_its_way_and_an_unknown_one_as_its_words_do(
    language: str, way: str
) -> None:
    assert direction(language) == way


def test_a_page_runs_as_its_reader_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    """No language of the house runs from the right yet; the page of one that did would be turned."""
    monkeypatch.setitem(templates._pages().filters, "direction", lambda _language: "rtl")
    page = compose(notice("invitation", "ngo"), dialogue("nl"), now=ALERTED).html
    assert '<html lang="nl" dir="rtl">' in page
    assert "padding:3px 0 3px 16px;text-align:right" in page
    assert "padding-left:22px" not in page


def test_a_subject_is_cut_and_still_names_its_language() -> None:
    words = "De loonkloof per fabriek berekenen en in elk land laten zien " * 3
    line = f"Too late ({quote_inline(words, 'nl')})"
    subject, heading = heading_of(line)
    assert subject == strip_marks(heading)
    assert len(subject) <= SUBJECT_LIMIT
    assert inline(heading).startswith('Too late (<span lang="nl" dir="ltr">De loonkloof')
    assert inline(heading).endswith("</span>…")
    assert "<span" not in inline(f"{cut(line, 5)}…")
    assert heading_of(" In  time\n") == ("In time", "In time")


def test_nobody_can_write_what_marks_a_language() -> None:
    """The signs by which we mark words would else let a text end its own quotation and pose as ours."""
    forged = "goed\x16 <b>en verder</b> \x14en\x15 dit"
    for text in (quote_inline(forged, "nl"), f"- {quote_inline(forged, 'nl')}"):
        assert inline(text).count("<span") == 1
        assert "\x16" not in plain(blocks_of(text))
    home = dialogue("nl")
    promised = {"loonkloof": home.commitments["loonkloof"].model_copy(update={"what": forged})}
    found = duty("report-progress", "loonkloof", waiting="ngo")
    place = replace(home, commitments=promised, duties=home.duties | {found.name: found})
    message = compose(notice("duty-late", "manager", found, rung="+1wd"), place, now=ALERTED)
    assert message.html.count('<span lang="nl" dir="ltr">goed') == 3  # heading, facts, words
    assert not [c for c in "\x14\x15\x16" if c in message.subject + message.text + message.html]
    point = home.contributions["c1"].model_copy(update={"line": forged})
    lacking = replace(home, contributions=home.contributions | {"c1": point})
    asked = notice(
        "answer-late-alert", "manager", home.duties["answer-participant/ngo"], rung="+1wd"
    )
    message = compose(asked, lacking, now=ALERTED)
    assert not [c for c in "\x14\x15\x16" if c in message.subject + message.text + message.html]
