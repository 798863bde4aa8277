"""The words of the dialogue: complete in each language, and dates as people write them."""

import string
from datetime import UTC, date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

import pytest

from notifications.language import words
from notifications.language.due_dates import from_rule
from notifications.language.templates import _templates, _words
from states.checks.checks import RULES
from states.language.languages import LANGUAGES, capital_in, small_in
from states.model.contributions import Attribution, LineVerdict, Outcome
from states.model.dialogue import Phase
from states.model.duties import KINDS, DutyStatus
from states.model.information import Influence, Information
from states.model.people import PARTICIPANT, Invitation, Layer, Role
from tests.counted_forms import all_forms
from tests.notifications.test_letters import TEMPLATES

ALL = [
    pytest.param(table, key, id=f"{table}.{key}")
    for table, rows in words.tables().items()
    for key in rows
]
ENUMS: dict[str, type[StrEnum]] = {
    "phase": Phase,
    "status": DutyStatus,
    "outcome": Outcome,
    "attribution": Attribution,
    "line": LineVerdict,
    "invitation": Invitation,
    "influence": Influence,
    "layer": Layer,
}


@pytest.mark.parametrize(("table", "key"), ALL)
def test_a_word_is_there_in_each_language(table: str, key: str) -> None:
    entry = words.tables()[table][key]
    assert tuple(entry) == LANGUAGES
    told = [all_forms(entry, language) for language in LANGUAGES]
    assert all(text.strip() for text in told)
    assert len({_places(text) for text in told}) == 1


def _places(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)


@pytest.mark.parametrize(("table", "enum"), ENUMS.items())
def test_every_value_of_the_law_has_a_word(table: str, enum: type[StrEnum]) -> None:
    assert set(words.tables()[table]) == {member.value for member in enum}


def test_everything_else_has_a_word() -> None:
    tables = words.tables()
    assert set(tables["duty"]) == set(KINDS)
    assert set(KINDS) <= set(tables["count"])
    assert {rule.name for rule in RULES} <= set(tables["check"])
    assert {rule.source for rule in RULES} == set(tables["source"])
    assert set(tables["information"]) == set(Information.model_fields)
    assert {*Role, PARTICIPANT} <= set(tables["role"])
    assert set(tables["message"]) == set(TEMPLATES)
    assert {kind.name for kind in KINDS.values() if kind.debt} <= set(tables["owed"])


def test_an_own_word_stands_for_itself() -> None:
    assert words.word("category", "fisheries", "nl") == "fisheries"


REASONS = [
    ("refused-550", "nl", "de mailserver weigert dit adres of dit bericht (550)"),
    ("bounced-5.1.1", "en", "it came back (5.1.1)"),
    ("bounced", "nl", "het kwam terug"),
    ("mail-not-valid", "en", "email cannot carry this address or this name"),
    ("mailbox-unavailable", "en", "this address does not exist or takes no email"),
]


@pytest.mark.parametrize(("code", "language", "said"), REASONS)
def test_why_a_message_did_not_arrive_is_said_in_words(code: str, language: str, said: str) -> None:
    assert words.failure(code, language) == said


def test_counts_agree_with_their_number() -> None:
    assert [words.count(n, "day", "nl") for n in (0, 1, 2)] == ["0 dagen", "1 dag", "2 dagen"]
    assert [words.count(n, "person", "en") for n in (1, 4)] == ["1 person", "4 people"]


def test_dates_are_written_out() -> None:
    day = date(2022, 9, 8)
    assert words.long_date(day, "nl") == "donderdag 8 september 2022"
    assert words.short_date(day, "en") == "8 September 2022"
    assert words.country("BD", "nl") == "Bangladesh"
    assert words.country("QQ", "nl") == "QQ"


def test_times_name_their_place() -> None:
    when, zone = datetime(2022, 6, 16, 11, tzinfo=UTC), ZoneInfo("America/New_York")
    assert words.clock(when, zone, "en") == "07:00, New York time (11:00 UTC)"
    assert words.clock(when, zone, "nl") == "07:00 uur, tijd in New York (11:00 UTC)"


@pytest.mark.parametrize(
    ("own", "said"),
    [
        (None, "13:00, Amsterdam time (11:00 UTC)"),
        ("Europe/Paris", "13:00, Amsterdam time (11:00 UTC)"),
        ("Asia/Dhaka", "13:00, Amsterdam time (11:00 UTC); in Dhaka it is 17:00 then"),
        (
            "Pacific/Auckland",
            "13:00, Amsterdam time (11:00 UTC); in Auckland it is 23:00 then",
        ),
        (
            "Pacific/Kiritimati",
            "13:00, Amsterdam time (11:00 UTC); in Kiritimati it is 01:00 on Friday 17 June 2022 then",
        ),
    ],
)
def test_who_lives_elsewhere_reads_their_own_time_too(own: str | None, said: str) -> None:
    when, zone = datetime(2022, 6, 16, 11, tzinfo=UTC), ZoneInfo("Europe/Amsterdam")
    assert words.clock(when, zone, "en", ZoneInfo(own) if own else None) == said


def test_lists_read_as_sentences() -> None:
    assert [words.listing(items, "nl") for items in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a en b",
        "a, b en c",
    ]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("S+12w", "12 weeks after the session of 16 June 2022"),
        ("S-1w", "1 week before the session of 16 June 2022"),
        ("+10wd", "10 working days after 16 June 2022"),
        ("S-3wd", "3 working days before the session of 16 June 2022"),
    ],
)
def test_rules_are_said(rule: str, said: str) -> None:
    assert from_rule(rule, date(2022, 6, 16), "en") == said


def test_templates_are_read_once() -> None:
    assert _templates("answer", "nl") is _templates("answer", "nl")


@pytest.mark.parametrize(
    ("language", "small", "large"),
    [
        ("en", "it is", "It is"),
        ("nl", "élk punt", "Élk punt"),
        ("tr", "itirazınız", "İtirazınız"),
        ("tr", "ılık", "Ilık"),
        ("tr", "size", "Size"),
        ("xx", "it", "It"),
        ("tr", "", ""),
    ],
)
def test_a_sentence_begins_with_the_capital_of_its_language(
    language: str, small: str, large: str
) -> None:
    assert (capital_in(language, small), small_in(language, large)) == (large, small)


def test_words_in_another_language_begin_with_the_capital_of_theirs() -> None:
    letter = _words().from_string("{{ said|capital }} {{ said|capital(spoken) }}")
    assert letter.render(said="inkoop", spoken="nl", language="tr") == "İnkoop Inkoop"
