"""The whole table of pages, room by room. What is not here does not exist."""

from portal import (
    account,
    entering,
    helper,
    manager_overview,
    manager_work,
    participant,
    passkeys,
    signing_in,
)
from portal.routes import Page

PAGES: tuple[Page, ...] = (
    *entering.PAGES,
    *signing_in.PAGES,
    *passkeys.PAGES,
    *participant.PAGES,
    *helper.PAGES,
    *manager_overview.PAGES,
    *manager_work.PAGES,
    *account.PAGES,
)
