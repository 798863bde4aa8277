"""The pages of helpers, who reach people in their language: whom to call, a sheet for each call, and stopping."""

from portal.helper import calls, stopping
from portal.routes import Page

PAGES: tuple[Page, ...] = (*calls.PAGES, *stopping.PAGES)
