"""What people read when something is refused: each code, in each language, without a word of the machine."""

import string
from datetime import date
from pathlib import Path
from shutil import copy
from typing import Any

import pytest

from notifications.language.words import tables
from portal.web import template_engine
from portal.web.refusal_details import TELLERS, telling_to
from states.language.errors import BadInput
from states.language.languages import LANGUAGES
from states.language.messages import phrasebook, say_to_people
from states.language.validation_messages import Problem, problem_book
from states.model.dialogue import Dialogue
from states.model.vocabulary import DutyKind, Step
from states.steps.phases.lead_time import UnfitDay
from states.steps.table import STEPS
from tests.machine_words import machine_words
from tests.portal.conftest import Portal, opened
from tests.states.test_phrases import SAID, codes

AS_IT_STANDS = frozenset(
    {
        "contribution", "contributions", "edition", "group", "home", "limit", "most", "number",
        "reason", "rounds", "seats", "weeks",
    }
)  # fmt: skip
"""Details that people may read as they stand: numbers, words that somebody wrote, and what a point is called."""
CODES = sorted(phrasebook("people"))
VALUES: dict[str, Any] = {
    "by": "deputy", "check": "home-share", "commitment": "k-1", "contribution": "c1", "contributions": ["c1", "c2"],
    "country": "BD", "date": "2022-09-08",
    "days": [
        UnfitDay(DutyKind("approve-analysis"), date(2022, 2, 10)),
        UnfitDay(DutyKind("invite-stakeholder"), date(2022, 4, 7)),
    ],
    "due": "2022-09-08", "duty": "answer-participant/union-bd",
    "earliest": "2022-09-08",
    "edition": 2022, "fields": ["decided_by", "feedback_by"], "fits": ["session", "strategy_update"],
    "group": "sewers", "home": 3, "limit": 2, "most": 2, "number": 4, "owner": "sponsor",
    "phase": "strategy_update", "reason": "Not this year.", "risk": "wages-bd", "role": "board",
    "roles": ["deputy", "sponsor"], "rounds": 2, "seats": 5, "session": "2022-06-16T11:00:00+00:00",
    "soft": ["home-share"], "stakeholder": "union-bd", "stakeholders": ["union-bd", "ngo-nl"],
    "status": "met-late", "template": "answer-is-late", "time": "2022-03-27 02:30:00", "to": "ngo-nl",
    "today": "2022-09-09", "until": "2022-09-22", "voice": "ngo-nl", "voices": ["ngo-nl", "sealed-1"],
    "weeks": 52, "who": ["manager", "participant"],
}  # fmt: skip
ROLES = ("manager", "deputy", "sponsor", "moderator", "board")


def asked(code: str, language: str) -> set[str]:
    """What the sentence of *code* asks to be filled in."""
    parsed = string.Formatter().parse(phrasebook("people")[code][language])
    return {name for _, name, _, _ in parsed if name}


