"""What `status --json` says of a dialogue, counted from its rows alone: the oracle for pages, letters and commands."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cli.json_views import visible_dialogues
from records.ledger import Ledger
from states.model.dialogue import Dialogue

OWED = frozenset({"open", "lapsed"})
Row = dict[str, Any]


@dataclass(frozen=True)
class Told:
    """The rows of one dialogue as its manager may see them."""

    rows: dict[str, list[Row]]
    unknown: tuple[Row, ...] = ()
    """What is owed to who speaks under seal, of which none but moderator and speaker know, or know yet."""

    @property
    def owed(self) -> list[Row]:
        """The duties that somebody still owes."""
        return [row for row in self.rows["duties"] if row["status"] in OWED]

    @property
    def speakers(self) -> dict[str, str]:
        """The voice of each point, from the facts."""
        said = (row for row in self.rows["facts"] if row["fact"] == "contribution-recorded")
        return {row["subject"]: row["detail"]["voice"] for row in said}

    @property
    def waiting(self) -> set[str]:
        """The voices that wait for an answer or a response."""
        whom = {"answer-participant": lambda x: x, "answer-dispute": self.speakers.__getitem__}
        return {whom[row["kind"]](row["for"]) for row in self.owed if row["kind"] in whom}

    @property
    def reached(self) -> bool:
        """Whether nobody who was to have an answer was given up."""
        ends = {(row["kind"], row["for"]): row["status"] for row in self.rows["duties"]}
        answers = [end for (kind, _), end in ends.items() if kind.startswith("answer-p")]
        disputes = [end for (kind, _), end in ends.items() if kind == "answer-dispute"]
        return "not-reached" not in {*answers, *disputes}

    def owed_to(self, voices: list[str]) -> Counter[int]:
        """Days late of all that is owed to whoever speaks as *voices*."""
        unknown = (row for row in self.unknown if row["status"] in OWED and row["for"] in voices)
        owed = [*(row for row in self.owed if self._waits(row) in voices), *unknown]
        return Counter(row["late_days"] for row in owed)

    def _waits(self, row: Row) -> str | None:
        if row["kind"] in {"answer-participant", "settle-erasure"}:
            return str(row["for"])
        return self.speakers[row["for"]] if row["kind"] == "answer-dispute" else None

    def checks(self, *, wait: bool) -> set[str]:
        """The checks that keep the phase from being left (*wait*), or those that are in order."""
        rows = self.rows["dialogues"][0]["checks"]
        if not wait:
            return {row["check"] for row in rows if row["ok"]}
        return {
            row["check"]
            for row in rows
            if not (row["ok"] or row["overridden"] or row["strength"] == "shown")
        }

    def reasons(self) -> Iterator[str]:
        """Why a check was passed by hand, each time."""
        for row in self.rows["facts"]:
            if row["fact"] == "check-overridden":
                yield row["detail"]["reason"]

    def reported(self) -> dict[str, str]:
        """What was last reported of each promise; what was withdrawn and decided again is promised anew."""
        said: dict[str, str] = {}
        for row in self.rows["facts"]:
            if row["fact"] == "commitment-reported":
                said[row["subject"]] = row["detail"]["status"]
            elif row["fact"] == "duty-withdrawn" and row["detail"]["kind"] == "report-progress":
                said.pop(row["detail"]["for"], None)
        return said


def told_of(ledger: Ledger, dialogue: Dialogue, now: Any) -> Told:  # noqa: ANN401 - an aware datetime
    """The rows of *dialogue* at *now*."""
    shown = visible_dialogues(ledger, [dialogue.id], now)
    known = {row["id"] for row in shown["duties"]}
    duties = visible_dialogues(ledger, [dialogue.id], now, viewer="moderator")["duties"]
    owed = (row for row in duties if row["kind"] in {"carry-answer", "answer-participant"})
    return Told(shown, tuple(row for row in owed if row["id"] not in known))


def between(html: str, start: str, end: str) -> str:
    """The part of *html* from *start* to *end*; nothing when it does not say *start*."""
    found = re.search(f"{re.escape(start)}(.*?){end}", html, re.DOTALL)
    return found[1] if found else ""


def plain(html: str) -> str:
    """The words of *html*."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).replace("&#39;", "'").split())
