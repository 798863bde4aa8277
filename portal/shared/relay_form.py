"""Relay form: what is asked to record something in a person's name; how it was said, when, whether read back."""

from typing import Any

from portal.http.errors import Incomplete
from portal.web.request import Visit


def said_how(visit: Visit) -> dict[str, Any]:
    """How somebody said what is recorded in their name. Raises Incomplete when the form does not say."""
    given: dict[str, Any] = {**visit.need("how"), "read_back": bool(visit.form.one("read_back"))}
    if visit.form.one("said_on"):
        day = visit.form.day("said_on")
        if day is None:
            raise Incomplete({"said_on": visit._("Choose a day.")})
        given["said_on"] = day
    return given
