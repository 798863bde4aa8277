"""Contact ways: which ways to a person failed for good, and who hears of it; a round of such alerts always ends."""

import re
from collections.abc import Iterable

from states.model.dialogue import Dialogue, way_mark
from states.model.facts import Notice
from states.model.people import PARTICIPANT, ROLES, Role
from states.model.vocabulary import Template
from states.privacy.seals import has_seals, is_sealed
from states.values.addresses import plain_address

ANSWERS = frozenset({Template.ANSWER, Template.DISPUTE_SETTLED})
"""The templates that say what became of what somebody said."""
ALERTS = frozenset(
    {
        Template.ANSWER_LATE_ALERT,
        Template.ANSWER_LONG_OVERDUE,
        Template.ANSWER_NOW_OR_POSTPONE,
        Template.BY_HAND_TASK,
        Template.CARRYING_LATE,
        Template.DELIVERY_FAILED,
        Template.DUTY_LATE,
        Template.DUTY_LATE_SPONSOR,
        Template.DUTY_STILL_LATE,
        Template.PEOPLE_ARE_WAITING,
    }
)  # fmt: skip
"""What the next role up hears, and never one further down, when its reader cannot be reached (rules 44)."""
ABOUT_MESSAGES = frozenset({Template.BY_HAND_TASK, Template.DELIVERY_FAILED})
"""The alerts about a message that did not go by itself: each names in *past* who was told of it before."""
_MANAGERS = (Role.MANAGER, Role.DEPUTY, Role.SPONSOR, Role.BOARD)
_UP: dict[Role, tuple[Role, ...]] = {
    Role.MANAGER: _MANAGERS[1:],
    Role.DEPUTY: _MANAGERS[2:],
    Role.SPONSOR: _MANAGERS[3:],
    Role.BOARD: (),
    Role.MODERATOR: (Role.CONFIDANT, Role.BOARD),
    Role.CONFIDANT: (Role.BOARD,),
}
_WAY_FAILED = re.compile(
    r"mailbox-unavailable|refused-55[0136]|bounced-5\.(?:1\.(?:[0-46]|10)|2\.1|4\.4)"
)
"""Reasons that are about the address (RFC 3463, 3.2); a full mailbox or a refused text may be otherwise next time."""


def reads_mail(dialogue: Dialogue, to: str) -> bool:
    """Whether *to* has an address, and mail to it did not fail for good."""
    reader = dialogue.reader(to)
    return reader is not None and bool(reader.email)


def failed_for_good(reason: str) -> bool:
    """Whether *reason*, a code, says that the address does not exist or takes no mail."""
    return _WAY_FAILED.fullmatch(reason) is not None


def mark_failed(dialogue: Dialogue, to: str) -> None:
    """Remember that the address of *to* failed for good: nothing goes there until another one is recorded."""
    reader = dialogue.reader(to)
    if reader is not None and reader.email:
        dialogue.failed_ways[to] = way_mark(dialogue.id, to, reader.email)


def forget_failure(dialogue: Dialogue, *names: str) -> None:
    """It was recorded anew how *names* are reached, also if it is the same address: it may be tried again."""
    for name in names:
        dialogue.failed_ways.pop(name, None)


def told_before(notice: Notice) -> list[str]:
    """The roles that were told before of the message that *notice* is about, and its own reader if that is one."""
    earlier = notice.detail.get("past", ()) if notice.template in ABOUT_MESSAGES else ()
    return [*map(str, earlier), *([notice.to] if notice.to in ROLES else [])]


def who_hears(dialogue: Dialogue, notice: Notice) -> list[Role]:
    """
    Who may be told that *notice* did not reach its reader, nearest first; nobody who was told before.

    Of an alert about a message only roles further up, and nobody once they are through: then `weerklank doctor` says
    it. So each alert about an alert has fewer people left, and a round ends.
    """
    if notice.template in ABOUT_MESSAGES:
        return _reached_roles(dialogue, notice, _up_from(dialogue, notice))
    if _is_kept(dialogue, notice.to, notice.template):
        return _reached_roles(dialogue, notice, (Role.MODERATOR, *_UP[Role.MODERATOR]))
    return _reached_roles(
        dialogue, notice, _UP[Role(notice.to)] if notice.to in _MANAGERS[:3] else _MANAGERS
    )


def unheard_roles(dialogue: Dialogue) -> list[Role]:
    """The roles that somebody holds and whose alerts reach nobody: neither they read mail nor anybody above them."""
    return [
        role
        for role, above in _UP.items()
        if dialogue.role(role) and not any(reads_mail(dialogue, one) for one in (role, *above))
    ]


def by_hand(dialogue: Dialogue, notice: Notice) -> Notice | None:
    """
    The task for whoever delivers *notice* by phone or letter; under seal that is the moderator. None: nobody is left.

    An alert goes to the next role up, never down. What failed for good was told once already.
    """
    to = _bearer(dialogue, notice)
    if to is None:
        return None
    past = told_before(notice)
    detail = {
        "template": notice.template,
        "to": notice.to,
        "duty": notice.duty,
        "notice": notice.detail,
        **({"past": past} if past else {}),
    }
    return Notice(to=to, role=to, template=Template.BY_HAND_TASK, detail=detail)


def _bearer(dialogue: Dialogue, notice: Notice) -> Role | None:
    if is_sealed(dialogue, notice.to):
        return Role.MODERATOR if dialogue.role(Role.MODERATOR) else None
    if notice.template in ALERTS:
        heard = _reached_roles(dialogue, notice, _up_from(dialogue, notice))
    elif notice.role != PARTICIPANT and notice.to in dialogue.failed_ways:
        heard = []
    else:
        # When nobody reads mail, the manager finds on *Today* what participants should hear.
        named = [Role.MANAGER] if notice.role == PARTICIPANT and dialogue.role("manager") else []
        heard = _reached_roles(dialogue, notice, _MANAGERS) or named
    return next(iter(heard), None)


def _up_from(dialogue: Dialogue, notice: Notice) -> tuple[Role, ...]:
    """Who stands above the reader of *notice*; what is only for those who keep the seals never goes to the managers."""
    about = (str(notice.detail.get("to")), str(notice.detail.get("template")))
    if notice.to == Role.MODERATOR and not _is_kept(dialogue, *about):
        return _MANAGERS
    return _UP[Role(notice.to)] if notice.to in ROLES else _MANAGERS


def _is_kept(dialogue: Dialogue, to: str, template: str) -> bool:
    """
    Whether only those who keep the seals hear that *template* did not reach *to*: from the first seal on of anybody.

    But for the answer to somebody who spoke openly, which is owed again (rules 39).
    """
    seat = to in dialogue.stakeholders and template not in ANSWERS
    return is_sealed(dialogue, to) or (has_seals(dialogue) and seat)


def _reached_roles(dialogue: Dialogue, notice: Notice, roles: Iterable[Role]) -> list[Role]:
    """Those of *roles* who read mail, and neither they nor the address that they read was told before."""
    past = told_before(notice)
    gone = {_address(dialogue, name) for name in past}
    return [
        role
        for role in roles
        if role not in past and reads_mail(dialogue, role) and _address(dialogue, role) not in gone
    ]


def _address(dialogue: Dialogue, name: str) -> str:
    """What tells two roles of one person apart from two people."""
    holder = dialogue.holder(name)
    return plain_address(holder.email) if holder and holder.email else name
