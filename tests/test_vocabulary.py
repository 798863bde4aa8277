"""Vocabularies: outside their own file no word of the law is spelt as a text, so the type checker reads them all."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

import pytest

from states.model.duties import KINDS, duty_name, kind_of, whom_of
from states.model.vocabulary import CheckName, DutyKind, FactName, Step, Template
from states.steps.table import STEPS
from tests.test_house import ROOMS, ROOT

pytestmark = pytest.mark.slow

HOME = "states/model/vocabulary.py"
WORDS = frozenset(
    str(word) for words in (CheckName, DutyKind, FactName, Step, Template) for word in words
)
ASKED = frozenset({"kind", "template", "fact", "step", "check", "asked"})
"""Under these names a value is a word of one of the vocabularies."""
OTHERWISE: dict[str, tuple[str, str]] = {
    "states/model/duties.py": ("not-reached", "a status of a duty"),
    "states/checks/status.py": ("not-reached", "how the answers of a year stand"),
    "states/model/relays.py": ("invitation", "the question that two steps answer"),
    "states/privacy/bound_words.py": ("answer", "a field of a point"),
    "states/privacy/small_counts.py": ("relayed", "whose figures they are"),
    "states/steps/delivery/receipts.py": ("answer", "a field of what an alert tells"),
    "states/steps/people/erasure.py": ("invitation", "a field of a seat"),
    "states/steps/people/relayed_steps.py": ("invitation", "a field of a seat"),
    "portal/dispatch.py": ("answer", "a function"),
    "portal/manager/answers/answer_debts.py": ("not-reached", "how an answer stands"),
    "portal/manager/answers/answers.py": ("answer", "a part of an address"),
    "portal/my/data.py": ("answer", "a field of a point"),
    "records/journal/examination.py": ("invitation", "a field of a seat"),
    "records/journal/replay.py": ("invitation", "the question that two steps answer"),
    "records/sweep/chunk.py": ("digest", "a bound value"),
}
"""Where a text is spelt like a word and is another one: the text, and what it is."""
SAID = "said"
"""What a page says after a form did its work is named in its catalogue, by words that are often those of a fact."""


@cache
def trees() -> dict[str, ast.Module]:
    """The modules of the program, but for the vocabularies and the migrations, which never change."""
    paths = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    named = {path.relative_to(ROOT).as_posix(): path for path in paths}
    return {
        name: ast.parse(path.read_text(encoding="utf-8"))
        for name, path in named.items()
        if name != HOME and "/migrations/" not in name
    }


def texts(tree: ast.Module) -> Iterator[ast.Constant]:
    """The texts of *tree*, but for docstrings, words that a page says, and words for people."""
    passed = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == SAID:
            passed.add(id(node.value))
        if isinstance(node, ast.Call) and _name(node.func) in {
            "_",
            "NP_",
            "P_",
            "N_",
            "word",
            "fill",
            "CountNoun",
        }:
            passed |= {id(value) for value in node.args}
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in passed
        ):
            yield node


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def test_no_word_of_the_law_is_a_text() -> None:
    found = defaultdict(set)
    for name, tree in trees().items():
        for text in texts(tree):
            if text.value in WORDS and text.value != OTHERWISE.get(name, ("",))[0]:
                found[name].add(text.value)

    assert dict(found) == {}, "spell it as a member of its vocabulary: DutyKind.PASS_ON"


@pytest.mark.parametrize("name", OTHERWISE)
def test_each_exception_is_there(name: str) -> None:
    assert OTHERWISE[name][0] in {text.value for text in texts(trees()[name])}


def test_what_holds_a_word_is_compared_with_no_text() -> None:
    """A misspelt word is no word, so nothing else would find it: mypy compares any text with any word."""
    found = [
        f"{name}:{node.lineno} {text.value}"
        for name, tree in trees().items()
        if name != "portal/uploads/kinds.py"  # kinds of files
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare) and any(map(_holds_a_word, (node.left, *node.comparators)))
        for text in ast.walk(node)
        if isinstance(text, ast.Constant) and isinstance(text.value, str) and "-" in text.value
    ]

    assert found == []


COMPARED = re.compile(
    r"\b(kind|step|template)(?:\.value)? (?:==|!=|(?:not )?in) (\"[^\"]*\"|\([^)]*\))"
)
"""How a template compares what holds a word with texts."""
IN_TEMPLATES = {
    "kind": frozenset(DutyKind),
    "step": frozenset(Step),
    "template": frozenset(Template),
}
BLOCKS = "notifications/templates/_block.html"
"""Its kinds are those of parts of a text: a heading, a list."""


def words_of_templates() -> Iterator[tuple[str, str, str]]:
    """Each text that a template of a page or a letter compares: with what, the text, and where."""
    for room in ("portal", "notifications"):
        for path in sorted((ROOT / room / "templates").rglob("*.*")):
            file = path.relative_to(ROOT).as_posix()
            if path.suffix in {".html", ".txt"} and file != BLOCKS:
                for name, said in COMPARED.findall(path.read_text(encoding="utf-8")):
                    yield from ((name, text, file) for text in re.findall(r'"([^"]*)"', said))


def test_what_a_template_compares_is_a_word_of_the_law() -> None:
    """No type checker reads templates: what is misspelt there is never so, and nobody hears of it."""
    found = list(words_of_templates())

    assert {name for name, _, _ in found} >= {"kind", "step"}
    assert [one for one in found if one[1] not in IN_TEMPLATES[one[0]]] == []


def _holds_a_word(node: ast.expr) -> bool:
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return node.slice.value in ASKED
    return _name(node) in ASKED


def test_each_step_and_duty_of_the_vocabulary_has_its_row() -> None:
    assert list(STEPS) == list(Step)
    assert list(KINDS) == list(DutyKind)


@pytest.mark.parametrize("kind", DutyKind)
@pytest.mark.parametrize(("whom", "round_"), [(None, 1), ("union-bd", 1), ("c6", 2), (None, 3)])
def test_the_name_of_a_duty_is_read_back(kind: DutyKind, whom: str | None, round_: int) -> None:
    name = duty_name(kind, whom, round_)

    assert kind_of(name) is kind
    assert whom_of(name) == whom
