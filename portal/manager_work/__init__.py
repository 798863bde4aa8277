"""The pages of those who run a dialogue: the session, the decisions, the answers, and the pages of the other roles."""

from portal.manager_work import (
    answers,
    audit,
    calls,
    decisions,
    helpers,
    relays,
    reports,
    returned,
    seals,
    session,
    settings,
    strategy,
    summary,
)
from portal.routes import Page

PAGES: tuple[Page, ...] = (
    *session.PAGES,
    *summary.PAGES,
    *decisions.PAGES,
    *answers.PAGES,
    *strategy.PAGES,
    *seals.PAGES,
    *relays.PAGES,
    *returned.PAGES,
    *calls.PAGES,
    *helpers.PAGES,
    *reports.PAGES,
    *audit.PAGES,
    *settings.PAGES,
)
