"""Composition mirror: the figures of the page; mapped, accepted, present and spoke, beside where the risks are."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from notifications.language.words import country, word
from portal.web.request import Visit
from states.checks.composition import home_seats, unheard_risks
from states.language.catalogue import N_, translate
from states.model.dialogue import Dialogue, Risk
from states.model.people import Layer, Stakeholder
from states.privacy.small_counts import least_of, suppress_small
from states.privacy.visibility import spoke_openly

PERCENT_FROM = 10
"""From so many seats on a share may be said as a percentage."""


@dataclass(frozen=True, slots=True)
class Cut:
    """One way to divide the table: its groups with their labels, and in which a seat and a risk belong."""

    name: str
    groups: list[tuple[str, str]]
    seat: Callable[[Stakeholder], Iterable[str]]
    risk: Callable[[Risk], Iterable[str]]


@dataclass(frozen=True, slots=True)
class MirrorLine:
    """One group: the risks there, and how many seats it has at each stage; *spoke* None: not shown."""

    label: str
    risks: int
    mapped: int
    accepted: int
    present: int
    spoke: int | None

    @property
    def gap(self) -> bool:
        """Whether there are risks and nobody who is mapped."""
        return self.risks > 0 and self.mapped == 0


@dataclass(frozen=True, slots=True)
class Side:
    """The seats by country, by tier or by layer."""

    name: str
    lines: list[MirrorLine]

    @property
    def most(self) -> int:
        """The longest bar."""
        return max((line.mapped for line in self.lines), default=0)

    @property
    def hides(self) -> bool:
        """Whether a figure is left out because it stands for too few."""
        return any(line.spoke is None for line in self.lines)


@dataclass(frozen=True, slots=True)
class Home:
    """How many seats are from the programme's own country."""

    country: str
    home: int
    seats: int
    most: int

    @property
    def percent(self) -> int | None:
        """The share, None when there are too few seats for a percentage."""
        return round(100 * self.home / self.seats) if self.seats >= PERCENT_FROM else None

    @property
    def too_many(self) -> bool:
        """Whether it is more than the policy asks for."""
        return self.seats > 0 and 100 * self.home > self.most * self.seats


@dataclass(frozen=True, slots=True)
class Mirror:
    """The whole mirror."""

    sides: list[Side]
    home: Home
    unheard: list[Risk]
    """The gravest risks without a seat close to those affected."""
    unheard_accepted: list[Risk]
    """Those that had such a seat, but nobody of them accepted."""
    critical: int
    total: MirrorLine
    least: int

    def empty_lands(self, held: bool) -> list[MirrorLine]:  # noqa: FBT001 - asked in a template
        """The countries with risks from which nobody is mapped, or after the session (*held*) nobody was there."""
        lands = next(side.lines for side in self.sides if side.name == "country")
        return [line for line in lands if line.gap or (held and line.risks and not line.present)]


def mirror_of(visit: Visit, dialogue: Dialogue) -> Mirror:
    """The mirror of *dialogue*; who spoke is counted among those who spoke openly, and never in small figures."""
    cuts = _cuts(dialogue, visit.language)
    least = least_of(dialogue)
    spoke = suppress_small({cut.name: _spoke(dialogue, cut) for cut in cuts}, least)
    mapped = unheard_risks(dialogue, visit.now, accepted=False)
    accepted = unheard_risks(dialogue, visit.now, accepted=True)
    home, seats = home_seats(dialogue)
    return Mirror(
        [_side(dialogue, cut, spoke.shown[cut.name]) for cut in cuts],
        Home(
            dialogue.programme.country, home, seats, round(100 * dialogue.policy.limits.home_share)
        ),
        mapped,
        [risk for risk in accepted if risk not in mapped],
        sum(seat.critical for seat in dialogue.stakeholders.values()),
        _line(dialogue, Cut("", [], lambda _: ("",), lambda _: ("",)), ("", ""), spoke.total),
        least,
    )


_TIER = N_("tier %(tier)s")


def _cuts(dialogue: Dialogue, language: str) -> list[Cut]:
    places = {risk.country: -risk.weight for risk in dialogue.risks.values()}
    seats = {seat.country for seat in dialogue.stakeholders.values()}
    lands = [*sorted(places, key=lambda code: places[code]), *sorted(seats - set(places))]
    tiers = [str(tier) for tier in sorted({risk.tier for risk in dialogue.risks.values()})]
    layers = [(one.value, word("layer", one.value, language)) for one in Layer]
    named = [(code, country(code, language)) for code in lands]
    return [
        Cut("country", named, lambda seat: (seat.country,), lambda risk: (risk.country,)),
        Cut(
            "tier",
            [(tier, translate("pages", language, _TIER) % {"tier": tier}) for tier in tiers],
            lambda seat: _tiers(dialogue, seat),
            lambda risk: (str(risk.tier),),
        ),
        Cut("layer", layers, lambda seat: (seat.layer.value,), lambda _: ()),
    ]


def _tiers(dialogue: Dialogue, seat: Stakeholder) -> set[str]:
    return {str(dialogue.risks[name].tier) for name in seat.speaks_for if name in dialogue.risks}


def _side(dialogue: Dialogue, cut: Cut, shown: Mapping[str, int]) -> Side:
    lines = [_line(dialogue, cut, group, shown.get(group[0])) for group in cut.groups]
    return Side(cut.name, lines)


def _line(dialogue: Dialogue, cut: Cut, group: tuple[str, str], spoke: int | None) -> MirrorLine:
    key, label = group
    seats = [seat for seat in dialogue.stakeholders.values() if key in cut.seat(seat)]
    risks = [risk for risk in dialogue.risks.values() if key in cut.risk(risk)]
    present = sum(bool(seat.present) for seat in seats)
    return MirrorLine(
        label,
        len(risks),
        len(seats),
        sum(seat.accepted for seat in seats),
        present,
        spoke if present else 0,
    )


def _spoke(dialogue: Dialogue, cut: Cut) -> Mapping[str, int]:
    """How many of those present spoke openly, by group; seals are closed here, and are never counted."""
    count: dict[str, int] = {}
    for seat in (seat for seat in dialogue.stakeholders.values() if seat.present):
        for key in cut.seat(seat):
            count[key] = count.get(key, 0) + spoke_openly(dialogue, seat.id)
    return count
