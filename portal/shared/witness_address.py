"""Witness address: where everybody can check a number of the journal, and where its code leads to."""

from portal.web.site import Site

VERIFY = "/verify"


def address_of(site: Site, line: int, number: str) -> str:
    """The page on which the *number* of a *line* is filled in already."""
    return f"{site.address}{VERIFY}?line={line}&number={number}"
