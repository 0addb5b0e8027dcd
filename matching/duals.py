"""The prices at which an assignment is right: the greatest and the least ones, in columns. Pure.

There are many such prices; they form a lattice, and its ends say most. At the greatest, a helper's price is
what all together lose if she has one place less; at the least, what they gain by one place more. Both come
from the bounds that pairs put on each other's prices, by the rounds of R. Bellman (1958) and L. R. Ford
(1956).
"""

from __future__ import annotations

import numpy as np

from .auction import NONE
from .problem import Columns, Ints, expand, spans

#: So many rounds without an end, and it is time to look for a circle.
_ROUNDS = 64


def greatest(columns: Columns, at: Ints) -> tuple[Ints, Ints]:
    """The greatest prices at which an assignment is right, or a row of each circle that proves it is not.

    A placed request must pay its least: the price of its helper is at most what any other pair of it would
    cost more. Where such bounds chase each other in a circle the assignment can be bettered along it.
    """
    rows = columns.pair_rows()
    here = columns.pair_helpers == at[rows]
    costs = columns.penalties.copy()
    costs[rows[here]] = columns.pair_costs[here]
    prices = _bounds(columns, at, costs)
    wanted_by = rows[np.argsort(columns.pair_helpers, kind="stable")]
    wanted_starts = spans(np.bincount(columns.pair_helpers, minlength=len(prices)))
    toward, mover = np.full(len(prices), NONE), np.full(len(prices), NONE)
    active = np.flatnonzero(at != NONE)
    for number in range(1, 4 * (len(prices) + _ROUNDS)):
        starts, pairs = expand(columns.starts, active)
        through = columns.pair_costs[pairs] + prices[columns.pair_helpers[pairs]]
        offered = np.minimum.reduceat(through, starts[:-1]) - costs[active]
        falls = np.flatnonzero(offered < prices[at[active]])
        if not len(falls):
            return prices, falls
        np.minimum.at(prices, at[active[falls]], offered[falls])
        falls = falls[offered[falls] == prices[at[active[falls]]]]
        fallen = at[active[falls]]
        if number > _ROUNDS:  # so long a way may be a circle
            mover[fallen] = active[falls]
            toward[fallen] = _cheapest(columns, starts, pairs, through, falls)
            if number % _ROUNDS == 0 and len(circle := _circles(toward)):
                return prices, mover[circle]
        touched = np.zeros(len(at), dtype=np.bool_)
        touched[wanted_by[expand(wanted_starts, fallen)[1]]] = True
        active = np.flatnonzero(touched & (at != NONE))
    raise AssertionError("a way longer than there are helpers has a circle, and circles are found")


def _bounds(columns: Columns, at: Ints, costs: Ints) -> Ints:
    """What each price may be at most: as a free place costs, and so that no one had rather be unserved."""
    placed = np.flatnonzero(at != NONE)
    slot = columns.slot_starts[:-1] + np.bincount(at[placed], minlength=len(columns.helpers))
    free = slot < columns.slot_starts[1:]
    prices = np.full(len(columns.helpers), int(columns.penalties.max(initial=0)))
    prices[free] = columns.slot_costs[slot[free]]
    np.minimum.at(prices, at[placed], columns.penalties[placed] - costs[placed])
    return prices


def _cheapest(columns: Columns, starts: Ints, pairs: Ints, through: Ints, which: Ints) -> Ints:
    """The helper of the cheapest pair of some rows."""
    part, inner = expand(starts, which)
    order = np.lexsort((through[inner], np.repeat(np.arange(len(which)), np.diff(part))))
    found: Ints = columns.pair_helpers[pairs[inner[order[part[:-1]]]]]
    return found


def _circles(toward: Ints) -> Ints:
    """One helper of each circle among these arrows (``NONE``: no arrow)."""
    size = len(toward)
    arrow = np.append(np.where(toward == NONE, size, toward), size)
    far, least = arrow.copy(), np.arange(size + 1)
    for _ in range(size.bit_length()):
        least = np.minimum(least, least[far])
        far = far[far]
    on = np.unique(far)
    on = on[on < size]
    return np.unique(least[on])


def least(columns: Columns, at: Ints) -> Ints:
    """The least prices at which an assignment is right; it must be an optimum."""
    rows = columns.pair_rows()
    costs = columns.penalties.copy()
    here = columns.pair_helpers == at[rows]
    costs[rows[here]] = columns.pair_costs[here]
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
