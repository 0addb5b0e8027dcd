"""Matching as others do it: bare OR-tools over the same pairs, and the peers' way, request by request.

The peers ask the database for each request, the urgent first, measure the distances in Python, and take the
nearest helper who is still free. They have nothing like our score, so distance is what they choose by; of
our filters they are granted all, for what a wrong helper costs has no measure. Whoever would choose by our
own score, but one by one ("best first"), is shown beside them: what is left then is what solving all
together gains.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from intake.places import Place, Places
from matching.facts import Need, Offer, Weights
from matching.lots import POINT_BITS
from matching.problem import Columns
from matching.rules import filters, penalty
from tests.bench.neighbours import Neighbours

WEIGHTS = Weights()


def or_tools(columns: Columns) -> int:
    """The least cost over the same pairs in points, as bare OR-tools finds it."""
    requests, helpers = len(columns.requests), len(columns.helpers)
    slots = np.repeat(np.arange(helpers), np.diff(columns.slot_starts))
    end = requests + helpers
    costs = np.concatenate([columns.pair_costs, columns.penalties, columns.slot_costs]) >> POINT_BITS
    flow = SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(
        np.concatenate([columns.pair_rows(), np.arange(requests), requests + slots]),
        np.concatenate([requests + columns.pair_helpers, np.full(requests + len(slots), end)]),
        np.ones(len(costs), dtype=np.int64),
        costs,
    )
    supply = np.zeros(end + 1, dtype=np.int64)
    supply[:requests], supply[end] = 1, -requests
    flow.set_nodes_supplies(np.arange(end + 1), supply)
    assert flow.solve() == flow.OPTIMAL
    return flow.optimal_cost()


def peers_seconds(people: Neighbours, sample: int) -> float:
    """The peers' way for some requests: a query each, distances and filters in Python, the nearest free."""
    with sqlite3.connect(":memory:") as db:
        db.execute("CREATE TABLE helpers (id INTEGER PRIMARY KEY, latitude REAL, longitude REAL)")
        places = ((o.id, o.place.latitude, o.place.longitude) for o in people.offers if o.place)
        db.executemany("INSERT INTO helpers VALUES (?, ?, ?)", places)
        db.execute("CREATE INDEX by_place ON helpers (latitude, longitude)")
        offers = {offer.id: offer for offer in people.offers}
        used: dict[int, int] = {}
        began = time.perf_counter()
        for need in sorted(people.needs[:sample], key=urgent_first):
            nearest = _nearest_free(db, need, offers, used)
            if nearest is not None:
                used[nearest] = used.get(nearest, 0) + 1
        return time.perf_counter() - began


def _nearest_free(
    db: sqlite3.Connection, need: Need, offers: dict[int, Offer], used: dict[int, int]
) -> int | None:
    place = need.place
    assert place is not None
    box = (place.latitude - 0.2, place.latitude + 0.2, place.longitude - 0.3, place.longitude + 0.3)
    found = db.execute(
        "SELECT id FROM helpers WHERE latitude BETWEEN ? AND ? AND longitude BETWEEN ? AND ?", box
    )
    near = []
    for (helper,) in found.fetchall():
        offer = offers[helper]
        assert offer.place is not None
        km = Places.distance_km(place, offer.place)
        if km <= offer.radius_km and used.get(helper, 0) < offer.capacity:
            near.append((km, helper))
    return next((helper for _, helper in sorted(near) if not filters(need, offers[helper])), None)


def urgent_first(need: Need) -> tuple[int, int, int]:
    """The order in which the peers go through requests."""
    return -need.urgency, -need.waiting_hours, need.id


def nearest_first(people: Neighbours, columns: Columns) -> tuple[int, int]:
    """Total cost in points and requests served if the urgent choose first, each the nearest who is free."""
    homes = {offer.id: offer.place for offer in people.offers}
    homes_by_column = [homes[helper] for helper in columns.helpers.tolist()]
    helpers, known = columns.pair_helpers.tolist(), dict[tuple[int, int], float]()

    def km(place: Place, home: Place) -> float:
        between = id(place), id(home)
        if between not in known:
            known[between] = Places.distance_km(place, home)
        return known[between]

    def nearest(row: int, pairs: range) -> list[int]:
        place = people.needs[row].place
        far = {pair: km(place, home) for pair in pairs if place and (home := homes_by_column[helpers[pair]])}
        return sorted(far, key=lambda pair: (far[pair], helpers[pair]))

    return _one_by_one(people, columns, nearest)


def best_first(people: Neighbours, columns: Columns) -> tuple[int, int]:
    """The same if each chooses by our own score: a row's pairs rise in cost."""
    return _one_by_one(people, columns, lambda _, pairs: pairs)


def _one_by_one(
    people: Neighbours, columns: Columns, preferred: Callable[[int, range], Iterable[int]]
) -> tuple[int, int]:
    """``preferred`` orders the pairs of a row."""
    rows = {need.id: row for row, need in enumerate(people.needs)}
    used, total, served = [0] * len(columns.helpers), 0, 0
    starts, slots = columns.starts.tolist(), columns.slot_starts.tolist()
    helpers, costs = columns.pair_helpers.tolist(), (columns.pair_costs >> POINT_BITS).tolist()
    slot_costs = (columns.slot_costs >> POINT_BITS).tolist()
    for need in sorted(people.needs, key=urgent_first):
        row = rows[need.id]
        for pair in preferred(row, range(starts[row], starts[row + 1])):
            helper = helpers[pair]
            place = slots[helper] + used[helper]
            if place < slots[helper + 1]:
                total += costs[pair] + slot_costs[place]
                used[helper] += 1
                served += 1
                break
        else:
            total += penalty(need, WEIGHTS)
    return total, served
