"""The session on its pages: attendance, points, the summary and its end."""

import re

import pytest

from states.model.vocabulary import DutyKind
from tests.portal.conftest import Portal

AT = "/dialogues/kleding-2022"
SESSION = f"{AT}/session"
SUMMARY = f"{AT}/summary"


@pytest.fixture
def meeting(portal: Portal) -> Portal:
    """Give a portal in which the session has just been opened."""
    portal.memory.open()
    portal.memory.meet()
    return portal


def next_id(page: str) -> str:
    found = re.search(r'name="id" value="(c\d+)"', page)
    assert found is not None
    return found[1]


def test_attendance_is_written_down_in_one_form(meeting: Portal) -> None:
    moderator = meeting.enter_as("moderator")
    sent = {
        "present-union-bd": "no",
        "reason-union-bd": "No visa",
        "present-ngo-nl": "yes",
        "reason-ngo-nl": "is not kept",
    }
    answer = moderator.submit(f"{SESSION}/attendance", sent, on=SESSION)
    assert answer.status_code == 303
    seats = meeting.memory.read().stakeholders
    assert (seats["union-bd"].present, seats["union-bd"].absence_reason) == (False, "No visa")
    assert (seats["ngo-nl"].present, seats["ngo-nl"].absence_reason) == (True, None)


def test_sending_attendance_again_writes_nothing(meeting: Portal) -> None:
    moderator = meeting.enter_as("moderator")
    sent = {"present-ngo-nl": "yes"}
    moderator.submit(f"{SESSION}/attendance", sent, on=SESSION)
    before = len([row for row in meeting.dump() if "attendance-recorded" in row])
    moderator.submit(f"{SESSION}/attendance", sent, on=SESSION)
    assert len([row for row in meeting.dump() if "attendance-recorded" in row]) == before


def test_too_long_a_reason_keeps_what_was_typed(meeting: Portal) -> None:
    moderator = meeting.enter_as("moderator")
    sent = {"present-ngo-nl": "yes", "present-union-bd": "no", "reason-union-bd": "x" * 301}
    answer = moderator.submit(f"{SESSION}/attendance", sent, on=SESSION)
    assert answer.status_code == 422
    assert "x" * 301 in answer.text
    assert meeting.memory.read().stakeholders["ngo-nl"].present is None


def test_who_of_the_management_was_there(meeting: Portal) -> None:
    manager = meeting.enter_as("manager")
    sent = {"role": ["sponsor", "manager"]}
    assert manager.submit(f"{SESSION}/management", sent, on=SESSION).status_code == 303
    recorded = meeting.memory.read().management
    assert recorded == {"sponsor": True, "manager": True, "deputy": False, "board": False}


def test_points_are_typed_one_after_another(meeting: Portal) -> None:
    moderator = meeting.enter_as("moderator")
    for text in ("Pay a living wage.", "Publish your suppliers."):
        sent = {"stakeholder": "ngo-nl", "text": text, "id": next_id(moderator.get(SESSION).text)}
        answer = moderator.submit(f"{SESSION}/contributions", sent, on=SESSION)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{SESSION}#contribute")
    texts = [c.text for c in meeting.memory.read().contributions.values()]
    assert texts == ["Pay a living wage.", "Publish your suppliers."]


def test_a_form_sent_twice_is_one_point_and_two_typists_make_two(meeting: Portal) -> None:
    moderator, manager = meeting.enter_as("moderator"), meeting.enter_as("manager")
    sent = {"stakeholder": "ngo-nl", "text": "Pay.", "id": "c1"}
    for _ in range(2):
        assert moderator.submit(f"{SESSION}/contributions", sent, on=SESSION).status_code == 303
    other = sent | {"text": "Listen."}
    assert manager.submit(f"{SESSION}/contributions", other, on=SESSION).status_code == 303
    points = meeting.memory.read().contributions
    assert {name: point.text for name, point in points.items()} == {"c1": "Pay.", "c2": "Listen."}


def test_a_point_without_speaker_is_refused_and_its_text_kept(meeting: Portal) -> None:
    manager = meeting.enter_as("manager")
    sent = {"stakeholder": "", "text": "Half a thought"}
    answer = manager.submit(f"{SESSION}/contributions", sent, on=SESSION)
    assert answer.status_code == 422
    assert "Half a thought</textarea>" in answer.text
    assert not meeting.memory.read().contributions


