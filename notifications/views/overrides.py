"""View of overrides: a rule that the company passed by hand, as whoever is invited reads of it."""

from dataclasses import dataclass
from datetime import datetime

from notifications.language.words import fill, land, word
from states.checks.composition import home_seats
from states.model.dialogue import Dialogue, Override
from states.model.vocabulary import CheckName

_HALF = 0.5


@dataclass(frozen=True)
class Departure:
    """A rule that the company did not keep, as whoever is invited reads of it."""

    dialogue: Dialogue
    source: Override
    language: str

    @property
    def rule(self) -> str:
        """What did not work out: with numbers where there are any, so that nobody reads a double negation."""
        if self.source.check != CheckName.HOME_SHARE:
            return word("departure", self.source.check, self.language)
        home, seats = home_seats(self.dialogue)
        most = int(self.dialogue.policy.limits.home_share * seats)
        half = (
            "home-share-half"
            if self.dialogue.policy.limits.home_share == _HALF
            else CheckName.HOME_SHARE
        )
        home_land = land(self.dialogue.programme.country, self.language)
        return fill(
            "departure", half, self.language, land=home_land, home=home, seats=seats, most=most
        )

    @property
    def reason(self) -> str:
        """Why they went on all the same, in their own words."""
        return self.source.reason

    @property
    def name(self) -> str:
        """Who decided it."""
        return self.source.name

    @property
    def at(self) -> datetime:
        """When."""
        return self.source.at
