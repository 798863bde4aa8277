"""
Step handler of neutral wordings: words of a speaker under seal reach others as the moderator puts them.

Words tell whose they are, by their language if by nothing else: a corrected line, what is objected to an answer, what
stands beside a verdict. Others read that there is something until the moderator worded it. Source: rules 35.
"""

from states.language.errors import NotKnown, Refused
from states.model.contributions import Contribution
from states.model.duties import duty_name
from states.model.people import Role
from states.model.vocabulary import DutyKind, FactName, Template
from states.privacy.seals import is_sealed
from states.steps.draft import Deliberation
from states.steps.sealed_requests import WordNeutrally


def keep_published_line(work: Deliberation, point: Contribution) -> dict[str, object]:
    """What changes of *point* when its speaker puts the line in other words: under seal others keep what they had."""
    if not is_sealed(work.dialogue, point.voice):
        return {}
    return {"neutral_line": point.neutral_line or point.line, "line_worded": False}


def ask_for_wording(work: Deliberation, about: str, voice: str, /, **which: str) -> None:
    """
    Tell the moderator that words of *voice*, under seal, wait for a neutral wording.

    It names the voice as what is about a message to it does, so that it is counted where such mail is: nowhere.
    """
    if is_sealed(work.dialogue, voice):
        work.tell(Role.MODERATOR, Template.WORDING_WANTED, None, about=about, to=voice, **which)


def word_neutrally(work: Deliberation, given: WordNeutrally) -> None:
    """
    Give the words that others read in the place of a sealed speaker's own; they can be given anew.

    Raises NotKnown for what is not there, Refused('not-under-seal') for words that everybody reads as they are, and
    Refused('nothing-to-word') where the speaker wrote nothing of their own.
    """
    if given.about == "verdict":
        _word_verdict(work, str(given.voice), given.text)
        return
    point = work.contribution(str(given.contribution))
    _require_sealed(work, point.voice)
    if given.about == "line":
        if point.neutral_line is None and not point.corrected:
            raise Refused("nothing-to-word")
        work.change_contribution(point.id, neutral_line=given.text, line_worded=True)
    else:
        if point.dispute_reason is None:
            raise Refused("nothing-to-word")
        work.change_contribution(point.id, neutral_dispute=given.text)
        _tell_judge(work, point)
    work.fact(FactName.WORDED_NEUTRALLY, point.id, about=given.about)


def _word_verdict(work: Deliberation, voice: str, text: str) -> None:
    _require_sealed(work, voice)
    verdict = work.dialogue.verdicts.get(voice)
    if verdict is None or verdict.comment is None:
        raise Refused("nothing-to-word")
    changed = verdict.model_copy(update={"neutral_comment": text})
    work.dialogue.verdicts[voice] = changed
    work.fact(FactName.WORDED_NEUTRALLY, voice, about="verdict")


def _require_sealed(work: Deliberation, voice: str) -> None:
    if not is_sealed(work.dialogue, voice):
        if work.dialogue.stakeholder_of(voice) is None:
            raise NotKnown("unknown-person", by=voice[:80])
        raise Refused("not-under-seal")
    # As what its speaker did: worded at once, it must not tell others the day's hour of the objection.
    work.sealed = voice


def _tell_judge(work: Deliberation, point: Contribution) -> None:
    """Whoever is to respond, and read until now that there is an objection, hears that they can read it."""
    duty = work.duty(duty_name(DutyKind.ANSWER_DISPUTE, point.id))
    if duty is None or not duty.owed or not point.awaits_response:
        return
    owner = work.dialogue.owner_role(duty)
    if owner != Role.MODERATOR and work.calendar.day_of(duty.opened_at) < work.today:
        about: dict[str, object] = {"contribution": point.id, "worded": True}
        about |= {"question": True} if point.asked_back else {"round": point.dispute_round}
        work.tell(owner, Template.ANSWER_DISPUTED, duty, **about)
