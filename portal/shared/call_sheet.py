"""Call sheet: for a call to whom no mail reaches; when it is safe, in whose time, what waits, and what to say."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from babel.languages import get_official_languages

from notifications.language.local_time import zone_of
from notifications.language.words import listing, word
from notifications.letters.compose import words_to_pass_on
from notifications.views.dialogue_view import DutyView
from portal.web.request import Visit
from portal.web.routes import MANAGERS
from records.delivery import queue
from states.language.catalogue import N_, translate
from states.language.languages import LANGUAGES, language_of, small_in
from states.model.dialogue import Dialogue
from states.model.duties import Duty, duty_name
from states.model.people import Helper, Role, Stakeholder
from states.model.vocabulary import DutyKind, Step, Template
from states.privacy.visibility import is_hidden
from states.steps.delivery.pass_on import waiting
from states.steps.people.contact_ways import ANSWERS
from states.values.safe_hours import Hours, hours_of

_MODERATOR = Role.MODERATOR.value
_SAID = 4
"""Messages that are called by name: more are too many to hear."""


@dataclass(frozen=True, slots=True)
class Window:
    """A time at which it is safe to call, on their clock and on that of whoever reads."""

    begins: datetime
    ends: datetime
    theirs: ZoneInfo
    now: datetime

    @property
    def open(self) -> bool:
        """Whether it is now."""
        return self.begins <= self.now < self.ends

    @property
    def there(self) -> tuple[datetime, datetime]:
        """When it begins and ends on their clock."""
        return self.begins.astimezone(self.theirs), self.ends.astimezone(self.theirs)


@dataclass(frozen=True)
class Call:
    """Somebody for whom messages wait, and what whoever calls them at *now* may know."""

    dialogue: Dialogue
    seat: Stakeholder
    duty: Duty | None
    waits: tuple[str, ...]
    now: datetime
    reader: str
    """The language of whoever reads the sheet."""

    @property
    def view(self) -> DutyView | None:
        """The duty to pass on what waits, as it is told; None while none is owed."""
        return DutyView(self.dialogue, self.duty, self.now, self.reader) if self.duty else None

    @cached_property
    def zone(self) -> ZoneInfo | None:
        """Where their clock stands, None when nobody knows."""
        return zone_of(self.seat)

    @cached_property
    def hours(self) -> Hours | None:
        """When they can be called, on their clock; None when nobody can read it."""
        return hours_of(self.seat.safe_hours)

    @cached_property
    def window(self) -> Window | None:
        """When it is safe, now or next; None when their hours or their clock are not known, or there is none."""
        if self.hours is None or self.zone is None:
            return None
        found = self.hours.next_window(self.now, self.zone)
        return Window(*found, self.zone, self.now) if found else None

    @property
    def at_risk(self) -> bool:
        """Whether a call could harm them; as long as nobody considered it, it could."""
        return self.seat.at_risk is not False

    @property
    def silent(self) -> bool:
        """Whether nothing may be said now: at risk, and outside the hours that are safe (rules 32)."""
        known = self.zone is not None and self.hours is not None
        return self.at_risk and known and not (self.window and self.window.open)

    @property
    def language(self) -> str:
        """The language of the sentences: theirs, or English where the house has none in theirs."""
        return language_of(self.seat.language)

    @property
    def foreign(self) -> bool:
        """Whether they read a language that the house has no texts in."""
        return self.seat.language not in LANGUAGES


_TONGUES = {"fil": "tl"}
"""What the tables of CLDR call otherwise than people, who write two letters."""


def speaks(helper: Helper, seat: Stakeholder) -> bool:
    """Whether *helper* may reach *seat*: by the language in which they read, or one that is spoken where they live."""
    found = get_official_languages(seat.country, regional=True, de_facto=True)
    spoken = {_TONGUES.get(code, code.partition("_")[0]) for code in found}
    return helper.language in {seat.language, *spoken}


class Ways(NamedTuple):
    """By what somebody can be reached, without what anybody called unsafe."""

    phone: str | None
    post: str | None


def ways_of(visit: Visit, call: Call) -> Ways:
    """What the sheet of *call* says of it: nobody sees which ways are unsafe, and nobody is sent to one (rules 32)."""
    seat = visit.site.house.ledger.read(call.dialogue.id).stakeholders[call.seat.id]
    return Ways(seat.contact.phone, seat.safe_post)


def texts_of(visit: Visit, call: Call) -> list[tuple[Template, str]]:
    """The letters that wait, by the word for each and as they may be read out; none when nothing may be said now."""
    if call.silent:
        return []
    found = []
    for posted in queue.by_hand_for(visit.site.house.engine, call.dialogue.id, call.seat.id):
        text = words_to_pass_on(posted.notice, call.dialogue, visit.me.name, visit.now)
        found += [(posted.notice.template, text)] if text else []
    return found


def call_of(visit: Visit, dialogue: Dialogue, seat: Stakeholder) -> Call:
    """
    What whoever looks may know of a call to *seat*; what waits under seal the moderator alone.

    Of a speaker who is hidden, nobody else learns by a call that an answer waits: that would say who spoke.
    """
    everything = visit.me.name == _MODERATOR
    voices = dialogue.voices_of(seat.id) if everything else [seat.id]
    waits = [one for voice in voices for one in waiting(dialogue, voice, visit.now)]
    veiled = not everything and is_hidden(dialogue, seat.id)
    if veiled:
        waits = [one for one in waits if one not in ANSWERS]
    duty = dialogue.latest(duty_name(DutyKind.PASS_ON, seat.id))
    owed = duty if duty and duty.owed and (waits or not veiled) else None
    return Call(dialogue, seat, owed, tuple(dict.fromkeys(waits)), visit.now, visit.language)


def record_heard(visit: Visit, call: Call) -> None:
    """What the sheet of *call* said was heard: that alone, for whoever called may not know all that waits."""
    given = {"to": call.seat.id, **visit.need("how")}
    told = [{**given, "template": template} for template in call.waits]
    visit.act_all(call.dialogue.id, Step.RECORD_DELIVERY, told)


def kept_from(visit: Visit, seat: Stakeholder) -> bool:
    """Whether *seat* is nobody for whoever looks to call: at risk the moderator or the confidant calls (rules 32)."""
    return visit.me.name in MANAGERS and seat.at_risk is not False


def calls_of(visit: Visit, dialogue: Dialogue) -> list[Call]:
    """Everybody to whom whoever looks may pass messages on, who waits longest first."""
    owed = sorted(dialogue.owed(DutyKind.PASS_ON), key=lambda duty: (duty.due, duty.name))
    found = [dialogue.stakeholders.get(str(duty.whom)) for duty in owed]
    seats = [seat for seat in found if seat and not kept_from(visit, seat)]
    calls = (waiting_call(visit, dialogue, seat) for seat in seats)
    return [call for call in calls if call]


def waiting_call(visit: Visit, dialogue: Dialogue, seat: Stakeholder) -> Call | None:
    """The call that is owed to *seat*, None when nothing waits to be passed on."""
    call = call_of(visit, dialogue, seat)
    return call if call.duty and seat.erased_at is None else None


_SENTENCES = (
    N_("Good day, am I speaking with %(name)s?"),
    N_(
        "I am calling%(whence)s with a message for you. Is this a good moment, and can you talk freely?"
    ),
    N_("Waiting for you: %(what)s."),
    N_("You need not answer anything, and you may stop at any time."),
    N_(
        "I will write down that you heard this, and what you say. I will read it back to you, and you can undo it."
    ),
)
_PASSED_ON = N_(
    "I write down that you heard this. What you say I pass on; you hear what was written down of it."
)
"""The last sentence of whoever may not record what is said."""
_BRIEF = 60  # characters of a name or a company that are said


def spoken_of(call: Call, *, passing_on: bool = False) -> list[str]:
    """
    Five sentences to say, in their language and in at most 120 words (rules 32); at risk they name no company.

    *passing_on*: whoever calls does not record what is said, but passes it on.
    """
    language = call.language
    company = call.dialogue.programme.company[:_BRIEF]
    whence = translate("pages", language, N_(" for %(company)s")) % {"company": company}
    told = listing([word("message-to", one, language) for one in call.waits[:_SAID]], language)
    what = (
        told
        if told and not call.at_risk
        else small_in(language, word("voice", "discreet", language))
    )
    whence = "" if call.at_risk else whence
    said = {"name": call.seat.name[:_BRIEF], "whence": whence, "what": what}
    *first, last = _SENTENCES
    sentences = [*first, _PASSED_ON if passing_on else last]
    return [translate("pages", language, sentence) % said for sentence in sentences]
