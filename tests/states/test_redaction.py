"""Redaction: nobody is recognised by an auditor, however somebody typed who they are; and plain words stay words."""

from collections import Counter
from typing import Any

import pytest

from states.model.dialogue import Dialogue
from states.privacy.redaction import for_auditors, without_speaker
from tests.states.builders import live

PEOPLE = [
    ("s1", "Rahima Khatun", "Needle Union", "rahima.khatun@needle.example", "+880 1711 123456"),
    ("s2", "Jörg Weiß", "Straße Textil", "joerg@straße.example", "+49 (0)30 1234567"),
    ("s3", "Ayşe İnan", "İstanbul Konfeksiyon", "ayse@inan.example", "020 1"),
    ("s4", "An Der", "Vị Sĩ", None, None),
]


@pytest.fixture
def dialogue() -> Dialogue:
    """Four people, two of whom share a first name with nobody."""
    found = live("signed").dialogue
    seat = next(iter(found.stakeholders.values()))
    found.stakeholders = {
        name: seat.model_copy(
            update={
                "id": name,
                "name": called,
                "organisation": organisation,
                "email": email,
                "phone": phone,
                "postal_address": "Lange Laan 7",
                "left_ways": ("old@needle.example", "+880 1811 999999") if name == "s1" else (),
            }
        )
        for name, called, organisation, email, phone in PEOPLE
    }
    return found


SPELLINGS = [
    ("s1", "Rahima Khatun"),
    ("s1", "RAHIMA KHATUN"),
    ("s1", "rahima"),
    ("s1", "mevrouw KHATUN"),
    ("s1", "Rahima\u00a0Khatun"),
    ("s1", "Rahima \u200b Khatun"),
    ("s1", "Rahima\u200bKhatun"),
    ("s1", "Ra\u00adhi\u200bma"),
    ("s1", "Rahima   Khatun"),
    ("s1", "Rahima\u2003\nKhatun"),
    ("s1", "Khatun, Rahima"),
    ("s1", "rahimakhatun"),
    ("s1", "Rahima-Khatun"),
    ("s1", "needle  UNION"),
    ("s1", "Rahima.Khatun@NEEDLE.example"),
    ("s1", "rahima.khatun @ needle.example"),
    ("s1", "<mailto:rahima.khatun@needle.example>"),
    ("s1", "old@needle.example"),
    ("s1", "+8801711123456"),
    ("s1", "00880 1711-123456"),
    ("s1", "01711 123 456"),
    ("s1", "+880\u00a01711\u00a0123456"),
    ("s1", "+880\u200b1711\u200b123456"),
    ("s1", "\uff0b880 1711 123456"),
    ("s1", "+880 1811 999 999"),
    ("s1", "lange laan 7"),
    ("s2", "JÖRG WEISS"),
    ("s2", "Jo\u0308rg"),
    ("s2", "Jorg Weiss"),
    ("s2", "STRASSE TEXTIL"),
    ("s2", "joerg@straße.example"),
    ("s2", "joerg@xn--strae-oqa.example"),
    ("s2", "030 123 45 67"),
    ("s3", "AYŞE İNAN"),
    ("s3", "Ayse Inan"),
    ("s3", "istanbul konfeksiyon"),
    ("s4", "an der"),
    ("s4", "vi si"),
]


@pytest.mark.parametrize(("who", "written"), SPELLINGS)
def test_nobody_is_recognised_however_they_are_spelled(
    who: str, written: str, dialogue: Dialogue
) -> None:
    seats = list(dialogue.stakeholders)
    shown = for_auditors(dialogue).over(f"Wij vroegen {written} om raad.")
    masks = shown.removeprefix("Wij vroegen ").removesuffix(" om raad.")

    found = {sign for sign in masks.replace("mevrouw", "").replace("mailto", "").split() if sign}
    expected = f"participant-{seats.index(who) + 1}"
    assert {one.strip("<>:,") for one in found} <= {expected}, masks
    assert expected in masks


