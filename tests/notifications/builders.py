"""A dialogue like the case of 2022, built straight from the law's values: one sealed voice, four late answers."""

from datetime import UTC, date, datetime
from typing import Any

from config.policies import policy_of
from states.model.contributions import (
    Attribution,
    Change,
    Commitment,
    Contribution,
    LineVerdict,
    Outcome,
    Seal,
)
from states.model.dialogue import Dialogue, Override, Phase
from states.model.duties import KINDS, Duty, DutyStatus, duty_name
from states.model.facts import Notice
from states.model.information import Influence, Information, InterimWord
from states.model.people import PARTICIPANT, ROLES, Invitation, Layer, Person, Role, Stakeholder
from states.model.programme import Programme
from states.model.vocabulary import CheckName, DutyKind, Template
from states.values.promised_days import Postponement, Reckoning

OPENED = datetime(2021, 12, 1, 8, tzinfo=UTC)
SESSION = datetime(2022, 6, 16, 11, tzinfo=UTC)
PROMISED = datetime(2022, 9, 8, 22, tzinfo=UTC)
ALERTED = datetime(2022, 9, 9, 6, tzinfo=UTC)
SECRETS = (
    "Rahima Akter",
    "Garment Solidarity Union",
    "rahima@solidarity-union.example",
    "union-bd",
    "Akter",
)
"""Who speaks under seal; no text to a role may hold any of it."""

_SEATS: tuple[tuple[str, str, str, str, str, str], ...] = (
    ("ngo", "Nora de Vries", "Schone Draad", "ngo", "NL", "nl"),
    ("union-bd", "Rahima Akter", "Garment Solidarity Union", "union", "BD", "en"),
    ("investor", "Pieter Bos", "Pensioen Vooruit", "financier", "NL", "nl"),
    ("worker", "Samira Haddad", "Ondernemingsraad", "worker", "NL", "nl"),
    ("factory-tr", "Emre Kaya", "Izmir Tekstil", "supplier", "TR", "en"),
    ("no-mail", "Oma Jansen", "Buurtcomité", "community", "NL", "nl"),
)
_POINTS: tuple[tuple[str, str, Attribution, str, str], ...] = (
    (
        "c1",
        "ngo",
        Attribution.NAMED,
        "Zonder jaartal is leefbaar loon een intentie.",
        "Een jaartal en een bedrag.",
    ),
    (
        "c2",
        "sealed-1",
        Attribution.SEALED,
        "Two factories dismissed organisers.",
        "Bescherming van organisatoren.",
    ),
    (
        "c4",
        "investor",
        Attribution.ORGANISATION,
        "Publiceer doorlooptijden.",
        "Transparantie over inkoop.",
    ),
    (
        "c5",
        "worker",
        Attribution.NAMED,
        "Inkopers worden alleen op marge afgerekend.",
        "Andere prikkels voor inkopers.",
    ),
    ("c6", "factory-tr", Attribution.REGION, "Prices must follow wages.", "Prijzen volgen lonen."),
)


def programme(language: str = "nl", **changes: Any) -> Programme:  # noqa: ANN401
    """A programme whose roles all read *language*."""
    named = {
        Role.MANAGER: "Karin Smit",
        Role.DEPUTY: "Tom Visser",
        Role.SPONSOR: "Ellen Prins",
        Role.MODERATOR: "Jan Mulder",
        Role.BOARD: "Hugo Maas",
        Role.CONFIDANT: "Fatma Yilmaz",
    }
    values: dict[str, Any] = {
        "id": "merk",
        "company": "Nederlands kledingmerk",
        "country": "NL",
        "time_zone": "Europe/Amsterdam",
        "schedule": "0 9 1 12 *",
        "roles": {
            role: Person(name=name, email=f"{role}@merk.example", language=language)
            for role, name in named.items()
        },
    }
    return Programme(**(values | changes))


def stakeholders(language: str | None = None) -> dict[str, Stakeholder]:
    """The seats; the last one has no e-mail."""
    return {
        seat: Stakeholder(
            id=seat,
            name=name,
            organisation=organisation,
            category=category,
            country=country,
            language=language or own,
            layer=Layer.PROXY,
            at_risk=seat == "union-bd",
            email="rahima@solidarity-union.example"
            if seat == "union-bd"
            else f"{seat}@deelnemer.example",
            mapped_at=OPENED,
            invitation=Invitation.ACCEPTED,
            invited_at=OPENED,
            expectation="Wij verwachten een tijdpad.",
            success_test="Een jaartal en een bedrag in de strategie.",
        ).model_copy(
            update={"email": None, "phone": "+31 20 555 0100"} if seat == "no-mail" else {}
        )
        for seat, name, organisation, category, country, own in _SEATS
    }


def contributions(**changes: Any) -> dict[str, Contribution]:  # noqa: ANN401
    """The points, with summary lines and without decisions."""
    return {
        name: Contribution(
            id=name, voice=voice, attribution=attribution, text=text, recorded_at=SESSION, line=line
        ).model_copy(update=changes)
        for name, voice, attribution, text, line in _POINTS
    }


