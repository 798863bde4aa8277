"""The record of processing: which ways out it finds, what the company must add, and what an impact assessment says."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from records.contents import people_kept
from services.doctor.recipients import check_recorded
from services.house import House
from services.processing.company_file import (
    CompanyFile,
    CompanyFileUnfit,
    DataWay,
    blank,
    read_company_file,
)
from services.processing.impact_assessment import assessment_of
from services.processing.papers import assessment_paper, record_paper
from services.processing.record import record_of
from services.processing.ways_out import gaps, ways_out
from states.language.languages import WHOLE
from tests.services.conftest import NOW as OPENED
from tests.services.conftest import PEOPLE, programme

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
TODAY = NOW.date()
ROW = """recipient = "Mail BV"
country = "tr"
safeguard = "standard clauses"
contract_on = 2025-01-15
ends_on = {ends}
measures = "TLS"
"""
CONTROLLER = (
    '[controller]\nname = "Klein BV"\ncontact = "privacy@klein.example"\nground = "interest"\n'
)


def settings(**given: Any) -> Settings:  # noqa: ANN401 - settings are of many kinds
    return Settings(**{"database_url": "sqlite:///:memory:", **given})


def mailing(**given: Any) -> Settings:  # noqa: ANN401 - as above
    return settings(channel="smtp", smtp={"host": "mail.example.nl"}, **given)


def company(folder: Path, text: str) -> Path:
    file = folder / "processing.toml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, []),
        ({"channel": "smtp", "smtp": {"host": "mail.example.nl"}}, [DataWay.EMAIL]),
        ({"channel": "smtp", "smtp": {"host": "127.0.0.1"}}, []),
        ({"channel": "maildir", "smtp": {"host": "mail.example.nl"}}, []),
        ({"database_url": "postgresql+psycopg://weerklank@db.example.nl/w"}, [DataWay.DATABASE]),
        ({"database_url": "postgresql+psycopg://weerklank@localhost/w"}, []),
        ({"prefect": {"api_url": "http://prefect.intern:4200/api"}}, [DataWay.PREFECT]),
        ({"chat_urls": "mmost://chat.example.nl/token"}, [DataWay.CHAT]),
    ],
)
def test_each_way_out_of_this_machine_is_found(given: dict[str, Any], found: list[DataWay]) -> None:
    ways = [one.way for one in ways_out(settings(**given), CompanyFile())]
    assert ways == [*found, DataWay.HOSTING]
    assert list(gaps(settings(**given), TODAY).unfilled) == found


def test_a_blank_file_asks_for_every_value_and_is_taken_once_it_is_filled(tmp_path: Path) -> None:
    text = blank([DataWay.EMAIL, DataWay.HOSTING], TODAY)
    with pytest.raises(CompanyFileUnfit) as refused:
        read_company_file(company(tmp_path, text))
    asked = {line.partition(":")[0] for line in refused.value.lines}
    fields = ("recipient", "country", "safeguard", "contract_on", "measures")
    assert asked == {
        *(f"controller.{name}" for name in ("name", "contact", "ground")),
        *(f"ways.{way}.{name}" for way in ("email", "hosting") for name in fields),
    }
    filled = text.replace('country = ""', 'country = "nl"').replace('""', '"x"')
    read = read_company_file(company(tmp_path, filled.replace("# contract_on", "contract_on")))
    assert read.ways[DataWay.EMAIL].country == "NL"
    assert read.ways[DataWay.HOSTING].contract_on == TODAY


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[ways.post]\nrecipient = 'x'", "ways.post"),
        ("[ways.email]\n" + ROW.format(ends="2027-01-01").replace("tr", "xq"), "country"),
        ("[roles.nobody]\n" + ROW.format(ends="2027-01-01"), "roles.nobody"),
        ("not toml", "is no TOML"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_in_words(tmp_path: Path, text: str, told: str) -> None:
    file = company(tmp_path, text)
    with pytest.raises(CompanyFileUnfit) as refused:
        read_company_file(file)
    assert told in str(refused.value)
    [finding] = check_recorded(mailing(privacy_record=file), NOW)
    assert (finding.state, told in finding.says) == ("warn", True)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CompanyFileUnfit, match="nowhere: cannot be read"):
        read_company_file(tmp_path / "nowhere")


def test_doctor_names_ways_without_a_row_and_contracts_that_are_over(tmp_path: Path) -> None:
    assert list(check_recorded(settings(), NOW)) == []
    [missing] = check_recorded(mailing(), NOW)
    assert missing.says.endswith("names no recipient for: email")
    for ends, over in (("2026-03-01", False), ("2026-02-28", True)):
        file = company(tmp_path, "[ways.email]\n" + ROW.format(ends=ends))
        found = list(check_recorded(mailing(privacy_record=file), NOW))
        assert [one.says for one in found] == (
            ["the contract is over with who gets data by: email"] if over else []
        )


@pytest.mark.parametrize("language", WHOLE)
def test_the_papers_say_all_in_each_language(house: House, tmp_path: Path, language: str) -> None:
    text = CONTROLLER + "[ways.email]\n" + ROW.format(ends="2026-02-01")
    text += "[roles.moderator]\n" + ROW.format(ends="2027-02-01")
    of = House(mailing(privacy_record=company(tmp_path, text)), house.engine)
    record = record_of(of, NOW, language)
    paper = record_paper(record)
    assert [one.way for one in record.outside] == ["email", "hosting", "role:moderator"]
    assert [one.ended for one in record.outside] == [True, False, False]
    assert paper.count("Mail BV") == 2
    assert "mail.example.nl" in paper
    assert "Klein BV" in paper
    assert "Klein merk" in paper
    assert "{" not in paper + assessment_paper(assessment_of(of, NOW, language))


def test_what_differs_between_languages_is_all_of_it(house: House) -> None:
    told = [record_of(house, NOW, language).activities for language in WHOLE]
    for name, first in told[0].items():
        assert all(first[part] != other[name][part] for other in told[1:] for part in first)


def test_people_are_counted_once_and_of_fewer_than_the_small_group_no_number_is_said(
    house: House,
) -> None:
    known = people_kept(house.engine)
    assert (known.number, known.categories) == (len(PEOPLE), frozenset(PEOPLE))
    first = assessment_of(house, NOW, "en").why[0]
    assert first == "People who are known: fewer than 5."
    house.ledger.apply_programme(programme(policy={"limits": {"small_group": 3}}), OPENED)
    assert assessment_of(house, NOW, "en").why[0].startswith("People who are known: 3.")
