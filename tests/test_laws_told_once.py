"""A law is told once: doors ask states what may be done now and by whom, and compare no phases or roles themselves."""

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
    "notifications/templates/result/text.en.txt": "how an ended dialogue is told",
    "notifications/templates/result/text.nl.txt": "how an ended dialogue is told",
    "notifications/templates/result/text.tr.txt": "how an ended dialogue is told",
    "notifications/templates/result/page.html": "how an ended dialogue is told",
}
"""Templates that word a phase."""
COMPARED = re.compile(r"phase(?:\.value)? (?:==|!=|in|not in) |me\.name (?:==|!=|in|not in) ")


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

    found = {file for file, text in read.items() if COMPARED.search(text)}

    assert found <= set(WORDS), found - set(WORDS)


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


def test_every_step_that_a_template_asks_for_is_there() -> None:
    asked = re.compile(r"(?:fits|is_reached|may_take)\([\w.]+, \"([\w-]+)\"\)")
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "portal").rglob("*.html")]
    steps = {step for text in texts for step in asked.findall(text)}

    assert steps
    assert steps <= set(STEPS)
