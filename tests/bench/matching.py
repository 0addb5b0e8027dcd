"""Matching very many: candidates, solving, reasons, writing; beside bare OR-tools and beside the peers' way.

The peers ask the database for each request, the urgent first, measure the distances in Python, and take the
best helper who is still free. Their time is measured on some requests and extrapolated; their total cost is
worked out in full.
"""

from __future__ import annotations

import argparse
import random
import resource
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from intake.places import Place, Places
from matching.candidates import Candidates
from matching.facts import Need, Offer, Weights
from matching.lots import POINT_BITS, points_of
from matching.plan import CANDIDATES, Plan, columns_for, make_plan
from matching.problem import Columns
from matching.rules import filters, penalty, score
from matching.solver import Matcher
from tests.bench.neighbours import Neighbours, draw_need, spread
from tests.bench.report import Goal, per, percentile, show_goals, show_table

_T = TypeVar("_T")

SIZES = (1_000, 10_000, 100_000)
WEIGHTS = Weights()
#: So many requests stand for all where the peers' way is timed, and where reasons are.
SAMPLE = 300
#: So many new requests are put in one by one.
NEW = 500


@dataclass(frozen=True)
class Run:
    """One size and supply: seconds of each stage, costs in points, requests served, memory in MiB."""

    size: int
    tight: bool
    pairs: float
    seconds: dict[str, float]
    cost: dict[str, int]
    served: dict[str, int]
    memory: float
    gap: int
    new: list[float] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.size:,} {'tight' if self.tight else 'abundant'}"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="requests, and helpers")
    parser.add_argument("--seed", type=int, default=1)


def run(args: argparse.Namespace) -> None:
    show([measure(size, tight, args.seed) for size in args.sizes for tight in (False, True)])


def measure(size: int, tight: bool, seed: int, sample: int = SAMPLE, new: int = NEW) -> Run:
    """Everything for one size and supply."""
    people = spread(size, tight, seed)
    seconds: dict[str, float] = {}
    began = time.perf_counter()
    search = Candidates(people.needs, people.offers, WEIGHTS)
    seconds["tables"] = time.perf_counter() - began
    columns = _timed(
        seconds, "candidates", lambda: columns_for(search, search.shortlists(CANDIDATES), WEIGHTS)
    )
    _timed(seconds, "solve", lambda: Matcher(columns, unit=1 << POINT_BITS))
    bare = _timed(seconds, "OR-tools", lambda: or_tools(columns))
    plan = _timed(seconds, "all", lambda: make_plan(people.needs, people.offers, WEIGHTS))
    proof = _timed(seconds, "proof", plan.certificate)
    assert proof.holds, "the optimum is not proven"
    some = [need.id for need in people.needs[:sample]]
    _timed(seconds, "reasons", lambda: [plan.choice(need) for need in some])
    seconds["reasons"] *= size / len(some)
    seconds["peers"] = peers_seconds(people, sample) * size / min(sample, size)
    greedy_cost, greedy_served = greedy(people, columns)
    return Run(
        size,
        tight,
        len(columns.pair_costs) / size,
        seconds,
        {"ours": plan.total, "OR-tools": bare, "peers": greedy_cost},
        {"ours": sum(plan.helper_of(n.id) is not None for n in people.needs), "peers": greedy_served},
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        proof.cost - proof.bound,
        one_by_one(people, plan, new, seed),
    )


def _timed(seconds: dict[str, float], name: str, work: Callable[[], _T]) -> _T:
    began = time.perf_counter()
    result = work()
    seconds[name] = time.perf_counter() - began
    return result


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


def one_by_one(people: Neighbours, plan: Plan, count: int, seed: int) -> list[float]:
    """Milliseconds from a new request to its ranked proposal, exact for all; the first warms up."""
    dice = random.Random(seed)
    places: Sequence[Place] = sorted({need.place for need in people.needs if need.place}, key=str)
    times = []
    for number in range(count + 1):
        need = draw_need(len(people.needs) + number + 1, places, dice)
        began = time.perf_counter()
        plan.add_need(need)
        times.append((time.perf_counter() - began) * 1000)
    assert plan.certificate().holds
    return times[1:]


def show(runs: Sequence[Run]) -> None:
    """The tables and the goals."""
    stages = ("tables", "candidates", "solve", "all", "proof", "reasons", "OR-tools", "peers")
    show_table(
        ("seconds", "pairs each", *stages, "MiB"),
        [(r.name, r.pairs, *(r.seconds[stage] for stage in stages), r.memory) for r in runs],
    )
    print("all = from needs and helpers to the proven plan; OR-tools = solving alone, over the same pairs;")
    print("reasons and peers are extrapolated from some requests.\n")
    show_table(
        ("cost in points", "ours", "bare OR-tools", "peers", "peers more", "served", "peers served"),
        [
            (
                r.name,
                r.cost["ours"],
                r.cost["OR-tools"],
                r.cost["peers"],
                f"{100 * (per(r.cost['peers'], r.cost['ours']) - 1):.0f} %",
                r.served["ours"],
                r.served["peers"],
            )
            for r in runs
        ],
    )
    print("OR-tools has the shortlists alone, ours the best over every pair.\n")
    show_table(
        ("one new request, ms", "p50", "p99"),
        [(r.name, percentile(r.new, 0.5), percentile(r.new, 0.99)) for r in runs],
    )
    for r in runs:
        show_goals(
            [
                Goal(f"{r.name}: all against OR-tools", 1.5, per(r.seconds["all"], r.seconds["OR-tools"])),
                Goal(
                    f"{r.name}: faster than the peers' way",
                    40,
                    per(r.seconds["peers"], r.seconds["all"]),
                    at_least=True,
                ),
                Goal(
                    f"{r.name}: less cost than theirs",
                    20,
                    100 * (1 - per(r.cost["ours"], r.cost["peers"])),
                    at_least=True,
                    unit=" %",
                ),
                Goal(f"{r.name}: one new request, p99", 10, percentile(r.new, 0.99), unit=" ms"),
                Goal(f"{r.name}: optimality gap", 0, points_of(r.gap)),
            ]
        )
