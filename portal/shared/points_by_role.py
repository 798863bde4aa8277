"""View of contributions by role: who spoke, what became of it, and what is missing, as each may see it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from notifications.language.language_tags import UNKNOWN
from notifications.language.words import word
from notifications.views.dialogue_view import DialogueView
from portal.http.errors import Incomplete
from portal.shared.points import AnyPoint
from portal.web.refusal_details import Telling, name_of, telling_to
from portal.web.request import Visit
from states.checks.checks import Check, checks_of
from states.checks.status import promise_standing
from states.checks.stock_phrases import stock_phrases
from states.language.errors import ChecksNotMet, NotKnown, Refused
from states.model.contributions import Commitment
from states.model.dialogue import Dialogue
from states.model.vocabulary import Step
from states.privacy.readers import Reader
from states.privacy.seals import is_under_seal
from states.privacy.visibility import is_hidden
from states.steps.permissions import can_decide


@dataclass(frozen=True)
class Lack:
    """A check that is not in order: its *name*, whether it may be passed by hand, and what it lacks."""

    name: str
    soft: bool
    overridden: bool
    source: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class SeenPoint(AnyPoint["Seen"]):
    """One contribution, as the role that looks may see it."""

    @property
    def id(self) -> str:
        """The name by which people call it."""
        return self.source.id

    @property
    def by(self) -> str:
        """From whom it came, as far as the one who looks may know."""
        return self.of.named(self.source.voice)

    @property
    def tongue(self) -> str:
        """The language of its speaker; of whoever may not be known it is not told, or it would say who that is."""
        of, voice = self.of, self.source.voice
        someone = None if of.hides(voice) else of.dialogue.stakeholder_of(voice)
        return someone.language if someone else UNKNOWN

    @property
    def short_tongue(self) -> str:
        """The language of the short form: a line of the summary is its speaker's only where they put it right."""
        own = self.source.line is None or self.source.corrected
        if is_under_seal(self.source) and not self.of.opens_seals:
            own = self.source.line is None  # else it is the moderator's
        return self.tongue if own else self.of.shown.spoken

    @property
    def short(self) -> str:
        """What it says: the line of the summary once there is one, because its speaker could check that."""
        return self.source.line or self.source.text

    @property
    def untraced(self) -> bool:
        """Whether it was adopted without saying what changes or what is promised."""
        adopted = self.source.outcome in {"adopted", "partly"}
        return adopted and self.source.change is None and self.source.commitment is None

    @property
    def empty_reason(self) -> bool:
        """Whether its reason says too little, or was given too often."""
        return self.source.id in self.of.empty_reasons

    @property
    def decidable(self) -> bool:
        """Whether a decision on it can be taken now."""
        return can_decide(self.of.dialogue, self.source)


@dataclass(frozen=True)
class Seen:
    """A dialogue as *viewer* (a role) may see it at *now*."""

    dialogue: Dialogue
    viewer: str
    now: datetime
    language: str

    @cached_property
    def shown(self) -> DialogueView:
        """The dialogue as any letter may speak of it."""
        return DialogueView(self.dialogue, self.language)

    @cached_property
    def points(self) -> list[SeenPoint]:
        """What was contributed and not withdrawn, in the order in which it was said."""
        return [SeenPoint(self, c) for c in self.dialogue.contributions.values() if c.stands]

    @cached_property
    def empty_reasons(self) -> frozenset[str]:
        """The contributions whose reason is a stock phrase."""
        return frozenset(name for names, _ in stock_phrases(self.dialogue) for name in names)

    def standing(self, promise: Commitment) -> str:
        """How *promise* stands, by the law: a word of `progress`."""
        return promise_standing(self.dialogue, promise, self.now)

    @property
    def reader(self) -> Reader:
        """The one who looks, as privacy knows them."""
        return Reader.by_name(self.viewer)

    @property
    def opens_seals(self) -> bool:
        """Whether the one who looks may know everybody who spoke."""
        return self.reader.opens_seals

    def point(self, name: str) -> SeenPoint | None:
        """The contribution called *name*, None when it is not there."""
        return next((point for point in self.points if point.id == name), None)

    def named(self, voice: str) -> str:
        """Who *voice* is, as far as the one who looks may know."""
        return name_of(self.dialogue, self.viewer, voice, self.language)

    def hides(self, voice: str) -> bool:
        """Whether the one who looks may not know who *voice* is."""
        return is_hidden(self.dialogue, voice, self.reader)

    @cached_property
    def unmet(self) -> list[Lack]:
        """The checks that keep this phase from being left, with people named as they may be."""
        return [self.lack_of(check) for check in self._checks if not check.passes]

    @cached_property
    def let_by(self) -> list[Lack]:
        """The checks that are not in order and stop nothing: passed by hand, or only shown."""
        return [self.lack_of(check) for check in self._checks if check.passes and not check.ok]

    @cached_property
    def _checks(self) -> list[Check]:
        return checks_of(self.dialogue, self.now)

    @cached_property
    def telling(self) -> Telling:
        """How things are told to the one who looks."""
        return telling_to(self.viewer, self.dialogue, self.language)

    def lack_of(self, check: Check) -> Lack:
        """*check* in words that name nobody whom their attribution hides."""
        lines = tuple(map(self.telling.line, check.gaps))
        source = word("source", check.source, self.language)
        return Lack(check.name, check.strength == "soft", check.overridden, source, lines)


def seen_by(visit: Visit, dialogue: Dialogue) -> Seen:
    """*dialogue* as the one who visits may see it."""
    return Seen(dialogue, visit.me.name, visit.now, visit.language)


def complete(visit: Visit, seen: Seen, step: Step, given: dict[str, object]) -> None:
    """
    Take the *step* that completes a phase.

    What is missing is said here, because the sentences of the law may name somebody whom their attribution hides.
    """
    try:
        visit.act(seen.dialogue.id, step, given)
    except ChecksNotMet as refused:
        asked = [check for check in refused.checks if isinstance(check, Check)]
        raise Incomplete(_missing(map(seen.lack_of, asked))) from None


def act_in_words(
    visit: Visit, seen: Seen, step: Step, given: Mapping[str, object], **words: str
) -> None:
    """Take *step*; when it is refused, the reason says *words* instead of names that may be hidden."""
    try:
        visit.act(seen.dialogue.id, step, given)
    except NotKnown:
        raise
    except Refused as refused:
        said = {key: words.get(key, value) for key, value in refused.details.items()}
        raise Refused(refused.code, **said) from None


def _missing(unmet: Iterable[Lack]) -> dict[str, str]:
    return {one.name: " ".join(one.lines) for one in unmet}
