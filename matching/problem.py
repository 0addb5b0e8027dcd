"""The problem that the solver solves, by hand (``Problem``) or as columns of numbers (``Columns``). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Demand:
    """A request to the solver: what leaving it unserved costs, and its cost with each candidate helper."""

    penalty: int
    costs: Mapping[int, int]


@dataclass(frozen=True)
class Problem:
    """Requests with their candidates, and the slot costs of each helper (as many as she has places)."""

    demands: Mapping[int, Demand]
    slots: Mapping[int, Sequence[int]]


@dataclass(frozen=True)
class Columns:
    """A whole problem as columns: one request a row, its pairs from ``starts[row]`` to ``starts[row + 1]``.

    ``requests`` and ``helpers`` are rising ids; ``pair_helpers`` are positions in ``helpers`` and
    ``pair_costs`` rise within each row. Slots are laid out as pairs are.
    """

    requests: Ints
    penalties: Ints
    starts: Ints
    pair_helpers: Ints
    pair_costs: Ints
    helpers: Ints
    slot_starts: Ints
    slot_costs: Ints

    def pair_rows(self) -> Ints:
        """The row of each pair."""
        return self._pair_rows

    @cached_property
    def by_helper(self) -> tuple[Ints, Ints]:
        """The pairs laid out by helper, each one's by rising row: where hers start, and the pairs."""
        counts = np.bincount(self.pair_helpers, minlength=len(self.helpers))
        return spans(counts), np.argsort(self.pair_helpers, kind="stable")

    @cached_property
    def _pair_rows(self) -> Ints:
        return np.repeat(np.arange(len(self.requests)), np.diff(self.starts))

    def least(self, prices: Ints) -> Ints:
        """``u`` of each request at these prices: the least cost + price of its pairs, or its penalty."""
        return least_of_rows(self.pair_costs + prices[self.pair_helpers], self.starts, self.penalties)

    def paid(self, at: Ints) -> Ints:
        """What each request costs where it is: with a helper, by her position, or unserved, by a negative."""
        rows = self.pair_rows()
        here = self.pair_helpers == at[rows]
        costs = self.penalties.copy()
        costs[rows[here]] = self.pair_costs[here]
        return costs

    def first_slots(self) -> Ints:
        """What each helper's first place costs; 0 where she has none."""
        first = np.zeros(len(self.helpers), dtype=np.int64)
        has = np.diff(self.slot_starts) > 0
        first[has] = self.slot_costs[self.slot_starts[:-1][has]]
        return first


def in_units(columns: Columns, unit: int) -> Columns:
    """The same problem with every cost in whole units, to the nearest one."""
    if unit == 1:
        return columns
    half = unit // 2
    return replace(
        columns,
        penalties=(columns.penalties + half) // unit,
        pair_costs=(columns.pair_costs + half) // unit,
        slot_costs=(columns.slot_costs + half) // unit,
    )


def least_of_rows(values: Ints, starts: Ints, at_most: Ints) -> Ints:
    """The least value of each row, and no more than ``at_most``; a row may be empty."""
    least = at_most.copy()
    filled = np.flatnonzero(np.diff(starts) > 0)
    if len(filled):
        least[filled] = np.minimum(least[filled], np.minimum.reduceat(values, starts[:-1][filled]))
    return least


def spans(lengths: Ints) -> Ints:
    """Where rows of these lengths start, and at last where they end."""
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


def expand(starts: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """Where the entries of some rows are, one row after the other: the new starts, and their positions."""
    lengths = starts[rows + 1] - starts[rows]
    fresh = spans(lengths)
    return fresh, np.arange(fresh[-1]) + np.repeat(starts[rows] - fresh[:-1], lengths)


def rank_in_row(starts: Ints) -> Ints:
    """The place of each entry in its row, from 0."""
    return np.arange(starts[-1]) - np.repeat(starts[:-1], np.diff(starts))


def columns_of(problem: Problem) -> Columns:
    """A problem by hand as columns; ``ValueError`` where it is none."""
    require(min([*problem.slots, *problem.demands, 1]) > 0, "requests and helpers need new positive ids")
    for slots in problem.slots.values():
        check_slots(slots)
    for demand in problem.demands.values():
        check_demand(demand, problem.slots)
    helpers, requests = sorted(problem.slots), sorted(problem.demands)
    place = {helper: position for position, helper in enumerate(helpers)}
    rows = [
        sorted((cost, place[helper]) for helper, cost in problem.demands[request].costs.items())
        for request in requests
    ]
    return Columns(
        requests=_ints(requests),
        penalties=_ints(problem.demands[request].penalty for request in requests),
        starts=spans(_ints(map(len, rows))),
        pair_helpers=_ints(helper for _, helper in chain.from_iterable(rows)),
        pair_costs=_ints(cost for cost, _ in chain.from_iterable(rows)),
        helpers=_ints(helpers),
        slot_starts=spans(_ints(len(problem.slots[helper]) for helper in helpers)),
        slot_costs=_ints(chain.from_iterable(problem.slots[helper] for helper in helpers)),
    )


def check_slots(slots: Sequence[int]) -> None:
    """``ValueError`` unless slot costs are never negative and never fall."""
    rising = all(before <= after for before, after in pairwise(slots))
    require(rising and min(slots, default=0) >= 0, "slot costs are never negative and never fall")


def check_demand(demand: Demand, helpers: Mapping[int, Any]) -> None:
    """``ValueError`` unless a request's candidates are among the helpers and no cost is negative."""
    require(demand.costs.keys() <= helpers.keys(), "a request names an unknown helper")
    require(min([demand.penalty, *demand.costs.values()]) >= 0, "costs cannot be negative")


def require(holds: bool, message: str) -> None:
    """``ValueError`` with the message unless it holds."""
    if not holds:
        raise ValueError(message)


def _ints(values: Iterable[int]) -> Ints:
    return np.fromiter(values, dtype=np.int64)
