"""The pages of those who run a dialogue: what is owed, how the dialogue stands, and who is at the table."""

from portal.manager_overview import (
    dialogue,
    importing,
    inviting,
    looking,
    moving,
    opening,
    people,
    risks,
    today,
)
from portal.routes import Page

PAGES: tuple[Page, ...] = (
    *today.PAGES,
    *dialogue.PAGES,
    *moving.PAGES,
    *opening.PAGES,
    *people.PAGES,
    *importing.PAGES,
    *risks.PAGES,
    *looking.PAGES,
    *inviting.PAGES,
)
