"""
Under seal stays under seal: two years that differ only in who spoke there look the same to everybody but the moderator.

Every page that a role can read is compared, exports and journal included, so that no page has to be trusted.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from shutil import copy

import pytest

from portal.route_table import PAGES
from portal.web.routes import EVERYONE
from records.engine.randomness import draw_from, seeded_bytes
from states.model.people import AUDITOR, PARTICIPANT
from tests.portal.conftest import Browser, Portal, opened
from tests.portal.test_doors import HERE, filled
from tests.records.conftest import NGO, RISK, UNION, utc

SECOND = UNION | {"id": "union-tr", "name": "Organiser Aylin", "email": "aylin@union.example"}
SPEAKERS = ("union-bd", "union-tr")
BLIND = ("manager", "deputy", "sponsor", "board", "confidant", AUDITOR)
PLACES: tuple[dict[str, str], ...] = (
    {},
    {"contribution": "c2", "voice": "sealed-1", "who": "sealed-1"},
    {"stakeholder": "union-bd", "voice": "union-bd", "who": "union-bd"},
    {"stakeholder": "union-tr", "voice": "union-tr", "who": "union-tr"},
)


def live(portal: Portal, speaker: str) -> None:
    """Live a year in which *speaker* speaks under seal, up to a late answer and a dispute."""
    memory = portal.memory
    memory.open()
    memory.act("name-risk", RISK)
    for seat in (UNION, SECOND, NGO):
        memory.act("map-stakeholder", seat)
    memory.act("approve-analysis")
    memory.act("invite-all")
    for who in ("union-bd", "union-tr", "ngo-nl"):
        memory.act("accept-invitation", by=who)
        memory.act("share-expectation", {"text": "Be clear"}, by=who)
    memory.act("echo-expectations", {"changes": "Wages come first"})
    memory.now = memory.read().session_at
    memory.act("open-session")
    for who in ("union-bd", "union-tr", "ngo-nl"):
        memory.act("record-attendance", {"stakeholder": who, "present": True}, by="moderator")
    _speak(portal, speaker)


def _speak(portal: Portal, speaker: str) -> None:
    memory = portal.memory
    for point, who, level in (("c1", "ngo-nl", "named"), ("c2", speaker, "sealed")):
        given = {
            "id": point,
            "stakeholder": who,
            "attribution": level,
            "text": f"Pay, says {point}.",
        }
        memory.act("record-contribution", given, by="moderator")
    memory.act("record-management", {"role": "sponsor", "present": True}, by="moderator")
    memory.act("publish-summary", {"lines": {"c1": "Pay.", "c2": "Pay."}}, by="moderator")
    memory.deliver()
    for point, who in (("c1", "ngo-nl"), ("c2", speaker)):
        memory.act("check-line", {"contribution": point, "verdict": "confirmed"}, by=who)
    memory.close_session()
    for point in ("c1", "c2"):
        reason = f"Prices are agreed until spring; {point} comes back then."
        given = {"contribution": point, "outcome": "not-now", "owner": "manager", "reason": reason}
        memory.act("decide", given)
    memory.act("sign-strategy", by="sponsor")
    memory.act("answer-participant", {"covers": ["c2"], "text": "In spring."})
    memory.deliver()
    memory.act("dispute-answer", {"contribution": "c2", "reason": "Too late"}, by=speaker)
    memory.sweep(utc(2022, 9, 12, 8))
    memory.deliver()


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Iterator[list[Portal]]:
    """Give the same year twice, once for each speaker."""
    folder = tmp_path_factory.mktemp("years")
    with ExitStack() as stack:
        made = []
        for speaker in SPEAKERS:
            file = Path(copy(migrated_file, folder / f"{speaker}.sqlite"))
            made.append(stack.enter_context(opened(file)))
            draw_from(made[-1].house.engine, seeded_bytes)  # else salts by lot are all that differs
            live(made[-1], speaker)
        yield made


def shown(browser: Browser, path: str) -> str:
    """The page at *path*, without what differs from browser to browser."""
    answer = browser.get(path, follow_redirects=False)
    if "spreadsheetml" in answer.headers.get("content-type", ""):
        return str(len(answer.content))
    return f"{answer.status_code} {re.sub(r'[0-9a-f]{64}', '', answer.text)}"


def paths_of(role: str) -> list[str]:
    """Where *role* may read; not their own ways in, each with a moment and a mark of its own."""
    rows = [p for p in PAGES if p.method == "GET" and EVERYONE not in p.who and role in p.who]
    rows = [page for page in rows if page.path != "/account"]
    return sorted({filled(page, HERE | places) for page in rows for places in PLACES})


@pytest.mark.parametrize("role", BLIND)
def test_nobody_can_see_on_any_page_who_spoke_under_seal(years: list[Portal], role: str) -> None:
    one, other = (year.enter_as(role) for year in years)
    paths = paths_of(role)
    assert any(one.get(path).status_code == 200 for path in paths), f"{role} has no page"
    assert [path for path in paths if shown(one, path) != shown(other, path)] == []


@pytest.mark.parametrize("role", BLIND)
def test_the_journal_itself_does_not_tell(years: list[Portal], role: str) -> None:
    from records.journal.journal import entries

    first, second = (
        [(e.fact, e.actor, e.subject, e.detail) for e in entries(year.house.engine, "kleding-2022")]
        for year in years
    )
    assert first == second


def test_the_moderator_and_the_speaker_can_see_it(years: list[Portal]) -> None:
    one, other = (year.enter_as("moderator") for year in years)
    assert any(shown(one, path) != shown(other, path) for path in paths_of("moderator"))
    spoke, listened = (years[0].participant(who) for who in SPEAKERS)
    assert "says c2" in spoke.get("/my/words").text
    assert "says c2" not in listened.get("/my/words").text


@pytest.mark.parametrize("who", SPEAKERS)
def test_a_link_alone_does_not_tell_whether_they_spoke_under_seal(
    years: list[Portal], who: str
) -> None:
    """Somebody near them who has the link, and knows no PIN, reads the same pages in both years."""
    one, other = (year.linked(who) for year in years)
    paths = paths_of(PARTICIPANT)
    assert sum(one.get(path).status_code == 200 for path in paths) > 5
    assert [path for path in paths if shown(one, path) != shown(other, path)] == []


def test_the_auditor_reads_no_name_of_anybody_who_takes_part(years: list[Portal]) -> None:
    browser = years[0].enter_as(AUDITOR)
    for path in paths_of(AUDITOR):
        page = browser.get(path).text
        for name in ("Rahima", "Aylin", "Campaigner", "Clean clothes", "@union", "campaign@"):
            assert name not in page, path
