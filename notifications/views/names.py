"""
View of people: what a reader may see of who said what, in which language that is, and whom one can turn to.

Nothing here opens a seal for a role.
"""

from dataclasses import dataclass

from notifications.language.language_tags import UNKNOWN
from notifications.language.words import country, fill, isolate, listing, word
from states.model.contributions import Contribution
from states.model.dialogue import Dialogue
from states.model.duties import KINDS, About, Duty
from states.model.people import HELPER, ROLES, Role, Stakeholder
from states.model.vocabulary import DutyKind
from states.privacy.readers import A_MANAGER, Reader
from states.privacy.seals import is_pseudonym, is_sealed, letters_of
from states.privacy.visibility import (
    Hidden,
    Identity,
    Named,
    Organisation,
    Region,
    identity_of,
    level_hiding,
)


def seat(stakeholder: Stakeholder) -> str:
    """A stakeholder by name and organisation."""
    return f"{isolate(stakeholder.name)}, {isolate(stakeholder.organisation)}"


def speaker(dialogue: Dialogue, voice: str, language: str, reader: Reader = A_MANAGER) -> str:
    """How texts name the speaker *voice* to *reader*: to a role, unless it says otherwise."""
    return name_of(identity_of(dialogue, voice, reader), language)


def name_of(identity: Identity, language: str) -> str:
    """*identity* in words."""
    match identity:
        case Hidden(alias):
            return _alias(alias, language)
        case Region(category, land):
            told = word("category", category, language)
            return f"{told}, {country(land, language)}" if land else told
        case Organisation(name):
            return isolate(name)
        case Named(name, organisation, alias):
            whole = f"{isolate(name)}, {isolate(organisation)}"
            return f"{_alias(alias, language)}: {whole}" if alias else whole


def _alias(alias: str | None, language: str) -> str:
    if alias is None:
        return word("voice", "unknown", language)
    if not is_pseudonym(alias):
        return alias
    return fill("voice", "sealed", language, letter=letters_of(alias))


def addressee(dialogue: Dialogue, to: str, language: str) -> str:
    """How texts to roles name somebody who was written to: a role's holder, a helper, a guest, or a speaker."""
    if to in ROLES:
        holder = dialogue.role(to)
        return (
            f"{isolate(holder.name)} ({word('role', to, language)})"
            if holder
            else word("role", to, language)
        )
    if helper := dialogue.helpers.get(to):
        return f"{word('role', HELPER, language)}, {isolate(helper.organisation)}"
    guest = dialogue.stakeholders.get(to)
    return (
        seat(guest)
        if guest and level_hiding(dialogue, to) is None
        else speaker(dialogue, to, language)
    )


def points_of(dialogue: Dialogue, duty: Duty) -> list[Contribution]:
    """The contributions that *duty* is about, those withdrawn left out."""
    about = KINDS[duty.kind].about
    if about is About.VOICE and duty.whom:
        return dialogue.contributions_of(duty.whom)
    if about is About.POINT and duty.whom in dialogue.contributions:
        return [dialogue.contributions[duty.whom]]
    return []


def own_title(dialogue: Dialogue, point: Contribution, language: str) -> str:
    """What *point* is called to whoever made it, within a sentence: by its place among theirs, never by an id."""
    own = [one.id for one in dialogue.contributions.values() if one.voice == point.voice]
    if len(own) == 1:
        return word("voice", "mine", language)
    return fill("voice", "nth", language, number=own.index(point.id) + 1)


def travels_sealed(dialogue: Dialogue, duty: Duty) -> bool:
    """
    Whether *duty* only tells how far the answer to a sealed voice came, once it was written.

    Who has no e-mail is known; when the answer to `sealed-4` alone has not arrived yet, so is who `sealed-4` is.
    """
    points = points_of(dialogue, duty)
    if not points or not is_sealed(dialogue, points[0].voice):
        return False
    if duty.kind == DutyKind.ANSWER_PARTICIPANT:
        return all(point.written_at for point in points)
    return duty.kind == DutyKind.GIVE_VERDICT or (
        duty.kind == DutyKind.ANSWER_DISPUTE and points[0].settlement is not None
    )