@pytest.mark.parametrize(
    "written",
    [
        "een ander plan",
        "op 02-01 om 20:10",
        "2022-06-16 13:00",
        "de naald en de unie",
        "wages-bd",
        "s12 en as1",
        "Sinan",
        "",
    ],
)
def test_plain_words_stay_as_they_are(written: str, dialogue: Dialogue) -> None:
    assert for_auditors(dialogue).over(written) == written


def test_a_role_stands_instead_of_who_holds_it(dialogue: Dialogue) -> None:
    for role, person in dialogue.programme.roles.items():
        assert for_auditors(dialogue).over(person.name.upper()) == role.value


def test_of_a_shared_first_name_nobody_says_whose_it_is(dialogue: Dialogue) -> None:
    twin = dialogue.stakeholders["s2"].model_copy(update={"name": "Rahima Sultana"})
    dialogue.stakeholders["s2"] = twin
    redactor = for_auditors(dialogue)

    assert redactor.over("Rahima Sultana, Rahima Khatun") == "participant-2, participant-1"
    assert redactor.over("Rahima zei") == "somebody zei"


def test_the_company_keeps_its_name(dialogue: Dialogue) -> None:
    company = dialogue.programme.company.split()[0]
    seat = dialogue.stakeholders["s1"].model_copy(update={"name": f"Rahima {company}"})
    dialogue.stakeholders["s1"] = seat

    assert (
        for_auditors(dialogue).over(f"Bij {company} zei Rahima")
        == f"Bij {company} zei participant-1"
    )


def test_one_person_has_one_number_in_all_editions(dialogue: Dialogue) -> None:
    later = dialogue.copy()
    later.stakeholders = {
        "s9": dialogue.stakeholders["s1"].model_copy(update={"id": "s9", "name": "Nur Alam"}),
        "s2": dialogue.stakeholders["s2"],
    }

    assert for_auditors(dialogue, later).over("s2, s9") == "participant-2, participant-5"


def test_all_that_json_may_hold_is_redacted(dialogue: Dialogue) -> None:
    shown = for_auditors(dialogue).over_all({"s1": ["Rahima", 3, None, {"by": "JÖRG"}]})

    assert shown == {"participant-1": ["participant-1", 3, None, {"by": "participant-2"}]}


@pytest.mark.parametrize("why", ["s1 is not invited", "RAHIMA KHATUN is not invited"])
def test_a_refused_point_does_not_say_whose_it_was(why: str, dialogue: Dialogue) -> None:
    given = {"stakeholder": "s1"}

    told = without_speaker(dialogue, "record-contribution", given, why)
    assert told == "(the speaker) is not invited"
    assert without_speaker(dialogue, "map-stakeholder", given, why) == why
    assert without_speaker(None, "record-contribution", given, why) == why


def test_what_is_read_does_not_grow_with_who_is_there(dialogue: Dialogue) -> None:
    """A pattern of all names took half a second a sentence with two hundred people: words are looked up instead."""
    seat = dialogue.stakeholders["s1"]
    dialogue.stakeholders |= {
        f"p{number}": seat.model_copy(
            update={"id": f"p{number}", "name": f"Nur{number} Alam{number}", "left_ways": ()}
        )
        for number in range(200)
    }
    redactor, looked = for_auditors(dialogue), Counter[str]()
    redactor._words = Counting(redactor._words, looked)

    assert redactor.over("Wij vroegen Nur7 Alam7 om raad en wachten tot 2022-06-16.") == (
        "Wij vroegen participant-12 om raad en wachten tot 2022-06-16."
    )
    assert looked.total() < 60


class Counting(dict[str, Any]):
    """A dictionary that counts what is asked of it."""

    def __init__(self, known: dict[str, Any], looked: Counter[str]) -> None:
        super().__init__(known)
        self.looked = looked

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ANN401 - as a dictionary has it
        self.looked[key] += 1
        return super().get(key, default)
