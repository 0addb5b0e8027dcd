"""Candidates: blocks of numbers find the very pairs and points that the rules give one by one."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from matching.candidates import Candidates
from matching.facts import Need, Offer
from matching.lots import POINT_BITS, fine_cost
from matching.rules import filters, score, slot_costs

from .strategies import PLACES, WEIGHTS, needs, offers, open_needs, open_offers


def by_the_rules(need: Need, some: Sequence[Offer]) -> dict[int, int]:
    """The fine cost of every helper whom the rules let through."""
    return {
        offer.id: fine_cost(100 - score(need, offer, WEIGHTS).total, need.id, offer.id)
        for offer in some
        if not filters(need, offer)
    }


@settings(deadline=None)
@given(needs(6) | open_needs(6), offers(12) | open_offers(12))
def test_all_pairs_and_costs_are_those_of_the_rules(few: list[Need], some: list[Offer]) -> None:
    found = Candidates(few, some, WEIGHTS).shortlists(99)
    assert {need.id: dict(found[need.id].costs) for need in few} == {
        need.id: by_the_rules(need, some) for need in few
    }
    assert all(shortlist.beyond is None for shortlist in found.values())


@settings(deadline=None)
@given(needs(4) | open_needs(4), offers(12) | open_offers(12), st.integers(1, 3))
def test_a_shortlist_has_the_cheapest_and_knows_what_is_beyond(
    few: list[Need], some: list[Offer], count: int
) -> None:
    first = {offer.id: slot_costs(offer, WEIGHTS)[:1] for offer in some}
    for need in few:
        keys = {
            helper: cost + (first[helper][0] << POINT_BITS)
            for helper, cost in by_the_rules(need, some).items()
        }
        ordered = sorted(keys, key=lambda helper: keys[helper])
        shortlist = Candidates(few, some, WEIGHTS).shortlists(count)[need.id]
        assert list(shortlist.costs) == ordered[:count]
        assert shortlist.beyond == (keys[ordered[count - 1]] if len(ordered) > count else None)


@settings(deadline=None)
@given(needs(4) | open_needs(4), offers(12) | open_offers(12), st.integers(0, 250))
def test_exactly_the_underpriced_helpers_are_found(few: list[Need], some: list[Offer], points: int) -> None:
    prices = {offer.id: (offer.id % 40) << POINT_BITS for offer in some}
    values = {need.id: points << POINT_BITS for need in few}
    missed = {
        need.id: {
            helper: cost
            for helper, cost in by_the_rules(need, some).items()
            if cost + prices[helper] < values[need.id]
        }
        for need in few
    }
    found = Candidates(few, some, WEIGHTS).underpriced(values, prices, 99)
    assert found == {need: costs for need, costs in missed.items() if costs}


def test_more_words_than_one_mask_holds() -> None:
    words = [f"interest{number}" for number in range(150)]
    few = [
        Need(number + 1, "anna", "shopping", PLACES[0], interests=frozenset(words[number : number + 3]))
        for number in range(0, 147, 7)
    ]
    shopping = frozenset({"shopping"})
    some = [
        Offer(number + 1, PLACES[0], 5, shopping, shopping, interests=frozenset(words[number : number + 2]))
        for number in range(140)
    ]
    found = Candidates(few, some, WEIGHTS).shortlists(200)
    assert all(dict(found[need.id].costs) == by_the_rules(need, some) for need in few)


def test_nobody_and_nothing() -> None:
    assert Candidates([], [], WEIGHTS).shortlists(5) == {}
    need = Need(1, "anna", "shopping", PLACES[0])
    assert Candidates([need], [], WEIGHTS).shortlists(5)[1].costs == {}
