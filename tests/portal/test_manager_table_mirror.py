"""The composition mirror: what it counts, what it names, and what nobody can derive from it."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notifications.views.seat_counts import seat_counts
from states.privacy.small_counts import suppress_small
from tests.portal.conftest import Portal

HOME = "/dialogues/kleding-2022"
LEAST = 5
COUNTS = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 12), min_size=1)


def seat(number: int, country: str, layer: str = "expert") -> dict[str, object]:
    """Somebody to map."""
    return {
        "id": f"seat-{number}", "name": f"Person {number}", "organisation": f"Org {number}",
        "category": "ngo", "country": country, "layer": layer, "at_risk": False,
        "email": f"seat-{number}@many.example",
    }  # fmt: skip


def test_gaps_are_named_and_shares_are_counts_while_there_are_few(portal: Portal) -> None:
    memory = portal.memory
    memory.open()
    browser = portal.enter_as("manager")
    assert "Er staat nog niemand op de kaart" in browser.get(f"{HOME}/mirror").text
    risk = {"id": "cotton-in", "theme": "water", "country": "IN", "tier": 4, "group": "farmers"}
    memory.act("name-risk", risk | {"weight": 4})
    for number in range(3):
        memory.act("map-stakeholder", seat(number, "NL"))
    page = browser.get(f"{HOME}/mirror").text
    assert "farmers, India" in page
    assert "wel risico’s, niemand op de kaart" in page
    assert "Er is geen kritische partij" in page
    assert "<strong>3</strong> van 3" in page
    assert "(100%)" not in page
    assert '<svg class="mirror"' in page
    for number in range(3, 10):
        memory.act("map-stakeholder", seat(number, "IN", "affected"))
    assert "(30%)" in browser.get(f"{HOME}/mirror").text


def test_nothing_small_is_shown_of_who_spoke(two_companies: Portal) -> None:
    browser = two_companies.enter_as("manager")
    page = browser.get(f"{HOME}/mirror").text
    assert page.count("niet getoond") >= 5
    table = browser.get(f"{HOME}/lists/mirror.csv").text
    assert table.count('"< 5"') == 5
    assert "Rahima" not in page + table


def test_who_spoke_openly_is_counted_where_many_did(portal: Portal) -> None:
    memory = portal.memory
    memory.open()
    memory.map()
    for number in range(13):
        memory.act("map-stakeholder", seat(number, "IN" if number < 6 else "KE", "affected"))
    memory.act("approve-analysis")
    memory.act("invite-all")
    names = list(memory.read().stakeholders)
    for name in names:
        memory.act("accept-invitation", by=name)
        memory.act("share-expectation", {"text": "Hear us"}, by=name)
    memory.act("echo-expectations", {"changes": "All"})
    memory.now = memory.read().session_at
    memory.act("open-session")
    for at, name in enumerate(names):
        here = {"stakeholder": name, "present": True}
        memory.act("record-attendance", here, by="moderator")
        said = {"id": f"c{at}", "stakeholder": name, "text": "Pay"}
        memory.act("record-contribution", said, by="moderator")
    table = portal.enter_as("manager").get(f"{HOME}/lists/mirror.csv").text
    assert '"land";"Kenia";"0";"7";"7";"7";"7"' in table
    assert '"land";"Bangladesh";"1";"1";"1";"1";"< 5"' in table
    assert '"land";"India";"0";"6";"6";"6";"< 5"' in table, (
        "else two small figures have a known sum"
    )


@given(st.fixed_dictionaries({"country": COUNTS, "layer": COUNTS}))
def test_what_is_hidden_cannot_be_derived(counts: dict[str, dict[str, int]]) -> None:
    found = suppress_small(counts, LEAST)
    for side, groups in counts.items():
        shown = found.shown[side]
        hidden = {key: n for key, n in groups.items() if key not in shown}
        assert all(n >= LEAST for n in shown.values())
        assert all(shown[key] == groups[key] for key in shown)
        if hidden and shown:
            assert len(hidden) >= 2
            assert sum(hidden.values()) >= LEAST
    assert found.total is None or found.total >= LEAST


def tables(total: int, groups: int) -> Iterator[tuple[int, ...]]:
    """Every way to divide *total* people among so many *groups*."""
    if groups == 1:
        yield (total,)
        return
    for first in range(total + 1):
        yield from ((first, *rest) for rest in tables(total - first, groups - 1))


@given(st.lists(st.integers(0, 9), min_size=1, max_size=4))
@example([4, 4, 4, 5])
def test_who_knows_the_law_and_solves_the_table_finds_no_hidden_figure(figures: list[int]) -> None:
    def published(table: Sequence[int]) -> tuple[dict[str, int], int | None]:
        counts = dict(zip("abcd", table, strict=False))
        found = suppress_small({"side": counts}, LEAST)
        return dict(found.shown["side"]), found.total

    said = published(figures)
    if said[1] is None:
        return
    could_be = [one for one in tables(sum(figures), len(figures)) if published(one) == said]
    for place, key in enumerate("abcd"[: len(figures)]):
        if key not in said[0]:
            assert len({one[place] for one in could_be}) > 1, (figures, said)


Table = tuple[int, ...]
Told = tuple[dict[str, int], int | None]


def published(table: Table) -> Told:
    """What is told of a table of these figures."""
    counts = {key: number for key, number in zip("abc", table, strict=False) if number}
    found = suppress_small({"side": counts}, LEAST)
    return dict(found.shown["side"]), found.total


def derived(editions: Sequence[tuple[Table, Table]], said: tuple[Told, Told]) -> list[int]:
    """The hidden figures of the first of two tables that follow from what was *said* of both, and from both alone."""
    could_be = [one for one, other in editions if (published(one), published(other)) == said]
    places = range(len(could_be[0]))
    known = [{one[place] for one in could_be} for place in places]
    shown = said[0][0]
    return [
        min(known[place]) for place in places
        if len(known[place]) == 1 and "abc"[place] not in shown and 0 < min(known[place]) < LEAST
    ]  # fmt: skip


def test_two_editions_together_tell_no_figure_that_either_hides() -> None:
    some = [(a, b) for a in range(8) for b in range(8)]
    editions = [(one, other) for one in some for other in some]
    for one, other in editions[:: len(some) // 2 + 1]:
        said = published(one), published(other)
        assert said[0][1] is None or derived(editions, said) == [], said


def test_one_person_more_in_a_later_table_would_tell_one_that_was_hidden() -> None:
    """Why later letters of an edition count whom the first one counted."""
    grown = [((a, b), (a + 1, b)) for a in range(8) for b in range(8)]
    assert derived(grown, (published((4, 5)), published((5, 5)))) == [4]


def test_later_letters_of_an_edition_count_whom_the_first_one_counted(portal: Portal) -> None:
    memory = portal.memory
    memory.open()
    memory.map()
    for number in range(9):
        memory.act("map-stakeholder", seat(number, "IN" if number < 4 else "KE", "affected"))
    memory.act("approve-analysis")
    memory.act("invite-all")
    sides = ("category", "country")
    first = seat_counts(memory.read(), sides)
    assert dict(first[1])["IN"] is None
    memory.now += timedelta(days=1)
    memory.act("map-stakeholder", seat(9, "IN", "affected"))
    assert seat_counts(memory.read(), sides) == first


@pytest.mark.parametrize(("one", "other"), [*product((0, 1, 4), (5, 20))])
def test_a_single_small_group_takes_its_neighbour_along(one: int, other: int) -> None:
    assert suppress_small({"side": {"a": one, "b": other}}, LEAST).shown == {"side": {}}
