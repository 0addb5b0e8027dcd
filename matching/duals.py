"""The prices at which an assignment is right: the greatest and the least ones, in columns. Pure.

There are many such prices; they form a lattice, and its ends say most. At the greatest, a helper's price is
what all together lose if she has one place less; at the least, what they gain by one place more. Both come
from the bounds that pairs put on each other's prices, by the rounds of R. Bellman (1958) and L. R. Ford
(1956).
"""

from __future__ import annotations

import numpy as np

from .auction import NONE
from .problem import Columns, Ints, expand


def greatest(columns: Columns, at: Ints) -> Ints:
    """The greatest prices at which an assignment is right; it must be an optimum."""
    costs = columns.paid(at)
    prices = _bounds(columns, at, costs)
    fall(columns, at, costs, prices, np.zeros_like(prices), len(prices) + 1)
    return prices


def fall(columns: Columns, at: Ints, costs: Ints, prices: Ints, lowest: Ints, rounds: int) -> None:
    """Let prices fall, in place, until each placed request pays its least, but no lower than ``lowest``.

    ``costs`` is what each request costs where it is. The price of its helper is at most what any other pair
    of it would cost more. Where such bounds chase each other in a circle the assignment can be bettered
    along it, and no number of ``rounds`` is enough.
    """
    wanted_starts, by_helper = columns.by_helper
    wanted_by = columns.pair_rows()[by_helper]
    active = np.flatnonzero(at != NONE)
    for _ in range(rounds):
        starts, pairs = expand(columns.starts, active)
        through = columns.pair_costs[pairs] + prices[columns.pair_helpers[pairs]]
        offered = np.minimum.reduceat(through, starts[:-1]) - costs[active]
        offered = np.maximum(offered, lowest[at[active]])
        falls = np.flatnonzero(offered < prices[at[active]])
        if not len(falls):
            return
        fallen = at[active[falls]]
        np.minimum.at(prices, fallen, offered[falls])
        touched = np.zeros(len(at), dtype=np.bool_)
        touched[wanted_by[expand(wanted_starts, fallen)[1]]] = True
        active = np.flatnonzero(touched & (at != NONE))


def _bounds(columns: Columns, at: Ints, costs: Ints) -> Ints:
    """What each price may be at most: as a free place costs, and so that no one had rather be unserved."""
    placed = np.flatnonzero(at != NONE)
    slot = columns.slot_starts[:-1] + np.bincount(at[placed], minlength=len(columns.helpers))
    free = slot < columns.slot_starts[1:]
    prices = np.full(len(columns.helpers), int(columns.penalties.max(initial=0)))
    prices[free] = columns.slot_costs[slot[free]]
    np.minimum.at(prices, at[placed], columns.penalties[placed] - costs[placed])
    return prices


def least(columns: Columns, at: Ints) -> Ints:
    """The least prices at which an assignment is right; it must be an optimum."""
    rows, costs = columns.pair_rows(), columns.paid(at)
    placed = np.flatnonzero(at != NONE)
    used = np.bincount(at[placed], minlength=len(columns.helpers))
    busy = np.flatnonzero(used)
    prices = np.zeros(len(used), dtype=np.int64)
    prices[busy] = columns.slot_costs[columns.slot_starts[busy] + used[busy] - 1]
    unserved = at[rows] == NONE
    bound = columns.penalties[rows[unserved]] - columns.pair_costs[unserved]
    np.maximum.at(prices, columns.pair_helpers[unserved], bound)
    active = placed
    while len(active):
        starts, pairs = expand(columns.starts, active)
        worth = np.repeat(costs[active] + prices[at[active]], np.diff(starts)) - columns.pair_costs[pairs]
        rises = worth > prices[columns.pair_helpers[pairs]]
        risen = np.zeros(len(used), dtype=np.bool_)
        risen[columns.pair_helpers[pairs[rises]]] = True
        np.maximum.at(prices, columns.pair_helpers[pairs[rises]], worth[rises])
        active = placed[risen[at[placed]]]
    return prices
