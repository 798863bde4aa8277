"""The cast of a life that is lived twice: two seats of which the one or the other speaks under seal, and all others."""

from collections.abc import Iterator
from dataclasses import dataclass

from hypothesis import strategies as st

from tests.journeys.lives import NGO, PROGRAMME, SUPPLIER, Row, act, small

ID = "klein-2022"
ONE, OTHER = "seat-a", "seat-b"
"""The two of whom, by turns, the one speaks under seal and the other attends and says nothing."""
POINT = "c2"
"""What is said under seal by whoever speaks."""
SPOKEN = {"c1": (NGO["id"], "named"), "c3": (SUPPLIER["id"], "organisation")}
"""What others say openly, in both lives."""
WORDS = {
    "nl": "Deur drie zit 's nachts op slot.",
    "en": "Door three is locked at night.",
    "tr": "Üç numaralı kapı geceleri kilitli.",
}
"""The very words of whoever speaks, in the language in which they read."""
REASONS = {
    point: f"Over {about} wachten wij op de nieuwe cijfers van dit voorjaar."
    for point, about in zip(
        ("c1", POINT, "c3", "c4", "c5"),
        ("loon", "deuren", "prijzen", "uren", "bonden"),
        strict=True,
    )
}
"""Why each is not decided now, without its name, which may be another in the other life."""
TOLD = {"how": "phone", "read_back": True}


@dataclass(frozen=True)
class Seat:
    """How somebody is reached, where they come from, and when on a day they do what they do."""

    mail: bool = True
    """Whether they have an e-mail address; else somebody calls them."""
    bounces: bool = False
    """Whether what is sent to that address from the summer on comes back."""
    relayed: bool = False
    """Whether the moderator records for them what they say, though they could do it themselves."""
    at_risk: bool = True
    language: str = "en"
    country: str = "BD"
    hour: int = 10
    """At which hour they act; others act at noon."""
    speaks: str = "13:30"
    """When in the session they speak; others do at 14:00."""
    checks_after: int = 0
    """How many days after others they check their line."""
    called_after: int = 0
    """How many days after an answer was written they hear it, when somebody must call."""
    judges_after: int | None = 0
    """How many days after that they say whether they found themselves heard; None: never, which shows in the end."""

    @property
    def by_others(self) -> bool:
        """Whether somebody else records what they say."""
        return self.relayed or not self.mail

    @property
    def called(self) -> bool:
        """Whether an answer of the autumn reaches them only when somebody calls."""
        return self.bounces or not self.mail


MAILED = Seat()


@dataclass(frozen=True)
class Story:
    """What happens in both lives alike, whoever speaks."""

    answered: int = 0
    """How many days after others it is answered; 12: after the promised day."""
    disputed: bool = False
    silent: bool = False
    """Whether nobody says of what was said under seal whether they found themselves heard."""
    also_open: bool = False
    """Whether both say something under their organisation as well."""
    helper: bool = False
    """Whether somebody was named to reach people in Turkish."""
    corrected: bool = False
    """Whether the moderator changes the address of the one who has one, a day after answers were written."""
    moved: bool = False
    """Whether the manager moves the session on, and the promise with it, the day after people spoke."""


@dataclass(frozen=True)
class Cast:
    """Two seats and what happens around them."""

    one: Seat = MAILED
    other: Seat = MAILED
    story: Story = Story()

    def seat(self, who: str) -> Seat:
        """How *who* is."""
        return self.one if who == ONE else self.other


SEATS = st.builds(
    Seat,
    mail=st.booleans(),
    bounces=st.booleans(),
    relayed=st.booleans(),
    at_risk=st.booleans(),
    language=st.sampled_from(sorted(WORDS)),
    country=st.sampled_from(["BD", "NL", "TR"]),
    hour=st.integers(8, 20),
    speaks=st.sampled_from(["13:30", "14:30"]),
    checks_after=st.integers(0, 1),
    called_after=st.integers(0, 3),
    judges_after=st.integers(0, 1),
)
STORIES = st.builds(
    Story,
    answered=st.sampled_from([0, 12]),
    disputed=st.booleans(),
    silent=st.booleans(),
    also_open=st.booleans(),
    helper=st.booleans(),
    corrected=st.booleans(),
)
CASTS = st.builds(Cast, SEATS, SEATS, STORIES)


