"""Whole journeys with the stylesheet gone, by the words on the page alone."""

import pytest
from playwright.sync_api import Page

from tests.portal.conftest import Portal
from tests.portal.windows import Open, Window

pytestmark = pytest.mark.browser

HOME = "/dialogues/kleding-2022"


def press(seen: Window, words: str) -> None:
    """Press the one button that says *words*."""
    with seen.page.expect_navigation():
        seen.page.get_by_role("button", name=words, exact=True).click()


def room(seen: Window, words: str) -> Page:
    """Open the menu of the dialogue, and follow what says *words* in it."""
    menu = seen.page.get_by_role("navigation", name="Pages of this dialogue")
    menu.locator("summary").click()
    with seen.page.expect_navigation():
        menu.get_by_role("link", name=words, exact=True).click()
    return seen.page


def link(seen: Window, words: str) -> Page:
    """Follow the first link that says *words*."""
    with seen.page.expect_navigation():
        seen.page.get_by_role("link", name=words).first.click()
    return seen.page


def test_a_manager_begins_a_year(portal: Portal, window: Open) -> None:
    portal.memory.open()
    seen = window(portal, key=portal.key_of("manager"), language="en", styles=False)
    seen.go("/today")
    link(seen, "To the dialogue")
    page = room(seen, "Risks")
    page.get_by_label("What is it about?").fill("living wage")
    page.get_by_label("Who is affected?").fill("sewers")
    page.get_by_label("Country").first.select_option("BD")
    page.get_by_role("group", name="How grave is it?").get_by_label("5, gravest").check()
    press(seen, "Save")
    map_somebody(seen)
    room(seen, "How it stands")
    for check in portal.memory.read().overrides or ("home-share",):
        page = seen.go(f"{HOME}/override?check={check}")
        page.get_by_label("Why is it not possible this year?").fill("Nobody else could come.")
        press(seen, "Override, in my name")
    press(seen, "Approve the analysis")
    room(seen, "Invitation")
    press(seen, "Invite everyone who still waits")
    assert [one.invited for one in portal.memory.read().stakeholders.values()] == [True]
    assert seen.complaints == []


def map_somebody(seen: Window) -> None:
    """Put somebody on the map who is close to those affected, and critical."""
    room(seen, "People")
    page = link(seen, "Add a stakeholder")
    page.get_by_label("Name").first.fill("Rahima")
    page.get_by_label("Organisation", exact=True).fill("Garment union")
    page.get_by_label("Country").select_option("NL")
    page.get_by_label("Their legitimate representatives").check()
    page.get_by_label("living wage, Bangladesh (sewers)").check()
    page.get_by_label("A critical party").check()
    danger = page.get_by_role("group", name="Could speaking put this person in danger?")
    danger.get_by_label("No", exact=True).check()
    page.get_by_label("Email address").fill("rahima@union.example")
    press(seen, "Put on the map")


def test_a_participant_comes_speaks_and_judges(portal: Portal, window: Open) -> None:
    memory = portal.memory
    memory.open()
    memory.gather()
    memory.act("invite-all")
    seen = window(portal, language="en", styles=False)
    seen.go(portal.link("ngo-nl"))
    press(seen, "Go to my page")
    page = link(seen, "Invitation")
    page.get_by_label("Yes, I will take part").check()
    press(seen, "Send my reply")
    page.get_by_label("What do you expect of this dialogue?").fill("A date")
    page.get_by_label("What would show you that you were heard?").fill("A year and a sum")
    press(seen, "Save my expectation")
    answer_them(portal)
    seen.go(portal.link("ngo-nl"))
    press(seen, "Go to my page")
    page = link(seen, "My words")
    page.get_by_role("group", name="Were you heard?").get_by_label("partly").check()
    page.get_by_label("Would you like to add anything?").fill("A year, no sum.")
    press(seen, "Send my verdict")
    page.get_by_text("Not my point").click()
    page.get_by_label("What does the answer miss?").fill("The sum.")
    press(seen, "Object")
    dialogue = memory.read()
    assert dialogue.verdicts["ngo-nl"].heard == "partly"
    assert dialogue.contributions["c1"].dispute_reason == "The sum."
    assert seen.complaints == []


def answer_them(portal: Portal) -> None:
    """Live on from the invitation to the answer, as others would."""
    memory = portal.memory
    memory.act("accept-invitation", by="union-bd")
    memory.act("share-expectation", {"text": "Be clear"}, by="union-bd")
    memory.act("echo-expectations", {"changes": "Wages come first"})
    memory.now = memory.read().session_at
    memory.act("open-session")
    for name in ("union-bd", "ngo-nl"):
        memory.act("record-attendance", {"stakeholder": name, "present": True}, by="moderator")
    point = {"id": "c1", "stakeholder": "ngo-nl", "attribution": "named", "text": "Name a year."}
    memory.act("record-contribution", point, by="moderator")
    memory.act("record-management", {"role": "sponsor", "present": True}, by="moderator")
    memory.act("publish-summary", {"lines": {"c1": "Name a year."}}, by="moderator")
    memory.act("check-line", {"contribution": "c1", "verdict": "confirmed"}, by="ngo-nl")
    memory.close_session()
    reason = "Prices are agreed until spring; we look again in March."
    outcome = {"contribution": "c1", "outcome": "not-now", "owner": "manager", "reason": reason}
    memory.act("decide", outcome)
    memory.act("sign-strategy", by="sponsor")
    memory.act("answer-participant", {"covers": ["c1"], "text": "We look again in March."})
    memory.deliver()
