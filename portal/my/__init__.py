"""Participant pages: what is asked of them, and what became of their words."""

from portal.my import data, invitation, overview, recorded, sealed, sealed_code, words
from portal.web.pages import Page

PAGES: tuple[Page, ...] = (
    *overview.PAGES,
    *words.PAGES,
    *sealed.PAGES,
    *sealed_code.PAGES,
    *invitation.PAGES,
    *data.PAGES,
    *recorded.PAGES,
)
