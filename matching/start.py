"""Where a solver may begin: what of an earlier assignment, or of a first guess, is right as it is. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .auction import NONE, Auction
from .problem import Columns, Ints, rank_in_row, spans


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


def settle(columns: Columns, begin: Start) -> Start:
    """Keep what is right at the prices, place as many as bids can, and leave the rest open.

    Right is a served request that pays its least at a place that fits the price, and an unserved one that
    would pay its penalty.
    """
    values = columns.least(begin.prices)
    kept_rows, kept = _fitting(columns, begin.prices, *_pairs_at(columns, begin, values))
    at = np.full(len(columns.requests), NONE)
    at[kept_rows] = kept
    used = np.bincount(kept, minlength=len(columns.helpers))
    auction = Auction(columns, begin.prices.copy(), at, used)
    left = auction.run(np.flatnonzero((at == NONE) & (columns.penalties > values)))
    return Start(auction.prices, at, left)


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