def test_the_manager_can_not_record_under_seal(meeting: Portal) -> None:
    manager = meeting.enter_as("manager")
    assert 'value="sealed"' not in manager.get(SESSION).text
    for sent in ({"attribution": "sealed"}, {}):
        given = {"stakeholder": "union-bd", "text": "They fire us", **sent}
        answer = manager.submit(f"{SESSION}/contributions", given, on=SESSION)
        assert answer.status_code == 422
        assert "They fire us" in answer.text
    assert not meeting.memory.read().contributions


def test_the_wish_to_be_sealed_is_for_the_moderator_alone(meeting: Portal) -> None:
    union = meeting.participant("union-bd")
    assert union.submit("/my/attribution", {"level": "sealed"}, on="/my/invitation").is_redirect
    wish = "Hoe sprekers genoemd willen worden"
    assert wish in meeting.enter_as("moderator").get(SESSION).text
    assert wish not in meeting.enter_as("manager").get(SESSION).text


def test_the_summary_is_shared_checked_and_the_session_closed(portal: Portal) -> None:
    portal.memory.open()
    portal.memory.speak()
    moderator = portal.enter_as("moderator")
    refused = moderator.submit(SUMMARY, {"line-c1": "Wages"}, on=SUMMARY)
    assert refused.status_code == 422
    assert "Wages</textarea>" in refused.text
    sent = {"line-c1": "Wages", "line-c2": "Dismissals"}
    assert moderator.submit(SUMMARY, sent, on=SUMMARY).status_code == 303
    early = moderator.submit(f"{SESSION}/close", {}, on=SUMMARY)
    assert early.status_code == 422
    assert "Er is niets veranderd" in early.text
    for name, who in (("c1", "ngo-nl"), ("c2", "union-bd")):
        portal.memory.act("check-line", {"contribution": name, "verdict": "confirmed"}, by=who)
    portal.memory.act("record-management", {"role": "sponsor", "present": True})
    assert moderator.submit(f"{SESSION}/close", {}, on=SUMMARY).status_code == 422
    portal.memory.outwait(DutyKind.CHECK_SUMMARY)
    moderator = portal.enter_as("moderator")
    assert moderator.submit(f"{SESSION}/close", {}, on=SUMMARY).status_code == 303
    assert portal.memory.read().phase == "strategy_update"


def test_what_is_missing_names_no_hidden_speaker(portal: Portal) -> None:
    """Whose line waits for a check is told by attribution, on the page and when the close is refused."""
    portal.memory.open()
    portal.memory.meet()
    given = {"id": "c1", "stakeholder": "ngo-nl", "attribution": "region", "text": "Pay."}
    portal.memory.act("record-contribution", given)
    portal.memory.act("publish-summary", {"lines": {"c1": "Pay."}})
    manager = portal.enter_as("manager")
    for answer in (manager.get(SUMMARY), manager.submit(f"{SESSION}/close", {}, on=SUMMARY)):
        assert "een deelnemer" in answer.text.casefold()
        rest = answer.text.replace("Clean clothes, Nederland", "")
        lines = [line for line in rest.splitlines() if "nakijken" in line]
        assert lines
        assert not any("ngo-nl" in line or "Campaigner" in line for line in lines)


