"""What the first manager reads on the way to the first invitation: words, and nothing that only a program knows."""

from states.model.information import Information
from tests.portal.conftest import Portal
from tests.records.conftest import SESSION, START, a_programme


def test_what_the_invitation_lacks_is_said_in_words(portal: Portal) -> None:
    memory = portal.memory
    memory.now = START
    memory.ledger.apply_programme(a_programme("kleding"), START)
    opened = memory.ledger.open_edition(
        "kleding", session_at=SESSION, edition=2022, information=Information(), by="manager",
        now=START,
    )  # fmt: skip
    memory.dialogue_id = opened.dialogue_id
    memory.gather()

    manager = portal.enter_as("manager")
    page = manager.get(f"/dialogues/{memory.dialogue_id}").text
    assert "wat wij met de uitkomsten doen" in page
    assert "use_of_outcomes" not in page
    form = manager.get(f"/dialogues/{memory.dialogue_id}/invitations").text
    assert "(mag leeg blijven)" not in form