def decided(contribution: Contribution) -> Contribution:
    """*contribution* with a decision, a change, a commitment and an answer."""
    return contribution.model_copy(
        update={
            "line_verdict": LineVerdict.CORRECTED,
            "outcome": Outcome.PARTLY,
            "reason": "Jaartal 2026 is opgenomen; het bedrag volgt per fabriek.",
            "owner": "manager",
            "change": Change(
                before="Wij streven naar leefbaar loon.",
                after="In 2026 betalen tien leveranciers dat.",
            ),
            "commitment": "loonkloof",
            "answer": "U vroeg om een jaartal en een bedrag. Het jaartal staat er nu.",
            "written_at": ALERTED,
        }
    )


def duty(kind: str, whom: str | None = None, **changes: Any) -> Duty:  # noqa: ANN401
    """A duty of *kind*, due at the promised moment."""
    owner = KINDS[DutyKind(kind)].owner
    waiting = whom if kind == "answer-participant" else None
    values: dict[str, Any] = {
        "name": duty_name(DutyKind(kind), whom),
        "kind": kind,
        "whom": whom,
        "owner": owner,
        "due": PROMISED,
        "first_due": PROMISED,
        "opened_at": SESSION,
        "waiting": waiting,
        "reckoning": Reckoning(rule="S+12w", start=date(2022, 6, 16), end=date(2022, 9, 8)),
    }
    return Duty(**(values | changes))


def postponed(found: Duty, to: datetime, *, late: bool) -> Duty:
    """*found* moved to another date."""
    at = ALERTED if late else SESSION
    moved = Postponement(
        at=at, was=found.due, to=to, reason="Het besluit ligt nog bij de directie.", late=late
    )
    return found.model_copy(
        update={"due": to, "postponements": (*found.postponements, moved), "version": 2}
    )


def dialogue(language: str = "nl", **changes: Any) -> Dialogue:  # noqa: ANN401
    """The dialogue on 9 September 2022 with five late answers; everybody reads *language*."""
    points = contributions()
    duties = [
        duty("answer-participant", voice, status=DutyStatus.LAPSED)
        for voice in dict.fromkeys(p.voice for p in points.values())
    ]
    values: dict[str, Any] = {
        "id": "merk-2022",
        "programme": programme(language),
        "policy": policy_of(),
        "edition": 2022,
        "phase": Phase.FEEDBACK,
        "phase_since": SESSION,
        "opened_at": OPENED,
        "session_at": SESSION,
        "information": information(),
        "agenda_changes": "Leefbaar loon krijgt een uur.\nOnderaanneming staat op de agenda.",
        "stakeholders": stakeholders(language),
        "overrides": {"stakeholder_analysis/home-share": override()},
        "contributions": points,
        "commitments": {"loonkloof": commitment()},
        "seals": {"sealed-1": Seal(id="sealed-1", stakeholder="union-bd")},
        "duties": {found.name: found for found in duties},
        "interim_words": (
            InterimWord(
                at=SESSION.replace(month=7, day=26),
                decided="Het jaartal 2026.\nDe derde schakel komt in beeld.",
                not_decided="Het bedrag.",
                who_decides_when="De directie, op 25 augustus.",
            ),
        ),
        "lessons": ("Terugkoppeling hoort in de week van de ondertekening.",),
    }
    return Dialogue(**(values | changes))


def information() -> Information:
    """A complete invitation."""
    return Information(
        purpose="De IMVO-strategie onder de loep nemen.",
        use_of_outcomes="Elke inbreng krijgt een besluit.",
        contribution_asked="Kritische inbreng op de risicoanalyse.",
        degree_of_influence=Influence.INVOLVE,
        decided_by="De CEO, na bespreking in de directie.",
        feedback_by=date(2022, 9, 8),
        confidentiality="Per inbreng kiest u zelf wie uw naam ziet.",
        costs="Reis en verblijf worden vergoed.",
    )


def override() -> Override:
    """A soft check passed by hand."""
    return Override(
        id="stakeholder_analysis/home-share",
        check=CheckName.HOME_SHARE,
        phase=Phase.STAKEHOLDER_ANALYSIS,
        by="manager",
        name="Karin Smit",
        reason="Het reisbudget staat drie buitenlandse deelnemers toe.",
        at=datetime(2022, 2, 3, 10, tzinfo=UTC),
    )


def commitment() -> Commitment:
    """A promised action."""
    return Commitment(
        id="loonkloof",
        what="De loonkloof per fabriek berekenen",
        owner="sponsor",
        due=date(2023, 3, 1),
        contribution="c1",
        evidence="Rapport van 31 leveranciers.",
    )


def notice(
    template: str,
    to: str,
    found: Duty | None = None,
    /,
    *,
    rung: str | None = None,
    **detail: Any,  # noqa: ANN401
) -> Notice:
    """A notice as the law writes it."""
    return Notice(
        to=to,
        role=to if to in ROLES else PARTICIPANT,
        template=Template(template),
        duty=found.name if found else None,
        kind=found.kind if found else None,
        rung=rung,
        version=found.version if found else 1,
        detail=detail,
    )