def test_somebody_without_mail_says_by_phone_what_they_think_of_their_line(portal: Portal) -> None:
    portal.memory.open()
    portal.memory.map()
    seat = {
        "id": "farmer", "name": "Farmer", "organisation": "Fields", "category": "worker",
        "country": "IN", "layer": "affected", "at_risk": False, "phone": "+91 1",
    }  # fmt: skip
    portal.memory.act("map-stakeholder", seat)
    portal.memory.act("approve-analysis")
    portal.memory.act("invite-all")
    for who in ("union-bd", "ngo-nl"):
        portal.memory.act("accept-invitation", by=who)
        portal.memory.act("share-expectation", {"text": "Be clear"}, by=who)
    for step, more in (("accept-invitation", {}), ("share-expectation", {"text": "Rain"})):
        portal.memory.act(step, {"stakeholder": "farmer", "how": "phone", **more})
    portal.memory.act("echo-expectations", {"changes": "Wages come first"})
    portal.memory.now = portal.memory.read().session_at
    portal.memory.act("open-session")
    portal.memory.act(
        "record-contribution", {"id": "c1", "stakeholder": "farmer", "text": "Cotton."}
    )
    portal.memory.act("publish-summary", {"lines": {"c1": "Cotton."}})
    manager = portal.enter_as("manager")
    sent = {"verdict": "corrected", "text": "Cotton prices.", "how": "phone"}
    page = manager.get(SUMMARY).text
    assert 'value="confirmed"' in page
    assert 'value="corrected"' not in page  # whoever owes the answer does not change the point
    assert manager.submit(f"{SUMMARY}/c1", sent, on=SUMMARY).status_code == 422
    moderator = portal.enter_as("moderator")
    bare = moderator.submit(f"{SUMMARY}/c1", {"verdict": "corrected", "how": "phone"}, on=SUMMARY)
    assert bare.status_code == 422
    assert moderator.submit(f"{SUMMARY}/c1", sent, on=SUMMARY).status_code == 303
    assert portal.memory.read().contributions["c1"].line == "Cotton prices."


def test_a_line_of_anybody_can_be_confirmed_for_them_but_not_under_seal(portal: Portal) -> None:
    portal.memory.open()
    portal.memory.speak()
    lines = {"c1": "Pay.", "c2": "Pay."}
    portal.memory.act("publish-summary", {"lines": lines}, by="moderator")
    manager = portal.enter_as("manager")
    said = {"verdict": "confirmed", "how": "mail"}
    for name, status in (("c1", 303), ("c2", 404), ("c9", 404)):
        assert manager.submit(f"{SUMMARY}/{name}", said, on=SUMMARY).status_code == status


def test_the_moderator_opens_the_session(portal: Portal) -> None:
    portal.memory.open()
    portal.memory.gather()
    moderator = portal.enter_as("moderator")
    assert moderator.submit(f"{SESSION}/open", {}, on=SESSION).status_code == 422
    portal.memory.act("invite-all")
    for who in ("union-bd", "ngo-nl"):
        portal.memory.act("accept-invitation", by=who)
        portal.memory.act("share-expectation", {"text": "Be clear"}, by=who)
    portal.memory.act("echo-expectations", {"changes": "Wages come first"})
    portal.memory.now = portal.memory.read().session_at
    moderator = portal.enter_as("moderator")
    assert moderator.submit(f"{SESSION}/open", {}, on=SESSION).status_code == 303
    assert portal.memory.read().phase == "session"


def shown(page: str, form: str) -> str:
    """What the form *form* of the session page says it shows."""
    found = re.search(rf'action="{SESSION}/{form}".*?name="shown" value="(\w+)"', page, re.DOTALL)
    assert found is not None
    return found[1]


def test_a_form_that_is_out_of_date_overwrites_nothing(portal: Portal) -> None:
    portal.memory.open()
    portal.memory.meet()
    manager = portal.enter_as("manager")
    old = manager.get(SESSION).text
    portal.memory.act(
        "record-attendance", {"stakeholder": "ngo-nl", "present": False, "reason": "Ill"}
    )
    portal.memory.act("record-management", {"role": "sponsor", "present": True})
    typed = {"present-ngo-nl": "yes", "present-union-bd": "no", "reason-union-bd": "No visa"}
    stale = typed | {"shown": shown(old, "attendance")}
    answer = manager.submit(f"{SESSION}/attendance", stale, on=SESSION)
    assert answer.status_code == 422
    assert "Iemand anders legde intussen vast: afwezig, Ill." in answer.text
    assert 'value="No visa"' in answer.text
    seats = portal.memory.read().stakeholders
    assert (seats["ngo-nl"].present, seats["union-bd"].present) == (False, None)
    again = typed | {"shown": shown(answer.text, "attendance")}
    assert manager.submit(f"{SESSION}/attendance", again, on=SESSION).status_code == 303
    assert portal.memory.read().stakeholders["ngo-nl"].present
    roles = {"role": "manager", "shown": shown(old, "management")}
    answer = manager.submit(f"{SESSION}/management", roles, on=SESSION)
    assert answer.status_code == 422
    assert "Iemand anders legde intussen vast: sponsor of kleding." in answer.text
    assert portal.memory.read().management == {"sponsor": True}
