"""Where a solver may begin: what of an earlier assignment, or of a first guess, is right as it is. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import duals
from .auction import NO_SLOT, NONE, Auction
from .problem import Columns, Ints, rank_in_row, spans

#: How far the auction's prices may be from right ones: a 64th of a lot, more than its crumbs add up to.
_MARGIN = 1 << 24
#: So many rounds in which prices fall; whose bounds then still chase each other are left open.
_ROUNDS = 200


@dataclass(frozen=True)
class Start:
    """A partial assignment that fits its prices, but for prices of free places that may be too high.

    ``at`` is the position of each request's helper or ``NONE``. ``open`` are the rows that have yet to be
    placed; whoever else is ``NONE`` is rightly unserved.
    """

    prices: Ints
    at: Ints
    open: Ints


def nothing(columns: Columns) -> Start:
    """From nothing: nobody has a task, and a place is worth what the first one costs."""
    return Start(columns.first_slots(), np.full(len(columns.requests), NONE), np.zeros(0, dtype=np.int64))


def earlier(columns: Columns, state: Mapping[str, Any]) -> Start:
    """From where another solver stopped, as ``export`` tells it; unknown ids are left out."""
    prices = columns.first_slots()
    where, known = _positions(columns.helpers, [helper for helper, _ in state["prices"]])
    told = np.array([price for _, price in state["prices"]], dtype=np.int64)[known]
    prices[where] = np.maximum(prices[where], told)
    rows, row_known = _positions(columns.requests, [request for request, _ in state["assignment"]])
    places, place_known = _positions(columns.helpers, [helper for _, helper in state["assignment"]])
    both = row_known & place_known
    at = np.full(len(columns.requests), NONE)
    at[rows[both[row_known]]] = places[both[place_known]]
    return Start(prices, at, np.zeros(0, dtype=np.int64))


def bidding(columns: Columns, unit: int) -> Start:
    """From nothing by an auction, whose prices are let fall until they are right for whom it has placed."""
    prices, at = Auction(columns, unit).run()
    costs = columns.paid(at)
    placed = np.flatnonzero(at != NONE)
    slots = columns.slot_starts[:-1] + np.bincount(at[placed], minlength=len(prices))
    free = slots < columns.slot_starts[1:]
    next_slots = np.full(len(prices), NO_SLOT)
    next_slots[free] = columns.slot_costs[slots[free]]
    first_slots = columns.first_slots()
    prices = np.maximum(prices, first_slots)
    lowest = np.maximum(prices - _MARGIN, first_slots)  # whom a fall beyond concerns is left open
    # a price that its next place allows stays so; one that is too high comes down later
    prices = np.minimum(prices + _MARGIN, np.maximum(prices, next_slots))
    np.minimum.at(prices, at[placed], columns.penalties[placed] - costs[placed])
    duals.fall(columns, at, costs, prices, lowest, _ROUNDS)
    return Start(np.maximum(prices, first_slots), at, np.zeros(0, dtype=np.int64))


def settle(columns: Columns, begin: Start) -> Start:
    """Keep what is right at the prices, and leave the rest open.

    Right is a served request that pays its least at a place that fits the price, and an unserved one that
    would pay its penalty.
    """
    values = columns.least(begin.prices)
    kept_rows, kept = _fitting(columns, begin.prices, *_pairs_at(columns, begin, values))
    at = np.full(len(columns.requests), NONE)
    at[kept_rows] = kept
    return Start(begin.prices, at, np.flatnonzero((at == NONE) & (columns.penalties > values)))


def _pairs_at(columns: Columns, begin: Start, values: Ints) -> tuple[Ints, Ints]:
    """The rows that pay their least with their helper, and her position."""
    rows = columns.pair_rows()
    here = columns.pair_helpers == begin.at[rows]
    rows, helpers = rows[here], columns.pair_helpers[here]
    tight = columns.pair_costs[here] + begin.prices[helpers] == values[rows]
    return rows[tight], helpers[tight]


def _fitting(columns: Columns, prices: Ints, rows: Ints, helpers: Ints) -> tuple[Ints, Ints]:
    """Of these pairs as many for each helper as she has places that cost no more than her price."""
    order = np.lexsort((rows, helpers))
    rows, helpers = rows[order], helpers[order]
    slot = rank_in_row(spans(np.bincount(helpers, minlength=len(columns.helpers))))
    slot += columns.slot_starts[helpers]
    fits = slot < columns.slot_starts[helpers + 1]
    fits[fits] = columns.slot_costs[slot[fits]] <= prices[helpers[fits]]
    return rows[fits], helpers[fits]


def _positions(known: Ints, ids: list[int]) -> tuple[Ints, NDArray[np.bool_]]:
    """Where the ids stand among the known, rising ones, for those that are; and which are."""
    wanted = np.array(ids, dtype=np.int64)
    found = np.searchsorted(known, wanted).astype(np.int64)
    inside = found < len(known)
    inside[inside] = known[found[inside]] == wanted[inside]
    return found[inside], inside
