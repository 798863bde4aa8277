"""Nobody of staff ever reads a participant's personal link: neither on a page nor in what goes by hand."""

import re

from states.model.people import AUDITOR
from tests.portal.conftest import Portal
from tests.portal.test_checkers import sent
from tests.portal.test_every_page import every as every  # noqa: PLC0414 - a fixture

LINK = re.compile(r"/l/[\w-]{20,}")


def test_no_page_of_staff_holds_a_personal_link(every: Portal) -> None:
    every.link("ngo-nl")
    seen = {name: html for name, html in sent(every, "nl") if "/l/{token}" not in name}
    staff = [name for name in seen if name.split()[0] in {"manager", "moderator", AUDITOR}]
    assert len(staff) > 30
    assert [name for name, html in seen.items() if LINK.search(html)] == []
