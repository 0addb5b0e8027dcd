"""Tight problems from nothing, by OR-tools where it is installed (the extra ``ortools``). Pure.

Where helpers are scarce nearly every request has to push others on, and one by one that takes long. OR-tools'
cost-scaling push-relabel (A. V. Goldberg 1997) solves the whole network at once. What it gives is only an
assignment, in costs short enough for its 64 bits; the prices are recovered from it (``duals``), which also
finds whatever the shortened costs have hidden.
"""

from __future__ import annotations

import numpy as np

from .auction import NONE
from .duals import greatest
from .lots import LOT_BITS, POINT_BITS
from .problem import Columns, Ints
from .start import Start

try:
    from ortools.graph.python import min_cost_flow
except ImportError:  # an extra that a district can do without: the solver itself is as exact
    min_cost_flow = None

#: Bits of a lot that are kept, and bits between them and a point: room for the lots of a way of 128 steps.
_KEPT_BITS = 24
_ROOM_BITS = 8


def start(columns: Columns) -> Start | None:
    """An optimal assignment with its prices, but for what the short costs have hidden; None without OR-tools.

    Also None where OR-tools does not manage.
    """
    at = None if min_cost_flow is None else _assignment(columns)
    return None if at is None else recover(columns, at)


def _assignment(columns: Columns) -> Ints | None:
    """Each row's helper (her position) or ``NONE``, by minimum cost flow."""
    requests, helpers = len(columns.requests), len(columns.helpers)
    ends, lengths = requests + helpers, np.diff(columns.slot_starts)
    flow = min_cost_flow.SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        np.concatenate(
            [columns.pair_rows(), np.arange(requests), requests + np.repeat(np.arange(helpers), lengths)]
        ),
        np.concatenate([requests + columns.pair_helpers, np.full(requests + len(columns.slot_costs), ends)]),
        np.ones(len(columns.pair_costs) + requests + len(columns.slot_costs), dtype=np.int64),
        _short(np.concatenate([columns.pair_costs, columns.penalties, columns.slot_costs])),
    )
    supply = np.zeros(ends + 1, dtype=np.int64)
    supply[:requests], supply[ends] = 1, -requests
    flow.set_nodes_supplies(np.arange(ends + 1), supply)
    if flow.solve() != flow.OPTIMAL:
        return None
    used = np.flatnonzero(flow.flows(arcs[: len(columns.pair_costs)]))
    at = np.full(requests, NONE)
    at[columns.pair_rows()[used]] = columns.pair_helpers[used]
    return at


def _short(costs: Ints) -> Ints:
    """Fine costs with shorter lots and less room below the points."""
    lots = (costs & ((1 << POINT_BITS) - 1)) >> (LOT_BITS - _KEPT_BITS)
    return ((costs >> POINT_BITS) << (_KEPT_BITS + _ROOM_BITS)) + lots


def recover(columns: Columns, at: Ints) -> Start:
    """The greatest prices at which this assignment is right, by Bellman's and Ford's rounds.

    A placed request must pay its least: the price of its helper is at most what any other pair of it would
    cost more. Where such bounds chase each other in a circle the assignment can be bettered along it: one
    request of the circle is taken out and left open, and so is whatever else proves wrong in the end.
    """
    at = at.copy()
    while True:
        prices, circle = greatest(columns, at)
        if not len(circle):
            break
        at[circle] = NONE
    values = columns.least(prices)
    unplaced = np.flatnonzero((at == NONE) & (values < columns.penalties))
    return Start(prices, at, unplaced)
