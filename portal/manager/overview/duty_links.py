"""Duty links: from what is owed, or missing, to the page that settles it; to nothing that is not built."""

from dataclasses import dataclass

from notifications.views.names import points_of
from portal.shared.call_sheet import kept_from
from portal.web.request import Visit
from portal.web.routes import MANAGERS
from states.checks.checks import Check
from states.language.catalogue import NP_
from states.model.dialogue import Dialogue
from states.model.duties import KINDS, Duty, Place
from states.model.people import Role
from states.model.vocabulary import CheckName, DutyKind, Step
from states.privacy.visibility import is_hidden

HOME = "/dialogues/{dialogue}"


@dataclass(frozen=True, slots=True)
class Way:
    """Where a duty is settled, and what the link says."""

    path: str
    words: str


WAYS: dict[Place, Way] = {
    Place.APPROVAL: Way(HOME, NP_("link", "Approve")),
    Place.INVITATIONS: Way(f"{HOME}/invitations", NP_("link", "Invite")),
    Place.CALLS: Way(f"{HOME}/calls/{{stakeholder}}", NP_("link", "Call sheet")),
    Place.EXPECTATIONS: Way(f"{HOME}/expectations", NP_("link", "Tell them")),
    Place.SUMMARY: Way(f"{HOME}/summary", NP_("link", "Write the summary")),
    Place.INTERIM: Way(f"{HOME}/interim", NP_("link", "Tell them")),
    Place.DECISIONS: Way(f"{HOME}/decisions/{{contribution}}", NP_("link", "Decide")),
    Place.SIGNATURE: Way(f"{HOME}/strategy", NP_("link", "Sign")),
    Place.ANSWERS: Way(f"{HOME}/answers/{{contribution}}", NP_("link", "Write the answer")),
    Place.RESPONSES: Way(f"{HOME}/answers/{{contribution}}", NP_("link", "Respond")),
    Place.CARRYING: Way(f"{HOME}/seals", NP_("link", "Pass on")),
    Place.PROMISES: Way(f"{HOME}/strategy", NP_("link", "Report progress")),
    Place.ERASURE: Way(f"{HOME}/person/{{stakeholder}}", NP_("link", "Settle")),
    Place.CLOSE: Way(HOME, NP_("link", "Close")),
}
_WHO_CALLS = Way(f"{HOME}/calls", NP_("link", "Who calls"))
_BY_ANSWERS = Way(f"{HOME}/answers", NP_("link", "Pass on"))
STEPS: dict[Step, str] = {
    Step.HAND_OVER: "/settings",
    Step.NAME_RISK: f"{HOME}/risks",
    Step.MAP_STAKEHOLDER: f"{HOME}/map",
    Step.GIVE_INFORMATION: f"{HOME}/invitations",
    Step.INVITE: f"{HOME}/invitations",
    Step.CHANGE_CONTACT: f"{HOME}/people",
    Step.NAME_HELPER: f"{HOME}/helpers",
    Step.ACCEPT_INVITATION: f"{HOME}/people",
    Step.ECHO_EXPECTATIONS: f"{HOME}/expectations",
    Step.RECORD_ATTENDANCE: f"{HOME}/session",
    Step.RECORD_MANAGEMENT: f"{HOME}/session",
    Step.RECORD_CONTRIBUTION: f"{HOME}/session",
    Step.PUBLISH_SUMMARY: f"{HOME}/summary",
    Step.DECIDE: f"{HOME}/decisions",
    Step.SIGN_STRATEGY: f"{HOME}/strategy",
    Step.ANSWER_PARTICIPANT: f"{HOME}/answers",
    Step.SETTLE_DISPUTE: f"{HOME}/answers",
    Step.NOTE_LESSON: f"{HOME}/lessons",
}
"""Where a step that gives what a check lacks is taken."""
_SEEN_AT: dict[CheckName, str] = {
    CheckName.HOME_SHARE: f"{HOME}/mirror",
    CheckName.SAFETY_CONSIDERED: f"{HOME}/people",
}
"""Checks of which one sees elsewhere first what is to be done."""


def can_open(visit: Visit, path: str) -> bool:
    """Whether whoever asks can open the page *path* of the route table."""
    return visit.site.opens(path, visit.me.name)


def way_to(visit: Visit, dialogue: Dialogue, duty: Duty) -> tuple[str, str] | None:
    """The address on which *duty* is settled and the words of the link; None when it is not theirs to settle."""
    rule = KINDS[duty.kind]
    way = WAYS.get(rule.settled_at)
    theirs = dialogue.owner_role(duty) in {*MANAGERS, visit.me.name} or rule.shared
    if way is None or not theirs:
        return None
    way = _way_without_name(visit, dialogue, duty) or way
    path = way.path if can_open(visit, way.path) else HOME
    point = first_point(dialogue, duty) or ""
    if "{contribution}" in path and not point:
        path = HOME
    parts = {"dialogue": dialogue.id, "contribution": point, "stakeholder": duty.whom}
    place = f"#{point}" if point and rule.settled_at is Place.RESPONSES else ""
    return path.format(**parts) + place, visit.pgettext("link", way.words)


def _way_without_name(visit: Visit, dialogue: Dialogue, duty: Duty) -> Way | None:
    """
    Another way than to the sheet: by the answers, which name nobody, as its address would say who a hidden speaker is.

    At risk managers have none.
    """
    if duty.kind != DutyKind.PASS_ON or visit.me.name == Role.MODERATOR:
        return None
    if is_hidden(dialogue, str(duty.whom)):
        return _BY_ANSWERS
    seat = dialogue.stakeholders.get(str(duty.whom))
    return _WHO_CALLS if seat and kept_from(visit, seat) else None


def first_point(dialogue: Dialogue, duty: Duty) -> str | None:
    """The first contribution that *duty* is about: no address of a page may hold the name of a voice."""
    return next((point.id for point in points_of(dialogue, duty)), None)


def key_of(dialogue: Dialogue, duty: Duty) -> str:
    """How an address speaks of *duty*, without the name of a voice."""
    point = first_point(dialogue, duty)
    return f"{duty.kind}/{point}" if point else duty.name


def duty_of(dialogue: Dialogue, key: str) -> Duty | None:
    """The duty that is still owed and that an address speaks of as *key*."""
    owed = (duty for duty in dialogue.duties.values() if duty.owed)
    return next((duty for duty in owed if key_of(dialogue, duty) == key), None)


def way_to_fix(visit: Visit, dialogue: Dialogue, check: Check) -> str | None:
    """The address on which what *check* lacks can be given; None when that is this page or not built."""
    given = STEPS[check.step] if check.step else HOME
    path = _SEEN_AT.get(check.name, given)
    if path == HOME or not can_open(visit, path):
        return None
    return path.format(dialogue=dialogue.id)
