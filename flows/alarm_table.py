"""Alarm table: what somebody is told of, after what time, how often again, and in which words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from flows.event_table import ANSWERS_LATE, OUTBOX_LATE, SWEEP_FINISHED

FLOW_NAMES = ("enforce-deadlines", "deliver-notices", "open-annual-cycle", "send-digest")
_FLOW = "related:flow:prefect.resource.name"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRow:
    """
    One alarm: an event that is told of when it comes, or with *absent* when it does not come within a time.

    *words* are a template of Prefect: ids and counts of the event alone, what is so and what to do.
    """

    key: str
    """By which it is found again, whatever it is called."""
    title: str
    expect: str
    """The event, as Prefect names it."""
    absent: bool = False
    within: timedelta
    """So long it may be absent; of one that comes, so long nobody is told again of the same thing."""
    match: Mapping[str, list[str]] = field(default_factory=dict)
    """The labels that its resource must bear."""
    beside: Mapping[str, list[str]] = field(default_factory=dict)
    """The labels that something beside it must bear."""
    for_each: str | None = None
    """The label whose every value is a thing of its own."""
    words: str

    @property
    def name(self) -> str:
        """What its automation is called."""
        return f"weerklank: {self.title}"


ALARMS = (
    AlarmRow(
        key="no-sweep", title="no sweep has finished for a day",
        expect=SWEEP_FINISHED, absent=True, within=timedelta(days=1),
        words="Deadlines pass unseen: nobody is reminded of anything. On the machine of Weerklank, run: "
        "weerklank doctor. Until the scheduler runs again: weerklank sweep && weerklank deliver",
    ),
    AlarmRow(
        key="run-failed", title="a run failed or crashed",
        expect="prefect.flow-run.*", within=timedelta(hours=1),
        match={"prefect.state-type": ["FAILED", "CRASHED"]},
        beside={"prefect.resource.role": ["flow"], "prefect.resource.name": list(FLOW_NAMES)},
        for_each=_FLOW,
        words="{{ event.resource_in_role['flow']['prefect.resource.name'] }} ended as "
        "{{ event.resource['prefect.state-type']|lower }}, its retries included. What was done before stays, "
        "and the next run goes on from there. On the machine of Weerklank, run: weerklank doctor",
    ),
    AlarmRow(
        key="outbox-late", title="mail has waited for more than an hour",
        expect=OUTBOX_LATE, within=timedelta(hours=6),
        words="Messages that wait: {{ event.payload.pending }}, the oldest since {{ event.payload.oldest }}. "
        "Nothing is lost. On the machine of Weerklank, 'weerklank doctor' says why; then run: weerklank deliver",
    ),
    AlarmRow(
        key="answers-late", title="answers are late for ten working days",
        expect=ANSWERS_LATE, within=timedelta(days=7), for_each="prefect.resource.id",
        words="{{ event.payload.programme }}: answers that are late for ten working days or more: "
        "{{ event.payload.answers }}, the oldest promised for {{ event.payload.oldest }}. Whoever "
        "owes them was told, and those above. See: weerklank status {{ event.payload.dialogues|first }}",
    ),
)  # fmt: skip
"""The alarms of the house."""

TRIED = AlarmRow(
    key="tried", title="somebody tries the alarm", expect="weerklank.alarm.tried",
    within=timedelta(hours=1),
    words="This is what an alarm looks like. Nothing is wrong: somebody ran 'weerklank alarm test'.",
)  # fmt: skip
"""What `weerklank alarm test` rings by, for as long as it takes."""
