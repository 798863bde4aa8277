"""Personal links in mail: each message to a participant carries one of its own, made before it is written."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine

from records.access.links import Capacity, drop_links, mint_links
from records.delivery.queue import Posted
from states.model.dialogue import Dialogue
from states.model.facts import Notice
from states.model.people import HELPER, PARTICIPANT
from states.privacy.independence import helps

LASTS = timedelta(days=180)
"""A capability with a narrow scope, one seat in one dialogue: it must outlive the wait for an answer."""


@dataclass
class Links:
    """
    The links of one batch of mails, made in one transaction: a commit for each would be a third of a mail's time.

    Without a *base_url* there are no pages, and nobody gets one.
    """

    engine: Engine
    base_url: str | None
    now: datetime
    _unused: dict[int, tuple[Capacity, str]] = field(default_factory=dict)

    def make(self, waiting: Iterable[tuple[Posted, Dialogue]]) -> None:
        """Make a link for each participant and helper among those *waiting*."""
        seats = ((posted.id, self._seat(posted.notice, dialogue)) for posted, dialogue in waiting)
        wanted = [(number, seat) for number, seat in seats if seat is not None]
        if wanted:
            made = mint_links(self.engine, [seat for _, seat in wanted], self.now, LASTS)
            pairs = zip(wanted, made, strict=True)
            self._unused |= {number: (seat, token) for (number, seat), token in pairs}

    def address(self, posted: Posted, dialogue: Dialogue) -> str | None:
        """The address that the reader of *posted* is given: the pages, for most with a link of their own behind it."""
        seat = self._seat(posted.notice, dialogue)
        if seat is None:
            return self.base_url
        known, _ = self._unused.get(posted.id, (None, ""))
        if known != seat:  # when the batch began it was nobody's place yet
            self.make([(posted, dialogue)])
        return f"{self.base_url}/l/{self._unused[posted.id][1]}"

    def mark_used(self, posted: Posted) -> None:
        """The link of *posted* left the house."""
        self._unused.pop(posted.id, None)

    def close(self) -> None:
        """Forget the links that were given to nobody."""
        if self._unused:
            drop_links(self.engine, [token for _, token in self._unused.values()])
            self._unused = {}

    def _seat(self, notice: Notice, dialogue: Dialogue) -> Capacity | None:
        """
        Whose place a link in *notice* opens; None when it gets none.

        Somebody without e-mail hears it by phone or letter, where a secret would pass through other hands.
        """
        if notice.role == HELPER and self.base_url and helps(dialogue, notice.to):
            return Capacity("helper", dialogue.programme.id, notice.to, dialogue.id)
        seat = dialogue.stakeholder_of(notice.to) if notice.role == PARTICIPANT else None
        if self.base_url is None or seat is None or not seat.email:
            return None
        return Capacity("participant", dialogue.programme.id, seat.id, dialogue.id)
