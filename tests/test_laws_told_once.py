"""
A law is told once: doors ask states what may be done now and by whom, and compare no phases themselves.

Templates compare no roles either, but for what a letter or a page words by who reads it. Code of doors does compare
roles: who reads decides what is shown and how it is said, and what they may do is refused by states all the same.
"""

import ast
import re
from collections.abc import Iterator

import pytest

from states.steps.table import STEPS
from tests.test_house import ROOT, modules, name, tree

DOORS = ("portal", "cli", "notifications", "flows", "services")
SAID = {
    "portal/shared/which_dialogue.py": "which of several dialogues a page is about",
    "notifications/calendar/entries.py": "what the entry of a dialogue that was called off says",
}
"""Where a door looks at the phase itself, and what for."""
WORDS = {
    "portal/templates/my/dialogue.html": "the dates of single phases, beside their names",
    "portal/templates/manager/strategy.html": "how an ended dialogue is told",
    "portal/templates/demo/demo.html": "the auditor is in no table of roles, and has a word of the page",
    "notifications/templates/result": "how an ended dialogue is told",
    "notifications/templates/answer-late-alert": "whoever answers for it is called *you* or by name",
    "notifications/templates/answer-now-or-postpone": "whoever answers for it is called *you* or by name",
    "notifications/templates/duty-due-today": "whoever answers for it is called *you* or by name",
    "notifications/templates/duty-late": "whoever answers for it is called *you* or by name",
    "notifications/templates/duty-still-late": "whoever answers for it is called *you* or by name",
    "notifications/templates/people-are-waiting": "whoever answers for it is called *you* or by name",
    "notifications/templates/answer-long-overdue": "what the moderator can do, and others cannot",
    "notifications/templates/by-hand-task": "the moderator alone reads of whom others may not know",
    "notifications/templates/carrying-late": "board and confidant are asked different things, neither who it is",
    "notifications/templates/delivery-failed": "the moderator alone reads of whom others may not know",
    "notifications/templates/role-handed-over": "whom to tell that it is wrong: the other of two",
    "notifications/templates/welcome": "each role reads what it is there for",
}
"""Templates that word a phase or who reads, and what for; the texts of a letter are one."""
_IS = r" (?:==|!=|in|not in) "
COMPARED = re.compile(
    rf"phase(?:\.value)?{_IS}|(?:me\.name|\.role|\bviewer){_IS}|(?:==|!=) [\w.]+\.(?:role|phase)\b"
)


def attributes(node: ast.expr) -> set[str]:
    return {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}


def compared(source: ast.Module) -> Iterator[int]:
    """Find where a phase is compared, or a row of the table of steps is asked for its phases."""
    for node in ast.walk(source):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            ends = {side.attr for side in sides if isinstance(side, ast.Attribute)}
            if ends & {"phase", "phases"} or any("leads_to" in attributes(s) for s in sides):
                yield node.lineno


def door_files() -> list[str]:
    return [name(path) for path in modules() if name(path).partition("/")[0] in DOORS]


@pytest.mark.parametrize("file", door_files())
def test_a_door_compares_no_phases(file: str) -> None:
    found = list(compared(tree(ROOT / file)))

    assert bool(found) == (file in SAID), f"{file}: {found}"


def test_templates_compare_neither_phases_nor_roles() -> None:
    texts = [path for room in ("portal", "notifications") for path in (ROOT / room).rglob("*.*")]
    read = {
        name(path): path.read_text(encoding="utf-8") for path in texts if _is_template(path.name)
    }

    found = {letter_of(file) for file, text in read.items() if COMPARED.search(text)}

    assert found == set(WORDS)


def letter_of(file: str) -> str:
    """The folder of a letter, which holds its texts in all languages; what is no letter is itself."""
    return file.rpartition("/")[0] if re.match(r"notifications/templates/[^_/]+/", file) else file


def _is_template(file: str) -> bool:
    return file.endswith((".html", ".txt"))


def test_a_retold_law_is_found() -> None:
    for told in (
        'open = dialogue.phase in STEPS["invite"].phases',
        "if d.phase == 'feedback': pass",
        "if dialogue.phase is not Phase.SESSION: pass",
        "ready = STEPS[step].leads_to is phase",
    ):
        assert list(compared(ast.parse(told))) == [1]
    assert not list(compared(ast.parse("ready = fits(dialogue, 'invite')")))
    assert COMPARED.search('{% if d.phase.value == "feedback" %}')
    assert COMPARED.search('{% if visit.me.name in ("manager", "deputy") %}')
    assert COMPARED.search('{% if you.role == "moderator" %}')
    assert COMPARED.search('{% if seen.viewer != "auditor" %}')
    assert COMPARED.search('{% if "moderator" == you.role %}')
    assert not COMPARED.search("{% for role in management %}")


def test_every_step_that_a_template_asks_for_is_there() -> None:
    asked = re.compile(r"(?:fits|is_reached|may_take)\([\w.]+, \"([\w-]+)\"\)")
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "portal").rglob("*.html")]
    steps = {step for text in texts for step in asked.findall(text)}

    assert steps
    assert steps <= set(STEPS)