QUESTION = "question"
"""What a response is to that is none to an objection."""


def responds_to(dialogue: Dialogue, duty: Duty) -> str:
    """What *duty* responds to, an *objection* or a *question* (rules 54); empty when it is no response."""
    if duty.kind != DutyKind.ANSWER_DISPUTE:
        return ""
    point = dialogue.contributions.get(duty.whom or "")
    asked = point is not None and point.asked_back and dialogue.latest(duty.name) == duty
    return QUESTION if asked else "objection"


def task_name(dialogue: Dialogue, duty: Duty, language: str) -> str:
    """What *duty* asks to be done."""
    table = "question" if responds_to(dialogue, duty) == QUESTION else "duty"
    return word(table, duty.kind, language)


def owed_name(dialogue: Dialogue, duty: Duty, language: str) -> str:
    """What *duty* is, said to whoever waits for it; with their point where it is about one of several."""
    response = responds_to(dialogue, duty)
    said = word("question-owed" if response == QUESTION else "owed", duty.kind, language)
    points = points_of(dialogue, duty) if response else []
    titles = [own_title(dialogue, one, language) for one in points]
    several = titles[:1] != [word("voice", "mine", language)]
    return f"{said} ({titles[0]})" if titles and several else said


def about(dialogue: Dialogue, duty: Duty, language: str) -> str | None:
    """Whom or what *duty* is about, as a role may see it; None when its kind says it all."""
    if duty.whom is None or not _is_told(dialogue, duty):
        return None
    kind = KINDS[duty.kind].about
    if kind is About.ASKER:
        return seat(dialogue.stakeholders[duty.whom])  # who asks is told; whether they spoke is not
    if kind is About.SEAT:
        return (
            addressee(dialogue, duty.whom, language) if duty.whom in dialogue.stakeholders else None
        )
    if kind is About.PROMISE:
        commitment = dialogue.commitments.get(duty.whom)
        return commitment.what if commitment else duty.whom
    return _about_points(dialogue, duty, language)


def _is_told(dialogue: Dialogue, duty: Duty) -> bool:
    """Whether a role may see whom *duty* is about: of what is carried under seal the moderator alone."""
    return duty.kind != DutyKind.CARRY_ANSWER or dialogue.role(Role.MODERATOR) is not None


def _about_points(dialogue: Dialogue, duty: Duty, language: str) -> str:
    points = points_of(dialogue, duty)
    if not points:
        return speaker(dialogue, duty.whom or "", language)
    ids = listing([point.id for point in points], language)
    return f"{fill('voice', 'point', language, ids=ids)} – {speaker(dialogue, points[0].voice, language)}"


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to turn to, with their *role* in the dialogue."""

    name: str
    role: str
    email: str | None
    phone: str | None

    @property
    def ways(self) -> list[str]:
        """How to reach them."""
        return [way for way in (self.email, self.phone) if way]


def contact_of(dialogue: Dialogue, role: str) -> Contact | None:
    """Whoever holds *role*, None when nobody does."""
    person = dialogue.role(role)
    if person is None:
        return None
    return Contact(isolate(person.name), role, person.email, person.phone)


def company_language(dialogue: Dialogue) -> str:
    """The language in which the company and its moderator write: the manager's, else the programme's first."""
    manager = dialogue.role(Role.MANAGER)
    return manager.language if manager else dialogue.programme.languages[0]


def voice_language(dialogue: Dialogue, voice: str) -> str:
    """The language in which *voice* speaks; of a sealed one it is not told, for it would say who that may be."""
    seat = dialogue.stakeholders.get(voice)
    return seat.language if seat else UNKNOWN
