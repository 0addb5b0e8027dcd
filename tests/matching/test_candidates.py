"""Candidates: blocks of numbers find the very pairs and points that the rules give one by one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.candidates import NOBODY_BEYOND, Candidates
from matching.facts import Need, Offer
from matching.judging import Judge
from matching.lots import POINT_BITS, fine_cost
from matching.rules import filters, score, slot_costs
from matching.vicinity import Vicinity

from .strategies import PLACES, WEIGHTS, needs, offers, open_needs, open_offers


def by_the_rules(need: Need, some: Sequence[Offer]) -> dict[int, int]:
    """The fine cost of every helper whom the rules let through."""
    return {
        offer.id: fine_cost(100 - score(need, offer, WEIGHTS).total, need.id, offer.id)
        for offer in some
        if not filters(need, offer)
    }


def listed(search: Candidates, count: int) -> dict[int, dict[int, int]]:
    """Each need's shortlist by ids, in its order."""
    found = search.shortlists(count)
    helpers, bounds = search.offers.ids[found.columns].tolist(), found.starts.tolist()
    pairs = list(zip(helpers, found.costs.tolist(), strict=True))
    spans = zip(search.needs.ids.tolist(), bounds, bounds[1:], strict=False)
    return {need: dict(pairs[start:end]) for need, start, end in spans}


@settings(deadline=None)
@given(needs(6) | open_needs(6), offers(12) | open_offers(12))
def test_all_pairs_and_costs_are_those_of_the_rules(few: list[Need], some: list[Offer]) -> None:
    search = Candidates(few, some, WEIGHTS)
    assert listed(search, 99) == {need.id: by_the_rules(need, some) for need in few}
    assert (search.shortlists(99).beyond == NOBODY_BEYOND).all()


@settings(deadline=None)
@given(needs(4) | open_needs(4), offers(12) | open_offers(12), st.integers(1, 3))
def test_a_shortlist_has_the_cheapest_and_knows_what_is_beyond(
    few: list[Need], some: list[Offer], count: int
) -> None:
    first = {offer.id: slot_costs(offer, WEIGHTS)[:1] for offer in some}
    search = Candidates(few, some, WEIGHTS)
    beyond = dict(zip(search.needs.ids.tolist(), search.shortlists(count).beyond.tolist(), strict=True))
    for need in few:
        costs = by_the_rules(need, some)
        keys = {helper: cost + (first[helper][0] << POINT_BITS) for helper, cost in costs.items()}
        cheapest = sorted(keys, key=lambda helper: keys[helper])[:count]
        shortlist = listed(search, count)[need.id]
        assert shortlist == {helper: costs[helper] for helper in cheapest}
        assert list(shortlist.values()) == sorted(shortlist.values())
        assert beyond[need.id] == (keys[cheapest[-1]] if len(keys) > count else NOBODY_BEYOND)


@settings(deadline=None)
@given(needs(4) | open_needs(4), offers(12) | open_offers(12), st.integers(0, 250), st.booleans(), st.data())
def test_exactly_the_underpriced_helpers_are_found(
    few: list[Need], some: list[Offer], points: int, looked_before: bool, data: st.DataObject
) -> None:
    search = Candidates(few, some, WEIGHTS)
    if looked_before:
        search.shortlists(2)
    rows = [row for row in range(len(few)) if data.draw(st.booleans())]
    prices = [(helper % 40) << POINT_BITS for helper in search.offers.ids.tolist()]
    price = dict(zip(search.offers.ids.tolist(), prices, strict=True))
    missed = {
        (need, helper): cost
        for need in search.needs.ids[rows].tolist()
        for helper, cost in by_the_rules(next(one for one in few if one.id == need), some).items()
        if cost + price[helper] < points << POINT_BITS
    }
    values = np.full(len(few), points << POINT_BITS)
    found = search.underpriced(values, np.array(prices, dtype=np.int64), np.array(rows, dtype=np.int64), 99)
    pairs = zip(search.needs.ids[found[0]].tolist(), search.offers.ids[found[1]].tolist(), strict=True)
    assert dict(zip(pairs, found[2].tolist(), strict=True)) == missed


@settings(deadline=None)
@given(needs(6) | open_needs(6), offers(8) | open_offers(8), st.data())
def test_who_comes_and_goes_is_found_as_the_rules_say(
    few: list[Need], some: list[Offer], data: st.DataObject
) -> None:
    early = [need for need in few if data.draw(st.booleans())], [o for o in some if data.draw(st.booleans())]
    vicinity = Vicinity(Judge(*early, WEIGHTS))
    for need in few:
        if need not in early[0]:
            vicinity.add_need(need)
    for offer in some:
        if offer not in early[1]:
            vicinity.add_offer(offer)
    for need in [need for need in few if data.draw(st.booleans())]:
        vicinity.drop_need(need)
        few.remove(need)
    for offer in [offer for offer in some if data.draw(st.booleans())]:
        vicinity.drop_offer(offer)
        some.remove(offer)
    for need in few:
        assert vicinity.costs_of_need(need) == by_the_rules(need, some)
    for offer in some:
        costs = {need.id: by_the_rules(need, [offer]).get(offer.id) for need in few}
        assert vicinity.costs_of_offer(offer) == {need: cost for need, cost in costs.items() if cost}


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
    found = listed(Candidates(few, some, WEIGHTS), 200)
    assert found == {need.id: by_the_rules(need, some) for need in few}


def test_nobody_and_nothing() -> None:
    assert listed(Candidates([], [], WEIGHTS), 5) == {}
    need = Need(1, "anna", "shopping", PLACES[0])
    assert listed(Candidates([need], [], WEIGHTS), 5) == {1: {}}


def test_one_who_goes_everywhere_is_found_by_all() -> None:
    shopping = frozenset({"shopping"})
    few = [Need(number + 1, "anna", "shopping", place) for number, place in enumerate(PLACES)]
    some = [Offer(9, PLACES[0], 900, shopping, shopping), Offer(8, PLACES[3], 4, shopping, shopping)]
    found = listed(Candidates(few, some, WEIGHTS), 5)
    assert [set(found[need.id]) for need in few] == [{9}, {9}, {9}, {9, 8}, {9}]
