"""References: whatever code and papers point to is in this repository, and has the number that they name."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_house import ROOT, texts

_RULE = re.compile(r"^\*\*(\d+)\. ", re.MULTILINE)
_TO_RULES = re.compile(r"\brules (\d+(?:(?:,\s+|\s+and\s+|\s+to\s+)\d+)*)")
_TO_PAGE = re.compile(r"(?<![\w./-])docs/[\w./-]*[\w-]")
_PAPER = re.compile(r"(?<![\w*.-])([\w./-]+\.md)\b")
_PATH = re.compile(
    r"`((?:benchmarks|cli|config|deploy|docs|flows|locale|notifications|portal|records|services|states|tests|tools)/"
    r"[\w./-]+)`"
)
_HISTORY = "CHANGELOG.md"
"""What a change was called when it was made; names of then may be gone."""
_PLACEHOLDER = re.compile(r"[A-Z]{2,}|\.\.\.|NNNN")
# Written in pieces, or this file would break its own rule.
OUTSIDE = re.compile(
    "|".join(
        (
            rf"\b{'DES' + 'IGN'}\b",
            rf"\b{'rul' + 'ings'}?,? \d",
            rf"\b{'ca' + 're'} \d",
            rf"\b{'tru' + 'st'} \d",
            f"{'domain ' + 'research'}",
        )
    )
)


def rules() -> list[int]:
    return [int(number) for number in _RULE.findall(texts()["docs/rules.md"])]


def numbers(said: str) -> Iterator[int]:
    """The numbers of `12`, `26 and 27`, `40 to 42`, `15, 21 and 28`: each that is written."""
    yield from map(int, re.findall(r"\d+", said))


def to_rules(text: str) -> set[int]:
    """The rules to which *text* points, also where a comment breaks its line within."""
    one_line = re.sub(r"\s*\n\s*#?\s*", " ", text)
    return {number for said in _TO_RULES.findall(one_line) for number in numbers(said)}


def exists(reference: str) -> bool:
    """Whether a path or the beginning of a numbered decision is there."""
    place = ROOT / reference
    return place.exists() or any(place.parent.glob(f"{place.name}-*"))


def test_rules_are_numbered_one_after_the_other() -> None:
    assert rules() == list(range(1, len(rules()) + 1))


def test_every_reference_to_a_rule_has_one() -> None:
    known = set(rules())
    lost = {
        file: sorted(gone)
        for file, text in texts().items()
        if not file.startswith("tests/docgen/") and (gone := to_rules(text) - known)
    }

    assert lost == {}


def test_the_law_points_to_its_rules() -> None:
    """A net that catches nothing would pass: the references are there to be read."""
    pointed = [file for file, text in texts().items() if file.endswith(".py") and to_rules(text)]

    assert len(pointed) > 30


def test_every_reference_to_a_page_of_the_docs_leads_somewhere() -> None:
    lost = {
        f"{file} → {reference}"
        for file, text in texts().items()
        for reference in _TO_PAGE.findall(text)
        if not _PLACEHOLDER.search(reference) and not exists(reference)
    }

    assert lost == set()


def test_no_source_names_a_paper_that_is_not_here() -> None:
    papers = {Path(file).name for file in texts() if file.endswith(".md")}
    lost = {
        f"{file} → {paper}"
        for file, text in texts().items()
        if file.endswith((".py", ".toml", ".html", ".txt", ".po", ".yaml"))
        and not file.startswith("tests/docgen/")
        for paper in _PAPER.findall(text)
        if Path(paper).name not in papers and not _PLACEHOLDER.search(paper)
    }

    assert lost == set()


def test_nothing_points_to_papers_outside() -> None:
    assert [
        (file, found[0]) for file, text in texts().items() if (found := OUTSIDE.search(text))
    ] == []


def test_every_path_that_is_named_is_there() -> None:
    """In papers, and in what sources, settings and templates say of each other."""
    lost = {
        f"{file} → {path}"
        for file, text in texts().items()
        if file != _HISTORY
        for path in _PATH.findall(text)
        if not _PLACEHOLDER.search(path) and not exists(path)
    }

    assert lost == set()


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("Source: rules 12.", {12}),
        ("(rules 26 to 28)", {26, 28}),
        ("Sources: rules 15, 21,\n    28 and 40.", {15, 21, 28, 40}),
        ("# waits (rules\n    # 41)", {41}),
        ("the rules of 3 houses", set()),
    ],
)
def test_a_reference_is_read_as_it_is_written(text: str, points: set[int]) -> None:
    assert to_rules(text) == points