def life_of(cast: Cast, speaker: str, level: str | None = "sealed") -> Row:
    """The life of *cast* in which *speaker* is the one who speaks, at this *level* or None: not, as a scenario."""
    people = [_mapped(who, cast.seat(who)) for who in (ONE, OTHER)]
    script = Script(cast, speaker, level)
    bounces = [
        {"address": one["email"], "from": "2022-08-15T00:00", "to": "2023-01-01T00:00"}
        for one in people
        if one["email"] and cast.seat(one["id"]).bounces
    ]
    acts = sorted(script.acts(), key=lambda row: str(row["at"]))
    return small(
        acts, until=ENDED, stakeholders=[NGO, *people, SUPPLIER], programme=PROGRAMME,
        bounces=bounces,
    )  # fmt: skip


ENDED = "2022-11-10T09:00"


def _mapped(who: str, seat: Seat) -> Row:
    letter = who[-1].upper()
    return {
        "id": who,
        "name": f"Person{letter} Somebody{letter}",
        "organisation": f"House {letter}",
        "category": "union",
        "country": seat.country,
        "language": seat.language,
        "layer": "representative",
        "critical": False,
        "at_risk": seat.at_risk,
        "speaks_for": ["wages-bd"],
        "email": f"{who}@voices.example" if seat.mail else None,
        "phone": None if seat.mail and not seat.bounces else "+880 1711 123456",
    }


