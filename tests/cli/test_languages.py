"""`weerklank languages`, and what a command says to a language that there is not."""

import json
from typing import Any

import pytest

from states.language.catalogue import DOMAINS
from states.language.languages import LANGUAGES, SOURCE, WHOLE, languages
from tests.cli.conftest import ID, OPENED, PROGRAMME, UNION, Desk
from tools.catalogues.extraction import extract_catalog

CASE = "cli/data/kledingmerk-2022.yaml"


@pytest.mark.slow
def test_each_language_is_told_with_what_is_written_in_it(desk: Desk) -> None:
    rows: list[dict[str, Any]] = desk.json("languages")["languages"]
    assert [row["code"] for row in rows] == list(LANGUAGES)
    for row in rows:
        of = {domain: sum(bool(one.id) for one in extract_catalog(domain)) for domain in DOMAINS}
        assert {name: row["written"][name]["of"] for name in DOMAINS} == of
        whole = row["complete"] == "all"
        assert all(one["written"] == one["of"] for one in row["written"].values()) or not whole
        assert row["written"]["letters"]["written"] > 20
    [english] = [row for row in rows if row["code"] == SOURCE]
    assert (english["name"], english["direction"], english["complete"]) == ("English", "ltr", "all")


def test_it_says_plainly_when_no_native_has_read_a_language(
    desk: Desk,
) -> None:
    said = desk.good("languages")
    read = {code: one.reviewed_by for code, one in languages().items()}
    assert said.count("Read by a native: nobody yet.") == sum(not by for by in read.values())


NOT_WHOLE = sorted({*LANGUAGES} - {*WHOLE})


@pytest.mark.parametrize("code", ["fr", "xx", "bn", "NL", "", *NOT_WHOLE])
def test_a_story_is_told_in_a_language_that_says_everything(desk: Desk, code: str) -> None:
    said = desk.bad(2, "rehearse", CASE, "--lang", code)
    assert f"'{code}' is a language in which we do not write yet" in said
    assert said.split("choose from ")[1].startswith(", ".join(WHOLE))
    assert not any(one in said.split("choose from ")[1].split()[:3] for one in NOT_WHOLE)


@pytest.mark.slow
@pytest.mark.parametrize("code", NOT_WHOLE)
def test_the_command_line_is_not_half_in_one_language(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    english = desk.good("rehearse", CASE)
    monkeypatch.setenv("WEERKLANK_LANGUAGE", code)
    assert desk.good("rehearse", CASE) == english


def _refusal(desk: Desk, *words: str) -> dict[str, Any]:
    result = desk(*words, "--json")
    assert result.exit_code in {1, 2}
    refused: dict[str, Any] = json.loads(result.stdout)["refused"]
    return refused


def test_a_programme_file_names_languages_that_there_are(desk: Desk) -> None:
    desk.good("db", "upgrade")
    for wrong in ({"languages": ["nl", "xx"]}, {"roles": _manager_who_reads("xx")}):
        file = desk.file("wrong.yaml", {**PROGRAMME, **wrong})
        refused = _refusal(desk, "programme", "apply", file, "--now", OPENED)
        assert refused["code"] == "bad-document"
        assert "'xx' is a language in which we do not write yet" in refused["message"]
        assert ", ".join(LANGUAGES) in refused["message"]
    assert desk.json("programme", "list")["programmes"] == []


def _manager_who_reads(code: str) -> dict[str, Any]:
    manager = {**PROGRAMME["roles"]["manager"], "language": code}
    return {**PROGRAMME["roles"], "manager": manager}


@pytest.mark.parametrize("language", LANGUAGES[:2])
def test_a_step_names_a_reader_of_a_language_that_there_is(
    edition: Desk, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEERKLANK_LANGUAGE", language)
    person = {"name": "Jo", "language": "xx"}
    steps: dict[str, dict[str, Any]] = {
        "map-stakeholder": {**UNION, "id": "other", "language": "xx"},
        "change-contact": {"stakeholder": "union-bd", "language": "xx"},
        "hand-over": {"role": "manager", "person": person},
    }
    for step, given in steps.items():
        by = "sponsor" if step == "hand-over" else "manager"
        words = ("act", ID, step, "--by", by, "--now", OPENED, "--with", json.dumps(given))
        refused = _refusal(edition, *words)
        assert refused["code"] == "bad-input", step
        assert "'xx'" in refused["message"]
        assert ", ".join(LANGUAGES) in refused["message"]


def test_a_scenario_names_languages_that_there_are(desk: Desk) -> None:
    text = desk.folder / "case.yaml"
    with open(CASE, encoding="utf-8") as case:  # noqa: PTH123 - a path of the repository
        text.write_text(case.read().replace("language: en", "language: xx"), encoding="utf-8")
    refused = _refusal(desk, "rehearse", str(text))
    assert "'xx' is a language in which we do not write yet" in refused["message"]


def test_a_setting_names_a_language_that_there_is(
    programme: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEERKLANK_LANGUAGE", "xx")
    refused = _refusal(programme, "status")
    assert refused["code"] == "unfit"
    assert ", ".join(LANGUAGES) in refused["message"]
