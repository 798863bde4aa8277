"""One made life in which there is something to hide from everybody, and what of it is secret."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from tests.journeys.lives import INFORMATION, NGO, PROGRAMME, SUPPLIER, UNION, act, small

HOLDERS = {
    "manager": "Wim Verhagen",
    "deputy": "Elske Kuiper",
    "sponsor": "Karel Brouwer",
    "moderator": "Fatima Haddad",
    "board": "Ingrid Solberg",
    "confidant": "Pieter Dekkers",
}
SEALED, REGION, BY_HAND, UNHEARD = "seat-a", "seat-b", "seat-c", "seat-d"
"""Who spoke under seal, by region, and openly by telephone; and who spoke under seal and has no e-mail."""
ID = "klein-2022"
ENDED = datetime(2022, 10, 1, tzinfo=UTC)
REPORT = "Sinds mei werk ik alleen nog in de nacht."
"""What the one at risk tells the confidant on a page of their own, after the last act."""
RAHIMA = UNION | {
    "id": SEALED,
    "name": "Rahima Khatun",
    "organisation": "Needle Union",
    "email": "rahima.khatun@needle.example",
    "phone": "+880 1711 123456",
    "safe_hours": "20:15-21:45",
}
NOOR = NGO | {
    "id": REGION,
    "name": "Noor Zandstra",
    "organisation": "Stichting Schoon Katoen",
    "email": "noor@schoonkatoen.example",
}
DENIZ = SUPPLIER | {
    "id": BY_HAND,
    "name": "Deniz Yılmaz",
    "organisation": "İzmir Tekstil",
    "email": None,
    "phone": "+90 532 111 22 33",
    "safe_hours": "09:00-17:00",
}
SALMA = RAHIMA | {
    "id": UNHEARD,
    "name": "Salma Akter",
    "organisation": "Line Four",
    "email": None,
    "phone": "+880 1812 654321",
}
ODD = "RAHIMA\u00a0 KHATUN (Rahi\u200bma, 01711-123 456, RAHIMA.Khatun@NEEDLE.example)"
TOLD = {"how": "phone"}


def life() -> dict[str, Any]:
    """The life as a scenario: whole up to answers, verdicts and an objection, with somebody who still waits."""
    roles = {
        role: {"name": name, "email": f"{name.split()[0].lower()}@klein.example", "language": "nl"}
        for role, name in HOLDERS.items()
    }
    programme = PROGRAMME | {"roles": roles}
    people = {"programme": programme, "stakeholders": [RAHIMA, NOOR, DENIZ, SALMA]}
    dialogue = {"edition": 2022, "session": "2022-06-16T13:00", "information": INFORMATION}
    return small(_acts(), until="2022-10-01T00:00", dialogue=dialogue, **people)


def _acts() -> Iterator[dict[str, Any]]:
    reason = f"Wij vroegen {ODD}; verder kon niemand."
    yield act("2022-01-09T10:00", "manager", "override-check", check="home-share", reason=reason)
    yield act("2022-01-10T10:00", "manager", "approve-analysis")
    helper = {"organisation": "Taalhulp", "language": "tr", "name": "Selin Aksoy"}
    yield act(
        "2022-02-01T10:00", "sponsor", "name-helper", email="selin@taalhulp.example", **helper
    )
    yield act("2022-03-01T10:00", "manager", "invite-all")
    for who in (BY_HAND, UNHEARD):
        yield act("2022-03-02T10:00", "moderator", "record-delivery", to=who, how="phone")
    for who in (SEALED, REGION, BY_HAND, UNHEARD):
        by, told = _told(who)
        yield act("2022-03-03T10:00", by, "accept-invitation", **told)
        text = "Een jaartal en een bedrag."
        yield act("2022-03-04T10:00", by, "share-expectation", text=text, **told)
    yield act("2022-05-30T10:00", "manager", "echo-expectations", changes="Loon krijgt een uur.")
    yield act("2022-06-16T13:00", "manager", "open-session")
    yield act("2022-06-16T13:05", "manager", "record-management", role="sponsor", present=True)
    yield from _session()
    yield from _answers()


def _told(who: str) -> tuple[str, dict[str, str]]:
    """Who records a step of *who*, and what they add to it."""
    return ("moderator", TOLD | {"stakeholder": who}) if who in {BY_HAND, UNHEARD} else (who, {})


POINTS = {
    "c1": (REGION, "region"),
    "c2": (SEALED, "sealed"),
    "c3": (BY_HAND, "named"),
    "c4": (UNHEARD, "sealed"),
    "c5": (BY_HAND, "sealed"),
}
"""Who says what; one speaks openly and under seal, and the one name may not tell the other."""
WORDS = {
    "c1": "De prijzen zijn te laag.",
    "c2": "Deur drie is 's nachts op slot.",
    "c3": "Betaal op tijd.",
    "c4": "Wij durven niets te zeggen.",
    "c5": "De overuren staan nergens.",
}


def _session() -> Iterator[dict[str, Any]]:
    for point, (who, level) in POINTS.items():
        at, said = "2022-06-16T14:00", {"attribution": level, "text": WORDS[point]}
        yield act(
            "2022-06-16T13:10", "moderator", "record-attendance", stakeholder=who, present=True
        )
        yield act(at, "moderator", "record-contribution", id=point, stakeholder=who, **said)
    lines = {point: f"Regel {point}." for point in POINTS}
    yield act("2022-06-20T10:00", "moderator", "publish-summary", lines=lines)
    yield act("2022-06-20T12:00", "moderator", "record-delivery", to=BY_HAND, how="phone")
    for point, (who, _) in POINTS.items():
        by, told = _told(who)
        given = {"contribution": point, "verdict": "confirmed", **told}
        if who == SEALED:
            given |= {"verdict": "corrected", "text": "Ook deur vier zit dicht, elke nacht."}
        yield act("2022-06-21T10:00", by, "check-line", **given)
    yield act("2022-07-05T10:00", "moderator", "close-session")


def _answers() -> Iterator[dict[str, Any]]:
    for point in POINTS:
        reason = f"Voor {point} wachten wij op de nieuwe cijfers van dit voorjaar."
        given = {"contribution": point, "outcome": "not-now", "reason": reason}
        yield act("2022-08-01T10:00", "manager", "decide", owner="manager", **given)
    yield act("2022-08-02T10:00", "sponsor", "sign-strategy")
    for point in ("c2", "c3", "c4"):
        text = f"Over {point}: wij kijken in het voorjaar opnieuw."
        yield act("2022-09-01T10:00", "manager", "answer-participant", covers=[point], text=text)
    yield act("2022-09-02T10:00", "moderator", "record-delivery", to=BY_HAND, how="phone")
    given = {"heard": "partly", "comment": "Waarom pas in het voorjaar?"}
    yield act("2022-09-05T10:00", SEALED, "give-verdict", **given)
    given = {"contribution": "c2", "reason": "Een seizoen is geen antwoord op onze vraag."}
    yield act("2022-09-06T10:00", SEALED, "dispute-answer", **given)
    neutral = {"about": "dispute", "contribution": "c2", "text": "Het duurt te lang."}
    yield act("2022-09-07T09:00", "moderator", "word-neutrally", **neutral)
    yield act(
        "2022-09-07T10:00", "moderator", "give-verdict", heard="no", **TOLD, stakeholder=BY_HAND
    )
