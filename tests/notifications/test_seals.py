"""No text to a role tells who spoke under seal, nor more of the others than they allowed."""

from dataclasses import replace
from random import Random

import pytest

from notifications.language.words import word
from notifications.letters.compose import Message, compose, words_to_pass_on
from notifications.views.names import speaker
from notifications.views.to_participants import contact_for
from states.language.languages import LANGUAGES
from states.model.contributions import Attribution
from states.model.dialogue import Dialogue
from states.privacy.seals import is_under_seal
from tests.notifications.builders import ALERTED, SECRETS, contributions, dialogue, duty, notice
from tests.notifications.case import Case
from tests.notifications.cases import SEALED, role_cases, sealed_cases

OPEN_TO = {
    Attribution.NAMED: {"name", "organisation"},
    Attribution.ORGANISATION: {"organisation"},
    Attribution.REGION: set[str](),
}
"""What a text to a role may hold of a speaker, by how they chose to be known."""


def written(case: Case) -> Message:
    return compose(case.notice, case.dialogue, now=case.now, journal_head="5f2a-9c31")


def everything(message: Message) -> str:
    return "\n".join((message.subject, message.text, message.html, message.alert or ""))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_to_a_role_holds_the_sealed_speaker(language: str) -> None:
    for case in role_cases(dialogue(language)):
        told = everything(written(case))
        assert not [secret for secret in SECRETS if secret in told], case.name


@pytest.mark.parametrize("seed", range(12))
def test_roles_read_no_more_than_a_speaker_allowed(seed: int) -> None:
    home, told = _shuffled(Random(seed)), ""  # noqa: S311 - shuffles a test
    for case in role_cases(home):
        told += everything(written(case))
    for point in home.contributions.values():
        seat = home.stakeholders.get(point.voice)
        if seat is None:
            continue
        allowed = OPEN_TO[point.attribution]
        hidden = {"name": seat.name, "organisation": seat.organisation, "email": seat.email}
        assert not [
            what for what, text in hidden.items() if what not in allowed and str(text) in told
        ]


def _shuffled(random: Random) -> Dialogue:
    """The dialogue with other attributions; everybody has been heard of nowhere else."""
    home = dialogue("nl")
    chosen = list(OPEN_TO)
    points = {
        name: point
        if is_under_seal(point)
        else point.model_copy(update={"attribution": random.choice(chosen)})
        for name, point in contributions().items()
    }
    seats = {
        name: seat.model_copy(
            update={"name": f"Persoon {seat.id.upper()}", "organisation": f"Huis {number}{seed}"}
        )
        for number, (name, seat) in enumerate(home.stakeholders.items())
        for seed in [random.randrange(1000, 9999)]
    }
    return replace(home, contributions=points, stakeholders=seats)


def test_one_hidden_point_hides_the_speaker_of_all() -> None:
    home = dialogue()
    second = home.contributions["c1"].model_copy(
        update={"id": "c9", "attribution": Attribution.REGION}
    )
    home = replace(home, contributions=home.contributions | {"c9": second})
    assert speaker(home, "ngo", "nl") == "een deelnemer"
    assert speaker(home, "worker", "nl") == "Samira Haddad, Ondernemingsraad"
    assert speaker(home, "investor", "en") == "Pensioen Vooruit"
    assert speaker(home, "sealed-1", "en") == "Voice A (confidential)"
    assert speaker(home, "who-is-this", "nl") == "een deelnemer"


@pytest.mark.parametrize("language", LANGUAGES)
def test_mail_under_seal_is_neutral_outside(language: str) -> None:
    subject = word("voice", "discreet", language)
    for case in sealed_cases(dialogue(language)):
        message = written(case)
        assert message.subject == subject
        assert message.discreet
        assert message.name == ""
        assert message.calendar is None
        assert not [secret for secret in SECRETS if secret in everything(message)], case.name
        assert message.reply_to is None


def test_no_mail_holds_what_was_said_under_seal() -> None:
    home = dialogue("nl")
    for case in (*sealed_cases(home), *role_cases(home)):
        told = everything(written(case))
        assert "organisatoren" not in told, case.name
        assert "organisers" not in told, case.name


def test_an_answer_under_seal_is_read_out_with_their_words() -> None:
    case = next(case for case in sealed_cases(dialogue("nl")) if case.name == "sealed answer")
    text = words_to_pass_on(case.notice, case.dialogue, "moderator", case.now)
    assert "> Two factories dismissed organisers." in str(text)
    assert words_to_pass_on(case.notice, case.dialogue, "manager", case.now) is None
    assert written(case).address == "rahima@solidarity-union.example"


def test_the_thread_does_not_give_the_seal_away() -> None:
    home = dialogue()
    own = compose(notice("agenda-echoed", "union-bd"), home, now=ALERTED)
    sealed = compose(notice("answer-is-late", "sealed-1", home.duties[SEALED]), home, now=ALERTED)
    other = compose(notice("agenda-echoed", "ngo"), home, now=ALERTED)
    assert own.thread == sealed.thread != other.thread


def test_without_a_moderator_the_sealed_write_to_the_confidant() -> None:
    home = dialogue()
    roles = {role: who for role, who in home.programme.roles.items() if role != "moderator"}
    home = replace(home, programme=home.programme.model_copy(update={"roles": roles}))
    found = contact_for(home, "sealed-1")
    assert found is not None
    assert found.role == "confidant"
    nobody = replace(home, programme=home.programme.model_copy(update={"roles": {}}))
    assert contact_for(nobody, "sealed-1") is None


def test_a_chat_alert_holds_ids_and_counts_only() -> None:
    home = dialogue()
    alert = compose(notice("answer-late-alert", "manager", home.duties[SEALED]), home, now=ALERTED)
    assert alert.alert == "Weerklank · merk-2022 · answer-late-alert · c2 · 1d · 5 waiting"
    late = duty("answer-participant", "worker")
    plain = compose(notice("duty-due-soon", "manager", late, rung="-3wd"), home, now=ALERTED)
    assert plain.alert is None
    deputy = compose(
        notice("answer-now-or-postpone", "deputy", late, rung="+5wd"), home, now=ALERTED
    )
    assert deputy.alert is None
