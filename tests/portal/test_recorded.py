"""What others record in somebody's name: the moderator's form, what the person sees, and undoing it."""

from tests.portal.conftest import Portal
from tests.portal.test_work_answers import answered

AT = "/dialogues/kleding-2022/relays"


def test_the_moderator_records_and_the_person_undoes(two_companies: Portal) -> None:
    answered(two_companies)
    moderator = two_companies.enter_as("moderator")
    verdict = {"who": "ngo-nl", "what": "give-verdict", "heard": "no", "text": "Niet echt."}
    assert moderator.get("/relays").status_code == 200
    assert moderator.submit(AT, verdict, on="/relays").status_code == 422  # how is missing
    assert moderator.submit(AT, verdict | {"how": "phone"}, on="/relays").status_code == 303
    assert two_companies.memory.read().verdicts["ngo-nl"].comment == "Niet echt."

    person = two_companies.participant("ngo-nl")
    assert "/my/recorded" in person.get("/my").text
    page = person.get("/my/recorded").text
    assert "moderator" in page
    [one] = [r.id for r in two_companies.memory.read().relays.values() if r.voice == "ngo-nl"]
    assert person.submit("/my/recorded", {"what": "relay-99"}, on="/my/recorded").status_code == 404
    assert person.submit("/my/recorded", {"what": one}, on="/my/recorded").status_code == 303
    assert not two_companies.memory.read().verdicts
    assert person.submit("/my/recorded", {"what": one}, on="/my/data").status_code == 404


def test_what_was_recorded_for_somebody_is_nobody_elses(two_companies: Portal) -> None:
    answered(two_companies)
    moderator = two_companies.enter_as("moderator")
    verdict = {"who": "ngo-nl", "what": "give-verdict", "heard": "no", "how": "letter"}
    assert moderator.submit(AT, verdict, on="/relays").status_code == 303
    [one] = list(two_companies.memory.read().relays)

    other = two_companies.participant("union-bd")

    assert one not in other.get("/my/recorded").text
    assert other.submit("/my/recorded", {"what": one}, on="/my/data").status_code == 404
    assert two_companies.memory.read().verdicts


def test_the_confidant_sees_no_sealed_point(two_companies: Portal) -> None:
    answered(two_companies)
    page = two_companies.enter_as("confidant").get("/relays").text

    assert 'value="c1"' in page
    assert 'value="c2"' not in page


def test_whoever_owes_has_no_such_page(two_companies: Portal) -> None:
    answered(two_companies)
    for role in ("manager", "deputy", "sponsor", "board", "auditor"):
        assert two_companies.enter_as(role).get("/relays").status_code in {403, 404}


def test_how_i_am_reached_is_mine_to_say(two_companies: Portal) -> None:
    answered(two_companies)
    person = two_companies.participant("ngo-nl")
    given = {"email": "nieuw@ngo.example", "phone": "+31 6 1234 5678", "language": "en"}

    assert person.submit("/my/data/reach", given, on="/my/data").status_code == 303

    seat = two_companies.memory.read().stakeholders["ngo-nl"]
    assert (seat.email, seat.phone, seat.language) == tuple(given.values())
    assert person.get("/my/data").status_code == 200  # a slip of the pen locks nobody out
    manager = two_companies.enter_as("manager")
    path = "/dialogues/kleding-2022/person/ngo-nl"
    back = {"email": "anders@elders.example"}
    assert manager.submit(f"{path}/reach", back, on=path).status_code == 422
    assert two_companies.memory.read().stakeholders["ngo-nl"].email == "nieuw@ngo.example"


def test_at_risk_the_session_comes_in_my_calendar_when_i_ask_for_it(two_companies: Portal) -> None:
    ngo, union = (two_companies.participant(who) for who in ("ngo-nl", "union-bd"))
    assert "/my/data/calendar" not in ngo.get("/my/data").text
    page = union.get("/my/data").text
    assert "/my/data/calendar" in page
    given = {"calendar": "yes"}
    assert union.submit("/my/data/calendar", given, on="/my/data").status_code == 303
    assert two_companies.memory.read().stakeholders["union-bd"].calendar_wanted
    assert union.submit("/my/data/calendar", {}, on="/my/data").status_code == 303
    assert not two_companies.memory.read().stakeholders["union-bd"].calendar_wanted


def test_a_way_that_is_unsafe_is_never_used_again(two_companies: Portal) -> None:
    answered(two_companies)
    person = two_companies.participant("ngo-nl")

    assert person.submit("/my/data/unsafe", {"way": "email"}, on="/my/data").status_code == 303

    dialogue = two_companies.memory.read()
    reader = dialogue.reader("ngo-nl")
    assert reader is not None
    assert reader.email is None
    assert (
        "niet veilig"
        not in two_companies.enter_as("manager").get("/dialogues/kleding-2022/person/ngo-nl").text
    )