@dataclass(frozen=True)
class Script:
    """All acts of the life in which *speaker* speaks under seal."""

    cast: Cast
    speaker: str
    level: str | None = "sealed"

    @property
    def seat(self) -> Seat:
        """How the speaker is."""
        return self.cast.seat(self.speaker)

    def acts(self) -> Iterator[Row]:
        """Every act, in no order."""
        yield act("2022-01-09T10:00", "manager", "override-check", check="home-share", reason="Zo.")
        yield act("2022-01-10T10:00", "manager", "approve-analysis")
        if self.cast.story.helper:
            named = {"organisation": "Taalhulp", "language": "tr", "name": "Selin Aksoy"}
            yield act("2022-02-01T10:00", "sponsor", "name-helper", **named)
        yield from self._gathering()
        yield from self._session()
        if self.cast.story.moved:
            given = {"to": "2022-06-30T13:00", "reason": "Er is nog een tweede dag."}
            yield act("2022-06-17T08:00", "manager", "reschedule-session", **given)
            return
        yield from self._checks()
        yield from self._answers()

    def own(self, who: str, at: str, do: str, **given: str) -> Row:
        """A step of *who* at the day *at*, taken by themselves or recorded for them."""
        seat = self.cast.seat(who) if who in {ONE, OTHER} else MAILED
        hour = seat.hour if who in {ONE, OTHER} else 12
        if seat.by_others:
            return act(f"{at}T{hour:02}:00", "moderator", do, **given, **TOLD, stakeholder=who)
        return act(f"{at}T{hour:02}:00", who, do, **given)

    def _gathering(self) -> Iterator[Row]:
        yield act("2022-03-01T07:00", "manager", "invite-all")
        for who in (NGO["id"], ONE, OTHER, SUPPLIER["id"]):
            if who in {ONE, OTHER} and not self.cast.seat(who).mail:
                for day in ("03-01", "05-31"):
                    at, given = f"2022-{day}T12:00", {"to": who, "how": "phone"}
                    yield act(at, "moderator", "record-delivery", **given)
            yield self.own(who, "2022-03-02", "accept-invitation")
            yield self.own(who, "2022-03-03", "share-expectation", text="Een bedrag.")
        yield act(
            "2022-05-30T10:00", "manager", "echo-expectations", changes="Loon krijgt een uur."
        )

    def _session(self) -> Iterator[Row]:
        day = "2022-06-16"
        yield act(f"{day}T13:00", "manager", "open-session")
        yield act(f"{day}T13:05", "manager", "record-management", role="sponsor", present=True)
        for who in (NGO["id"], ONE, OTHER, SUPPLIER["id"]):
            given = {"stakeholder": who, "present": True}
            yield act(f"{day}T13:10", "moderator", "record-attendance", **given)
        yield from self._spoken(day)

    def _spoken(self, day: str) -> Iterator[Row]:
        for point, (who, level) in self.openly.items():
            given = {"id": point, "stakeholder": who, "attribution": level, "text": "Loon."}
            yield act(f"{day}T14:00", "moderator", "record-contribution", **given)
        if self.level is None:
            return
        given = {"stakeholder": self.speaker, "attribution": self.level}
        text, at = WORDS[self.seat.language], f"{day}T{self.seat.speaks}"
        yield act(at, "moderator", "record-contribution", id=POINT, text=text, **given)

    @property
    def openly(self) -> dict[str, tuple[str, str]]:
        """What is said openly, by whom and how; who is at risk says nothing so."""
        both = {"c4": (ONE, "organisation"), "c5": (OTHER, "organisation")}
        more = both if self.cast.story.also_open else {}
        return SPOKEN | {k: v for k, v in more.items() if not self.cast.seat(v[0]).at_risk}

    @property
    def points(self) -> dict[str, str]:
        """Who said what."""
        spoken = {point: who for point, (who, _) in self.openly.items()}
        spoken |= {POINT: self.speaker} if self.level else {}
        return dict(sorted(spoken.items()))

    def _checks(self) -> Iterator[Row]:
        lines = {point: f"Regel {point}." for point in self.points}
        yield act("2022-06-20T07:00", "moderator", "publish-summary", lines=lines)
        if not self.seat.mail:
            yield self._carried("2022-06-20T12:00", "summary-to-check")
        for point, who in self.points.items():
            late = self.seat.checks_after if point == POINT else 0
            given = {"contribution": point, "verdict": "confirmed"}
            if point == POINT and self.cast.story.disputed:
                given |= {"verdict": "corrected", "text": WORDS[self.seat.language]}
            yield self.own(who, f"2022-06-{21 + late}", "check-line", **given)
        yield act("2022-07-11T10:00", "moderator", "close-session")

    def _carried(self, at: str, template: str) -> Row:
        """The moderator calls the speaker."""
        given = {"to": "sealed-1", "how": "phone", "template": template}
        return act(at, "moderator", "record-delivery", **given)

    def _answers(self) -> Iterator[Row]:
        for point in self.points:
            given = {"contribution": point, "outcome": "not-now", "reason": REASONS[point]}
            yield act("2022-08-01T10:00", "manager", "decide", owner="manager", **given)
        yield act("2022-08-02T10:00", "sponsor", "sign-strategy")
        for point in self.points:
            late = self.cast.story.answered if point == POINT else 0
            yield _answer(2 + late, point)
        yield from self._heard(2 + self.cast.story.answered)

    def _heard(self, day: int) -> Iterator[Row]:
        """The speaker hears the answer, and says what they think of it."""
        heard = day + (self.seat.called_after if self.seat.called else 0)
        for who in (ONE, OTHER):
            if self.cast.story.corrected and self.cast.seat(who).mail:
                given = {"stakeholder": who, "email": f"new-{who}@voices.example"}
                yield act(f"2022-09-{day + 1:02}T10:00", "moderator", "change-contact", **given)
        # What came back goes out by itself once there is another address.
        if self.seat.called and not (
            self.seat.bounces and self.seat.mail and self.cast.story.corrected
        ):
            yield self._carried(f"2022-09-{heard:02}T11:30", "answer")
        # Who said something openly as well would judge that.
        quiet = self.cast.story.also_open or self.cast.story.silent
        if self.seat.judges_after is not None and not quiet:
            judged = f"2022-09-{heard + 1 + self.seat.judges_after:02}"
            comment = WORDS[self.seat.language]
            yield self.own(self.speaker, judged, "give-verdict", heard="partly", comment=comment)
        if self.cast.story.disputed:
            given = {"contribution": POINT, "reason": WORDS[self.seat.language]}
            yield self.own(self.speaker, f"2022-09-{day + 6:02}", "dispute-answer", **given)


def _answer(day: int, point: str) -> Row:
    given = {"covers": [point], "text": "Wij kijken in het voorjaar opnieuw."}
    return act(f"2022-09-{day:02}T10:30", "manager", "answer-participant", **given)
