"""Tables for who runs the house: the events that Prefect is told, and what the work of a year is estimated at."""

from flows.event_table import EVENTS
from services.effort import FORMS, LETTERS, READING
from tools.docgen.markdown import code, table


def events() -> str:
    """The events by name, what each is about and what it says."""
    rows = [(code(row.name), row.means, code(row.resource), row.role) for row in EVENTS]
    return table(("event", "what happened", "about", "role beside it"), rows)


def forms() -> str:
    """One form of each step."""
    rows = [(f"`{step}`", task.minutes, task.reason) for step, task in FORMS.items()]
    return table(("step", "minutes", "why"), rows)


def letters() -> str:
    """One letter of each kind, and what is read of others."""
    rows = [(f"a letter: `{kind}`", task.minutes, task.reason) for kind, task in LETTERS.items()]
    read = [
        (f"`{step}`, read by the {who}", t.minutes, t.reason) for step, (who, t) in READING.items()
    ]
    return table(("what", "minutes", "why"), [*rows, *read])
