"""Tables of the operator's page: the events that Prefect is told, written from the table of the house."""

from flows.event_table import EVENTS
from tools.docgen.markdown import code, table


def events() -> str:
    """The events by name, what each is about and what it says."""
    rows = [(code(row.name), row.means, code(row.resource), row.role) for row in EVENTS]
    return table(("event", "what happened", "about", "role beside it"), rows)