@pytest.fixture(scope="module")
def told_of(signed_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Dialogue:
    """Give a dialogue in which somebody spoke openly and somebody under seal."""
    with opened(Path(copy(signed_file, tmp_path_factory.mktemp("told") / "told.sqlite"))) as made:
        return made.house.ledger.read("kleding-2022")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", CODES)
def test_what_people_read_of_a_refusal_has_no_word_of_the_machine(
    code: str, language: str, told_of: Dialogue
) -> None:
    """A new code whose sentence names a step needs a sentence for people of its own: `people.nl` and `people.en`."""
    bare = phrasebook("people")[code][language]
    assert machine_words(bare, language) == []
    for role in ROLES:
        telling = telling_to(role, told_of, language)
        filled = telling.fill({n: VALUES[n] for n in asked(code, language) if n in VALUES})
        said = say_to_people(code, language, **{"problems": "–", **filled})
        for named in (role, VALUES["owner"], VALUES["by"]):
            said = said.replace(f"{named} of kleding", "Somebody")
        assert machine_words(said, language, ids=[*told_of.stakeholders, *told_of.risks]) == [], (
            said
        )


@pytest.mark.parametrize("code", CODES)
def test_each_detail_that_people_read_is_told_in_words(code: str) -> None:
    for language in LANGUAGES:
        assert asked(code, language) <= set(TELLERS) | AS_IT_STANDS
        assert asked(code, language) <= set(VALUES) | {"problems"}


def test_every_refusal_that_is_raised_anywhere_was_walked_through() -> None:
    raised = {code for _, node in SAID for code in codes(node)}

    assert len(raised) > 80
    assert raised & set(phrasebook()) <= set(CODES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("step", STEPS)
def test_what_is_wrong_with_a_field_is_said_by_its_label(
    step: str, language: str, told_of: Dialogue
) -> None:
    """Nonsense of every kind in every field of every step: no expression, no English of a library."""
    from states.steps.decide import understand

    model = STEPS[Step(step)].takes
    tries: tuple[Any, ...] = (
        None,
        "",
        "\x00",
        "x" * 30_000,
        "99-99",
        -1,
        [],
        {},
        {"x": "y"},
        date.max,
    )
    for nonsense in tries:
        given = dict.fromkeys(model.model_fields, nonsense) | {"never": nonsense}
        try:
            understand(STEPS[Step(step)], given)
        except BadInput as refused:
            said = [
                telling_to("manager", told_of, language).problem(one)
                for one in refused.details["problems"]
            ]
            assert said
            assert machine_words(" ".join(said), language) == []
            assert all(one[0].isupper() for one in said)


def test_each_way_in_which_a_value_is_wrong_is_said_without_a_word_of_the_machine() -> None:
    for code, both in problem_book().items():
        details = {name: 5 for _, name, _, _ in string.Formatter().parse(both["en"]) if name}
        problem = Problem("reason", code, details)
        for language in LANGUAGES:
            said = telling_to("manager", None, language).problem(problem)
            assert machine_words(said, language) == []


def test_each_field_is_called_something_in_each_language() -> None:
    for key, both in template_engine.sentences()["field"].items():
        assert set(both) == set(LANGUAGES), key


def test_the_words_that_fill_a_sentence_are_all_known() -> None:
    """Roles, phases, duties, statuses, checks and messages: none falls back on its own name."""
    from notifications.language.words import word
    from states.checks.checks import RULES
    from states.model.dialogue import Phase
    from states.model.duties import KINDS, DutyStatus

    wanted: dict[str, list[str]] = {
        "role": [*ROLES, "confidant", "participant"], "phase": list(Phase), "duty": list(KINDS),
        "status": list(DutyStatus), "check": [rule.name for rule in RULES],
    }  # fmt: skip
    missing = [
        (table, k) for table, keys in wanted.items() for k in keys if k not in tables()[table]
    ]

    assert missing == []
    assert word("phase", "session", "nl") == "sessie"


def test_what_is_so_already_is_no_error(portal: Portal) -> None:
    memory, home = portal.memory, "/dialogues/kleding-2022"
    memory.open()
    memory.gather()
    manager = portal.enter_as("manager")
    assert manager.submit(f"{home}/person/ngo-nl/invite", on=home).status_code == 303
    answer = manager.submit(f"{home}/person/ngo-nl/invite", on=home)
    assert answer.status_code == 200
    assert "Campaigner, Clean clothes is al uitgenodigd." in answer.text
    assert 'role="alert"' not in answer.text
    manager.submit(f"{home}/invite-all", on=home)
    assert manager.submit(f"{home}/invite-all", on=home).status_code == 200
    guest = portal.participant("ngo-nl")
    yes = {"reply": "accept"}
    assert guest.submit("/my/invitation", yes, on="/my/invitation").status_code == 303
    answer = guest.submit("/my/invitation", yes, on="/my/invitation")
    assert answer.status_code == 200
    assert "De uitnodiging is al aangenomen." in answer.text
    answer = manager.submit(f"{home}/leave", {"step": "approve-analysis"}, on=home)
    assert answer.status_code == 200
    assert "Dit was al gedaan: de dialoog is nu in de fase ‘verwachtingen ophalen’." in answer.text


def test_an_old_form_is_told_what_is_so_and_loses_no_words(two_companies: Portal) -> None:
    guest = two_companies.participant("ngo-nl")
    words = "We expect a date that is not moved again."

    answer = guest.submit("/my/expectation", {"text": words}, on="/my/invitation")

    assert answer.status_code == 422
    assert "Dit kan niet meer: de dialoog is intussen in de fase ‘terugkoppeling’." in answer.text
    assert words in answer.text
