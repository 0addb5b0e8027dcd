"""Bidding, in columns: it places nearly everybody of a large problem, at nearly the right prices. Pure.

D. P. Bertsekas's auction with epsilon scaling (1979 and 1988), forward and reverse, so that either side may
be the scarce one (D. P. Bertsekas and D. A. Castañon 1992); all bid at once (Jacobi's way), and a helper may
have several places. First the requests bid: whoever is not placed goes to the helper with whom it gains
most, and offers what it gains there above the next best, and a little more, epsilon. Then helpers whose
free place is dearer than it costs come down, as far as they must for the request that gains most by it.
After both, everybody is within epsilon of its best. Epsilon begins with many points, for prices would else
rise by crumbs, and ends with crumbs of a lot, when hardly anything is wrong any more. The last few bidders
would take most of the rounds. They are left to the solver, as is the proof: nothing here need be exact.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .problem import Columns, Ints, expand, least_of_rows, rank_in_row, require, spans

#: Nobody, and no place.
NONE = -1
NO_SLOT = np.iinfo(np.int64).max

#: Bids are in shorter costs, a point in 32 bits and a lot in 24, which leaves room for the lots of a way of
#: 256 steps: over the gap between points and lots of a millionth of one, prices would creep.
_POINT = 1 << 32
#: So many points still fit, several times over, into 63 bits.
_MOST_POINTS = 1 << 27
_LOT_STEP = 1 << 6
#: Epsilons in points, one after the other.
_EPSILONS = (32, 4, 0.5, 0.05, 3e-3, 1e-4, 1e-6)
#: A round of so few bidders costs as much as one of a hundred times as many.
_FEW = 20
#: So many rounds, and those who still bid are left to the solver.
_ROUNDS = 5_000
_NEVER = np.iinfo(np.int64).min // 2


@dataclass(frozen=True)
class _Wishes:
    """Whom each bidder wants: the other, what the two gain without prices, and what is left at them.

    ``best`` is what is left to the bidder with that other, ``second`` with the next best.
    """

    bidders: Ints
    others: Ints
    worth: Ints
    best: Ints
    second: Ints

    def where(self, chosen: Ints) -> _Wishes:
        """Some of them."""
        return _Wishes(
            self.bidders[chosen],
            self.others[chosen],
            self.worth[chosen],
            self.best[chosen],
            self.second[chosen],
        )


class Auction:
    """Prices, and who is placed with whom, for a problem from nothing.

    A request's worth to a helper is its penalty less the pair's cost; what it gains is that less her price.
    """

    def __init__(self, columns: Columns, unit: int) -> None:
        """``unit`` is a point in the columns' costs; what they have below it are lots."""
        most = int(columns.penalties.max(initial=0)) // unit
        require(most < _MOST_POINTS, "costs are too high for their unit")
        self._columns, self._unit = columns, unit
        rows = columns.pair_rows()
        worth = self._short(columns.penalties)[rows] - self._short(columns.pair_costs)
        self._of_rows = (columns.starts, columns.pair_helpers, worth)
        starts, pairs = columns.by_helper
        self._of_helpers = (starts, rows[pairs], worth[pairs])
        self._slots = self._short(columns.slot_costs)
        #: One more than there are helpers: the last is nobody's, and nothing.
        self._prices = np.zeros(len(columns.helpers) + 1, dtype=np.int64)
        self._at = np.full(len(columns.requests), NONE)
        #: What each request gains before the price, where it is placed; else what it might gain.
        self._gross = np.zeros(len(columns.requests), dtype=np.int64)

    def run(self) -> tuple[Ints, Ints]:
        """The prices in the columns' costs, and where each request is placed (``NONE``: nowhere)."""
        has = np.diff(self._columns.slot_starts) > 0
        self._prices[:-1][has] = self._slots[self._columns.slot_starts[:-1][has]]
        self._prices[:-1][~has] = -_NEVER
        for points in _EPSILONS:
            epsilon = round(points * _POINT)
            self._requests_bid(self._dissatisfied(epsilon), epsilon)
            self._helpers_bid(epsilon)
        self._prices[:-1][~has] = 0
        return self._fine(self._prices[:-1]), self._at

    # -- requests bid --------------------------------------------------------------------------------------

    def _dissatisfied(self, epsilon: int) -> Ints:
        """Those who would gain more elsewhere lose their places; all who then want one."""
        starts, helpers, worth = self._of_rows
        best = -least_of_rows(self._prices[helpers] - worth, starts, np.zeros_like(self._at))
        self._at[self._gross - self._prices[self._at] < best - epsilon] = NONE
        return np.flatnonzero((self._at == NONE) & (best > epsilon))

    def _requests_bid(self, bidders: Ints, epsilon: int) -> None:
        """Let requests bid until few are left; nobody stays where somebody else would pay more."""
        self._who, self._levels = self._seated()
        for _ in range(_ROUNDS):
            if len(bidders) <= _FEW:
                break
            wishes = _wishes(self._of_rows, bidders, self._prices.__getitem__)
            wishes = wishes.where(np.flatnonzero(wishes.best > epsilon))
            bids = wishes.worth - np.maximum(wishes.second - epsilon, 0)
            winners = _highest(wishes.others, bids)
            evicted = self._sit(wishes.where(winners), bids[winners])
            bidders = np.concatenate([np.delete(wishes.bidders, winners), evicted])
        self._gross[self._at == NONE] = 0
        if len(bidders):
            left = _wishes(self._of_rows, bidders, self._prices.__getitem__)
            self._gross[left.bidders] = np.maximum(left.best, 0)

    def _seated(self) -> tuple[Ints, Ints]:
        """Who has each place, the cheapest first, and what one has to pay more than to have it."""
        columns = self._columns
        who = np.full(len(self._slots), NONE)
        placed = np.flatnonzero(self._at != NONE)
        placed = placed[np.argsort(self._at[placed], kind="stable")]
        helpers = self._at[placed]
        rank = rank_in_row(spans(np.bincount(helpers, minlength=len(columns.helpers))))
        who[columns.slot_starts[helpers] + rank] = placed
        prices = np.repeat(self._prices[:-1], np.diff(columns.slot_starts))
        return who, np.maximum(self._slots, prices)

    def _sit(self, wishes: _Wishes, bids: Ints) -> Ints:
        """Each gets the cheapest place of its helper; who had to leave."""
        rows, helpers = wishes.bidders, wishes.others
        starts, places = expand(self._columns.slot_starts, helpers)
        cheapest = np.repeat(self._prices[helpers], np.diff(starts)) == self._levels[places]
        seats = places[_first_of_each(starts, cheapest)]
        evicted: Ints = self._who[seats]
        evicted = evicted[evicted != NONE]
        self._at[evicted] = NONE
        self._who[seats], self._levels[seats] = rows, bids
        self._at[rows], self._gross[rows] = helpers, wishes.worth
        self._prices[helpers] = np.minimum.reduceat(self._levels[places], starts[:-1])
        return evicted

    # -- helpers bid ---------------------------------------------------------------------------------------

    def _helpers_bid(self, epsilon: int) -> None:
        """Let helpers with a free place that is too dear come down until few are left."""
        self._used = np.bincount(self._at[self._at != NONE], minlength=len(self._columns.helpers))
        bidders = self._too_dear(np.arange(len(self._used)))
        for _ in range(_ROUNDS):
            if len(bidders) <= _FEW:
                break
            wishes = _wishes(self._of_helpers, bidders, self._gains, self._at)
            floors = self._next_slots(bidders)
            alone = wishes.best <= floors + epsilon
            self._prices[bidders[alone]] = floors[alone]
            wishes, floors = wishes.where(np.flatnonzero(~alone)), floors[~alone]
            prices = np.maximum(wishes.second - epsilon, floors)
            winners = _highest(wishes.others, wishes.worth - prices)
            left = self._take(wishes.where(winners), prices[winners])
            bidders = self._too_dear(np.unique(np.concatenate([wishes.bidders, left])))

    def _take(self, wishes: _Wishes, prices: Ints) -> Ints:
        """Each helper gets her request, at this price for all that she has; whom the requests have left."""
        rows, helpers = wishes.others, wishes.bidders
        left: Ints = self._at[rows]
        left = left[left != NONE]
        np.subtract.at(self._used, left, 1)
        self._used[helpers] += 1
        self._at[rows], self._gross[rows] = helpers, wishes.worth
        self._prices[helpers] = prices
        return left

    def _gains(self, rows: Ints) -> Ints:
        """What these requests gain as they are placed and at the prices."""
        gains: Ints = self._gross[rows] - self._prices[self._at[rows]]
        return gains

    def _too_dear(self, helpers: Ints) -> Ints:
        """Those of the helpers whose next place costs less than their price."""
        dear: Ints = helpers[self._next_slots(helpers) < self._prices[helpers]]
        return dear

    def _next_slots(self, helpers: Ints) -> Ints:
        """What the next place of each of them costs; ``NO_SLOT`` where there is none."""
        slots = self._columns.slot_starts[helpers] + self._used[helpers]
        has = slots < self._columns.slot_starts[helpers + 1]
        costs = np.full(len(helpers), NO_SLOT)
        costs[has] = self._slots[slots[has]]
        return costs

    # -- costs ---------------------------------------------------------------------------------------------

    def _short(self, costs: Ints) -> Ints:
        return costs // self._unit * _POINT + costs % self._unit // _LOT_STEP

    def _fine(self, prices: Ints) -> Ints:
        """Prices in the columns' costs; a unit without room for lots has none."""
        points = (prices + _POINT // 2) // _POINT
        return points * self._unit + (prices - points * _POINT) * min(_LOT_STEP, self._unit // _POINT)


def _wishes(
    pairs: tuple[Ints, Ints, Ints], bidders: Ints, charge: Callable[[Ints], Ints], at: Ints | None = None
) -> _Wishes:
    """Whom each of the bidders wants, at what the others charge; with ``at`` nobody whom it has already.

    ``pairs`` are starts, others and worths; every bidder has some.
    """
    starts, others, worth = pairs
    first, places = expand(starts, bidders)
    found = others[places]
    left = worth[places] - charge(found)
    lengths = np.diff(first)
    if at is not None:
        left[at[found] == np.repeat(bidders, lengths)] = _NEVER
    best = np.maximum.reduceat(left, first[:-1])
    chosen = _first_of_each(first, left == np.repeat(best, lengths))
    left[chosen] = _NEVER
    second = np.maximum.reduceat(left, first[:-1])
    return _Wishes(bidders, found[chosen], worth[places[chosen]], best, second)


def _first_of_each(starts: Ints, hits: NDArray[np.bool_]) -> Ints:
    """The first hit of each row; every row has one."""
    places = np.flatnonzero(hits)
    rows = np.searchsorted(starts, places, side="right")
    first: Ints = places[np.flatnonzero(np.diff(rows, prepend=0))]
    return first


def _highest(others: Ints, bids: Ints) -> Ints:
    """Which bids are the highest for each of the others."""
    order = np.lexsort((bids, others))
    highest: Ints = order[np.flatnonzero(np.diff(others[order], append=NONE))]
    return highest
