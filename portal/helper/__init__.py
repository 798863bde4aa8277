"""Helper pages: whom to call in one's language, a sheet for each call, and stopping."""

from portal.helper import helper_calls, stop
from portal.web.pages import Page

PAGES: tuple[Page, ...] = (*helper_calls.PAGES, *stop.PAGES)
