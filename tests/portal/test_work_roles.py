"""The pages of moderator, confidant and auditor, and the programme: what each may see and nobody else."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from records.access.retaliation_reports import report, reports_of
from records.journal.journal import entries
from records.ledger import Ledger
from states.model.dialogue import Dialogue
from states.model.people import AUDITOR
from tests.portal.conftest import Portal
from tests.records.conftest import DAY, a_programme

AT = "/dialogues/kleding-2022"
JOURNAL = f"{AT}/audit/journal"
PHONE_ONLY = {
    "id": "worker-bd", "name": "Shirin", "organisation": "Line seven", "category": "worker",
    "country": "BD", "layer": "affected", "at_risk": True, "phone": "+880 1",
}  # fmt: skip


def test_the_moderator_sees_who_spoke_under_seal(two_companies: Portal) -> None:
    page = two_companies.enter_as("moderator").get("/seals").text
    assert "sealed-1" in page
    assert "Organiser Rahima, Garment union" in page
    assert "rahima@union.example" in page


def test_what_is_sealed_is_passed_on_by_the_moderator_alone(portal: Portal) -> None:
    memory = portal.memory
    memory.open()
    memory.map()
    memory.act("map-stakeholder", PHONE_ONLY)
    memory.act("approve-analysis")
    memory.act("invite-all")
    for who in ("union-bd", "ngo-nl"):
        memory.act("decline-invitation", by=who)
    memory.act("accept-invitation", {"stakeholder": "worker-bd", "how": "phone"})
    memory.act("share-expectation", {"stakeholder": "worker-bd", "how": "phone", "text": "Safety"})
    memory.act("echo-expectations", {"changes": "Safety first"})
    memory.now = memory.read().session_at
    for name in ("affected-represented", "declined-replaced"):
        memory.act("override-check", {"check": name, "reason": "They could not come"})
    memory.act("open-session")
    given = {"id": "c1", "stakeholder": "worker-bd", "text": "The doors are locked."}
    memory.act("record-contribution", given, by="moderator")
    memory.act("publish-summary", {"lines": {"c1": "Locked doors."}}, by="moderator")
    for row in memory.notices(status="pending"):
        memory.ledger.by_hand(row.id, memory.now)
    manager, moderator = portal.enter_as("manager"), portal.enter_as("moderator")
    number = next(str(r.id) for r in memory.notices(status="by-hand") if r.to == "sealed-1")
    given = {"number": number, "how": "told by phone"}
    answers, seals = f"{AT}/answers", f"{AT}/seals"
    assert f'value="{number}"' not in manager.get(answers).text
    path = f"{AT}/deliveries"
    assert manager.submit(path, given, on=answers).status_code == 404
    assert f'value="{number}"' in moderator.get(seals).text
    assert moderator.submit(f"{seals}/deliveries", given | {"how": ""}, on=seals).status_code == 422
    assert moderator.submit(f"{seals}/deliveries", given, on=seals).status_code == 303
    mine = next(str(r.id) for r in memory.notices(status="by-hand") if r.to == "worker-bd")
    assert manager.submit(path, given | {"number": mine}, on=answers).status_code == 303


def test_reports_are_read_by_the_confidant_alone(two_companies: Portal) -> None:
    union = two_companies.participant("union-bd")
    told = {"text": "They threatened me", "named": "yes", "contact": "+880 99"}
    assert union.submit("/my/safety", told, on="/my/safety").is_redirect
    engine, now = two_companies.house.engine, two_companies.now
    report(engine, "schoenen-2022", "Elsewhere", now, who=None, contact=None, react_by=now + DAY)
    confidant = two_companies.enter_as("confidant")
    page = confidant.get("/reports").text
    assert "They threatened me" in page
    assert "Organiser Rahima" in page
    assert "Elsewhere" not in page
    for role in ("manager", "deputy", "sponsor", "moderator", "board", "auditor"):
        assert two_companies.enter_as(role).get("/reports").status_code == 404


def test_a_report_is_dealt_with_once_and_by_its_own_confidant(two_companies: Portal) -> None:
    engine, now = two_companies.house.engine, two_companies.now
    for dialogue in ("kleding-2022", "schoenen-2022"):
        report(engine, dialogue, "Pressure", now, who=None, contact=None, react_by=now + DAY)
    mine, theirs = (reports_of(engine, name)[0].number for name in ("kleding", "schoenen"))
    confidant = two_companies.enter_as("confidant")
    for number, status in ((theirs, 404), (mine, 303), (mine, 404), ("x", 404), ("9" * 30, 404)):
        answer = confidant.submit("/reports", {"number": str(number)}, on="/reports")
        assert answer.status_code == status, number
    assert "Afgehandeld" in confidant.get("/reports").text


@pytest.mark.parametrize("path", [f"{AT}/answers", f"{AT}/session", f"{AT}/audit", "/settings"])
def test_the_confidant_sees_nothing_else(path: str, two_companies: Portal) -> None:
    assert two_companies.enter_as("confidant").get(path).status_code == 404


def test_the_auditor_verifies_the_journal_and_changes_nothing(two_companies: Portal) -> None:
    auditor = two_companies.enter_as("auditor")
    auditor.get("/audit")
    before = two_companies.dump()
    answer = auditor.submit(f"{AT}/audit/verify", {}, on="/audit")
    assert answer.status_code == 200
    assert "Het logboek klopt." in answer.text
    assert two_companies.dump() == before


def test_a_number_from_a_letter_is_a_witness(two_companies: Portal) -> None:
    auditor = two_companies.enter_as("auditor")
    facts = entries(two_companies.house.engine, "kleding-2022")
    path = f"{AT}/audit/verify"
    for kept, said in (
        (facts[4].hash, "bij feit 5"),
        (f" {facts[4].hash[:16].upper()} ", "bij feit 5"),
        ("f" * 64, "staat niet in het logboek"),
    ):
        assert said in auditor.submit(path, {"witness": kept}, on="/audit").text
    short = auditor.submit(path, {"witness": "abc"}, on="/audit")
    assert short.status_code == 422
    assert 'value="abc"' in short.text


def test_a_journal_that_was_changed_is_found(two_companies: Portal) -> None:
    file = two_companies.house.settings.sqlite_file
    assert file is not None
    with closing(sqlite3.connect(file)) as connection:
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'facts'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(
            "UPDATE facts SET actor = 'sponsor' WHERE seq = 7 AND dialogue_id = 'kleding-2022'"
        )
        connection.commit()
    answer = two_companies.enter_as("auditor").submit(f"{AT}/audit/verify", {}, on="/audit")
    assert "klopt niet meer" in answer.text
    assert "feit 7" in answer.text


def test_the_journal_is_read_leaf_by_leaf(two_companies: Portal) -> None:
    auditor = two_companies.enter_as("auditor")
    page = auditor.get(JOURNAL).text
    assert "participant-2" in auditor.get(f"{JOURNAL}?leaf=1").text
    assert "contribution-recorded" in page
    for leaf in ("0", "99", "x", "²"):
        assert auditor.get(JOURNAL, params={"leaf": leaf}).status_code == 404


def test_few_verdicts_are_no_figures(two_companies: Portal) -> None:
    memory = two_companies.memory
    memory.act("answer-participant", {"covers": ["c1"], "text": "Here it is."})
    memory.deliver()
    memory.act("give-verdict", {"heard": "no", "comment": "Campaigner says no"}, by="ngo-nl")
    page = two_companies.enter_as("auditor").get("/audit").text
    assert "geen cijfers getoond" in page
    assert "Campaigner" not in page


def test_a_role_is_handed_over_and_its_old_holder_is_out(two_companies: Portal) -> None:
    manager, deputy = two_companies.enter_as("manager"), two_companies.enter_as("deputy")
    given = {"role": "deputy", "name": "Ines", "email": "ines@kleding.example", "language": "en"}
    path = "/settings/hand-over"
    for gap in ({"name": ""}, {"role": ""}, {"email": "no address"}, {"phone": "1" * 301}):
        refused = manager.submit(path, given | gap, on="/settings")
        assert refused.status_code == 422
        assert 'value="Ines"' in refused.text or "name" in gap
    assert manager.submit(path, given, on="/settings").status_code == 303
    assert "ines@kleding.example" in manager.get("/settings").text
    assert deputy.get("/settings").status_code == 401


def test_the_seat_of_the_moderator_is_no_way_to_the_seals(two_companies: Portal) -> None:
    manager = two_companies.enter_as("manager")
    given = {"role": "moderator", "name": "Me", "email": "me@kleding.example", "language": "nl"}
    answer = manager.submit("/settings/hand-over", given, on="/settings")
    assert answer.status_code == 422
    moderator = two_companies.enter_as("moderator")
    own = given | {"name": "manager of kleding", "email": "manager@kleding.example"}
    assert moderator.submit("/settings/hand-over", own, on="/settings").status_code == 422


def test_the_values_stand_beside_their_defaults(portal: Portal) -> None:
    programme = a_programme().model_copy(update={"policy": {"limits": {"home_share": 0.4}}})
    portal.memory.ledger.apply_programme(programme, portal.now)
    page = portal.enter_as("manager").get("/settings").text
    assert "40%" in page
    assert "50%" in page
    assert "eigen keuze" in page
    assert "Een rol overdragen" not in page
    given = {"role": "deputy", "name": "Ines"}
    answer = portal.enter_as("manager").submit("/settings/hand-over", given, on="/settings")
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("moderator", "/session"),
        ("moderator", "/seals"),
        ("sponsor", "/strategy"),
        ("auditor", "/audit"),
    ],
)
def test_a_programme_without_a_dialogue_says_so(role: str, path: str, portal: Portal) -> None:
    portal.memory.ledger.apply_programme(a_programme(), portal.now)
    answer = portal.enter_as(role).get(path)
    assert answer.status_code == 200
    assert "Nog geen dialoog" in answer.text


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("4 2 1", None),
        ("10 2 1", None),
        ("10 3 2", "gehoord 10, deels niet getoond (te weinig), niet niet getoond (te weinig)"),
        ("7 6 5", "gehoord 7, deels 6, niet 5"),
    ],
)
def test_no_figure_of_verdicts_points_at_people(
    given: str, shown: str | None, two_companies: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = two_companies.memory
    memory.act("answer-participant", {"covers": ["c1"], "text": "Soon."})
    memory.deliver()
    memory.act("give-verdict", {"heard": "partly"}, by="ngo-nl")
    found = memory.read().verdicts["ngo-nl"]
    heard = [
        w
        for w, n in zip(("yes", "partly", "no"), given.split(), strict=True)
        for _ in range(int(n))
    ]
    many = {str(n): found.model_copy(update={"heard": word}) for n, word in enumerate(heard)}
    read = Ledger.read

    def crowded(ledger: Ledger, name: str) -> Dialogue:
        return replace(read(ledger, name), verdicts=many)

    monkeypatch.setattr(Ledger, "read", crowded)
    auditor = two_companies.enter_as(AUDITOR)
    page = auditor.get(f"{AT}/audit").text
    assert (f"Oordelen: {shown}." in page) if shown else ("te weinig om niemand" in page)
    journal = auditor.get(f"{AT}/audit/journal").text
    assert ("heard: partly" in journal) is (given == "7 6 5")
