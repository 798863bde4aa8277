"""
Round words: how a round is called once its work is known, what its state says and which tags it bears.

A name says what was done, where something was, and always what is late: no run may look well while people wait.
"""

from collections import Counter

from flows.board import Board
from flows.overview import HouseOverview
from flows.prefect.run_names import LATE, OPENED, run_title
from flows.prefect.status_page.duty_words import late_words
from flows.prefect.status_page.overview_artifact import overview_address
from services.delivery.report import DeliveryReport

UNKNOWN = "what is late could not be read"
MOST_NAMED = 3
"""Dialogues that the message of a state names."""


def sweep_title(counts: Counter[str], board: Board) -> str:
    """What was done, where something was, and what is late, which no run may hide."""
    words = [
        (counts["opened"], "edition opened", "editions opened"),
        (counts["reminders"], "reminder", "reminders"),
        (counts["lapses"], "lapse", "lapses"),
        (counts["escalations"], "escalation", "escalations"),
        (counts["honest"], "honest notice", "honest notices"),
        (counts["no_answers"], "no answer", "no answers"),
        (counts["skipped"], "rung skipped", "rungs skipped"),
        (counts["failed"], "duty not judged", "duties not judged"),
        (counts["held"], "dialogue held by somebody else", "dialogues held by somebody else"),
    ]
    late = late_words(board.overview.late) if board.overview else [UNKNOWN]
    return run_title(
        "enforce deadlines", words, "nothing new" if late else "nothing due", standing=late
    )


def sweep_tags(counts: Counter[str], board: Board) -> list[str]:
    """By what a sweep is found: that it opened an edition, that something is late."""
    late = board.overview is not None and bool(board.overview.late)
    return [tag for tag, is_so in ((OPENED, counts["opened"]), (LATE, late)) if is_so]


def overdue_message(overview: HouseOverview) -> str:
    """What is overdue, where, whose turn it is, and where to look."""
    ids = list(dict.fromkeys(one.dialogue_id for one in overview.late_groups))
    more = len(ids) - MOST_NAMED
    where = ", ".join([*ids[:MOST_NAMED], *([f"and {more:,} more"] if more > 0 else [])])
    return (
        f"{'; '.join(late_words(overview.late))}: {where}. Whose turn: {', '.join(overview.turns)}. "
        f"Look at {overview_address()} or run: weerklank status"
    )


def failed_message(failed: Counter[str]) -> str:
    """What failed for good, by the role of the reader: of participants no more than their number."""
    return (
        f"Not delivered: {failed_words(failed)}. Refused for good; the manager was told, or the next role up. "
        "To look: weerklank doctor"
    )


def failed_words(failed: Counter[str]) -> str:
    """How many messages failed by the role of their reader: `1 to manager, 2 to participant`."""
    return ", ".join(f"{number:,} to {role}" for role, number in sorted(failed.items()))


def delivery_title(report: DeliveryReport, failed: Counter[str], *, closed: bool) -> str:
    """What became of the letters, and to whom the failed ones were."""
    lost = f"failed ({failed_words(failed)})"
    words = [
        (report.sent, "sent", "sent"),
        (report.by_hand, "by hand", "by hand"),
        (report.withdrawn, "withdrawn", "withdrawn"),
        (report.later, "to try again", "to try again"),
        (failed.total(), lost, lost),
        (report.quarantined, "set aside", "set aside"),
        (int(bool(report.stopped) and not closed), "stopped early", ""),
    ]
    idle = "no channel is set" if closed else "nothing to send"
    return run_title("deliver notices", words, idle).replace("1 stopped early", "stopped early")
