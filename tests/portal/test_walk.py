"""
Every page for everybody at every turn of a life: it opens, its links lead on, and no button is offered in vain.

The lives are made by chance that can be repeated. The quick walk stops where a phase begins; the one that is marked
heavy stops wherever a page has something new to show.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

import pytest

from portal.http.forms import SECRET
from states.language.errors import Refused
from states.language.languages import LANGUAGES
from states.model.dialogue import OPEN_PHASES, Dialogue
from tests.machine_words import machine_words
from tests.portal.conftest import Portal
from tests.portal.lifetimes import BEGINNINGS, Lifetime
from tests.portal.page_reader import Form
from tests.portal.page_walker import LEFT_ALONE, Pressed, Seen, Walker

IN_VAIN = frozenset({"not-your-step", "step-not-allowed", "not-yours-to-give", "not-your-duty"})
"""Codes that say: this button should not have been there."""
TURNS = frozenset({"here", "ready to sign", "a call for a helper"})
GARBAGE = "\u200b<b>99-99</b> \u202enever"
WORDS = "The prices were agreed until the spring of next year."
Values = dict[str, list[str]]


def problems(walker: Walker, dialogue: Dialogue, language: str) -> Iterator[str]:
    """What is wrong with the pages of *dialogue* as it stands now."""
    for who in walker.everybody(dialogue):
        walker.enter(who, language)
        with walker.taken_back() as moment:
            seen = list(walker.pages(who, language, dialogue))
            for page in seen:
                yield from unreadable(page, dialogue)
            for form, by in forms_of(seen).items():
                for values in (filled(form, walker), emptied(form), spoiled(form)):
                    pressed = walker.press(by, form, values)
                    yield from complaints(pressed, right=values == filled(form, walker))
                    if pressed.status in {200, 303}:
                        moment.again()


def unreadable(page: Seen, dialogue: Dialogue) -> Iterator[str]:
    """Words of the machine that *page* says, and words of people that it says without their language."""
    ours = "\n".join(s.text for s in page.sheet.said if not (s.named and s.lang) and not s.folded)
    ids = [n for n in (*dialogue.stakeholders, *dialogue.risks, *dialogue.commitments) if "-" in n]
    yield from (f"{page} says {word}" for word in machine_words(ours, page.language, ids))
    yield from (f"{page} does not say what {one} is written in" for one in page.sheet.unmarked)
    for one in page.sheet.said:
        if one.text in THEIRS and not one.named:
            yield f"{page} does not say in which language this is: {one.text}"


THEIRS = frozenset(
    {
        "A court asked for it.", "A letter.", "Be clear.", "Begin earlier.", "Late.", "More pay.", "No visa.",
        "Not my point.", "Not this year.", "Now it is.", "Pay.", "Pay more.", "Please take my name out.", "The hall.",
        "The company was sold.", "The year is over.", "Too late.", "Wages first.",
        *(f"For c{n} the prices are agreed until spring." for n in (1, 2, 3)), *(f"On c{n}." for n in (1, 2, 3)),
    }
)  # fmt: skip
"""What people say in the lives that are walked through."""


def forms_of(pages: list[Seen]) -> dict[Form, Seen]:
    """Each form that *pages* offer, once, with the page that does."""
    offered: dict[tuple[str, ...], tuple[Form, Seen]] = {}
    for seen in pages:
        for form in seen.sheet.forms:
            if not form.action.startswith(LEFT_ALONE):
                offered.setdefault((form.action, *form.kinds, *_kept(form)), (form, seen))
    return dict(offered.values())


def _kept(form: Form) -> list[str]:
    return [form.values[name][0] for name in ("step", "what", "check") if name in form.values]


def filled(form: Form, walker: Walker) -> Values:
    """*form* with something sensible in each field that is empty."""
    given = {name: list(values) for name, values in form.values.items()}
    day = (walker.portal.now + timedelta(days=20)).date()
    for name, kind in form.kinds.items():
        if any(given.get(name, ())):
            continue
        options = [option for option in form.options.get(name, ()) if option]
        if kind in {"radio", "select", "checkbox"}:
            given[name] = options[:1]
        else:
            given[name] = [_SENSIBLE.get(kind, WORDS).format(day=day)]
    return given


_SENSIBLE = {
    "email": "somebody@else.example", "tel": "+31 6 1234 5678", "date": "{day}", "hidden": "",
    "datetime-local": "{day}T13:00", "number": "1", "file": "",
}  # fmt: skip


def emptied(form: Form) -> Values:
    """*form* with nothing in it but what our page put there unseen."""
    return {n: v if form.kinds.get(n) == "hidden" else [""] for n, v in form.values.items()}


def spoiled(form: Form) -> Values:
    """*form* with nonsense in every field, hidden ones too."""
    names = {*form.values, *form.kinds} - {"token"}
    return {"token": form.values["token"], **{name: [GARBAGE] for name in names}}


def complaints(pressed: Pressed, *, right: bool) -> Iterator[str]:
    """What should not have come of *pressed*."""
    code = pressed.refusal.code if isinstance(pressed.refusal, Refused) else ""
    if pressed.status >= 500:
        yield f"{pressed} fails"
    elif right and (code in IN_VAIN or pressed.status in {401, 403, 404}):
        yield f"{pressed} was offered in vain ({code})"
    if pressed.status == 422 and right and not kept(pressed):
        yield f"{pressed} lost what was written"


def kept(pressed: Pressed) -> bool:
    """Whether all that was written in sentences stands on the page that refuses it."""
    sheet = pressed.sheet
    if sheet is None:
        return True
    held = [v for form in sheet.forms for values in form.values.values() for v in values]
    return all(text in sheet.text or any(text in v for v in held) for text in filled_in(pressed))


def filled_in(pressed: Pressed) -> list[str]:
    """What stood or was typed in the longer fields of the form; a key is shown back to nobody."""
    form = pressed.form
    long = [n for n, kind in form.kinds.items() if kind == "textarea" and n not in SECRET]
    stood = [[text.strip() for text in form.values.get(name, ()) if text.strip()] for name in long]
    return [text for texts in stood for text in texts or [WORDS]]


def lived(portal: Portal, name: str, seed: int, *, turns: bool) -> Iterator[Dialogue]:
    """The moments of a life at which to look around."""
    life, stopped = Lifetime(portal, BEGINNINGS[name], seed), set[tuple[str, str]]()
    for dialogue in life.moments():
        new = {one for one in life.met if not turns or one[1] in TURNS} - stopped
        if new:
            stopped |= new
            yield dialogue


QUICK = (
    "as most begin",
    "nobody on the map",
    "no moderator, board or confidant",
    "no sponsor or deputy",
)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=() if n in QUICK else pytest.mark.heavy) for n in BEGINNINGS],
)
def test_every_page_opens_at_every_turn(
    portal: Portal, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    walker = Walker(portal)
    with walker.watching(monkeypatch):
        for number, dialogue in enumerate(lived(portal, name, 3, turns=True)):
            assert list(problems(walker, dialogue, LANGUAGES[number % 2])) == [], dialogue.phase


ENDS = (
    ("cancel-dialogue", "manager", {"reason": "The company was sold."}),
    ("close-with-debts", "sponsor", {"reason": "The year is over."}),
)


@pytest.mark.slow
def test_every_page_opens_when_a_dialogue_ends_before_its_time(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    walker, ended = Walker(portal), 0
    with walker.watching(monkeypatch):
        for dialogue in lived(portal, "as most begin", 1, turns=True):
            for step, by, given in ENDS:
                with walker.taken_back(), suppress(Refused):
                    portal.memory.act(step, given, by)
                    now = portal.memory.read()
                    assert list(problems(walker, now, LANGUAGES[ended % 2])) == [], dialogue.phase
                    ended += 1
    assert ended >= len(OPEN_PHASES)


@pytest.mark.heavy
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("seed", [1, 5])
@pytest.mark.parametrize("name", BEGINNINGS)
def test_every_page_opens_whenever_it_has_something_new_to_show(
    portal: Portal, name: str, seed: int, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    walker = Walker(portal)
    with walker.watching(monkeypatch):
        for dialogue in lived(portal, name, seed, turns=False):
            assert list(problems(walker, dialogue, language)) == [], dialogue.phase
