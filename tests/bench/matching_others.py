"""Matching as others do it: bare OR-tools over the same pairs, and the peers' way, request by request.

The peers ask the database for each request, the urgent first, measure the distances in Python, and take the
best helper who is still free.
"""

from __future__ import annotations

import sqlite3
import time

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from intake.places import Places
from matching.facts import Need, Offer, Weights
from matching.lots import POINT_BITS
from matching.problem import Columns
from matching.rules import filters, penalty, score
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
    """The peers' way for some requests: a query each, distances and rules in Python, the best who is free."""
    with sqlite3.connect(":memory:") as db:
        db.execute("CREATE TABLE helpers (id INTEGER PRIMARY KEY, latitude REAL, longitude REAL)")
        places = ((o.id, o.place.latitude, o.place.longitude) for o in people.offers if o.place)
        db.executemany("INSERT INTO helpers VALUES (?, ?, ?)", places)
        db.execute("CREATE INDEX by_place ON helpers (latitude, longitude)")
        offers = {offer.id: offer for offer in people.offers}
        used: dict[int, int] = {}
        began = time.perf_counter()
        for need in sorted(people.needs[:sample], key=urgent_first):
            best = _best_free(db, need, offers, used)
            if best is not None:
                used[best] = used.get(best, 0) + 1
        return time.perf_counter() - began


def _best_free(
    db: sqlite3.Connection, need: Need, offers: dict[int, Offer], used: dict[int, int]
) -> int | None:
    place = need.place
    assert place is not None
    box = (place.latitude - 0.2, place.latitude + 0.2, place.longitude - 0.3, place.longitude + 0.3)
    found = db.execute(
        "SELECT id FROM helpers WHERE latitude BETWEEN ? AND ? AND longitude BETWEEN ? AND ?", box
    )
    best: tuple[int, int] | None = None
    for (helper,) in found.fetchall():
        offer = offers[helper]
        assert offer.place is not None
        far = Places.distance_km(place, offer.place) > offer.radius_km
        if far or used.get(helper, 0) >= offer.capacity or filters(need, offer):
            continue
        mine = (-score(need, offer, WEIGHTS).total, helper)
        best = mine if best is None else min(best, mine)
    return None if best is None else best[1]


def urgent_first(need: Need) -> tuple[int, int, int]:
    """The order in which the peers go through requests."""
    return -need.urgency, -need.waiting_hours, need.id


def greedy(people: Neighbours, columns: Columns) -> tuple[int, int]:
    """Total cost in points and requests served if the urgent choose first, each the best who is free."""
    needs = {need.id: row for row, need in enumerate(people.needs)}
    used, total, served = [0] * len(columns.helpers), 0, 0
    starts, slots = columns.starts.tolist(), columns.slot_starts.tolist()
    helpers, costs = columns.pair_helpers.tolist(), (columns.pair_costs >> POINT_BITS).tolist()
    slot_costs = (columns.slot_costs >> POINT_BITS).tolist()
    for need in sorted(people.needs, key=urgent_first):
        row = needs[need.id]
        free = [
            pair
            for pair in range(starts[row], starts[row + 1])
            if slots[helpers[pair]] + used[helpers[pair]] < slots[helpers[pair] + 1]
        ]
        if not free:
            total += penalty(need, WEIGHTS)
            continue
        helper = helpers[free[0]]  # the pairs rise in cost
        total += costs[free[0]] + slot_costs[slots[helper] + used[helper]]
        used[helper] += 1
        served += 1
    return total, served
