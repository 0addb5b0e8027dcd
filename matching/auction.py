"""Bidding, in columns: it places most requests at once and keeps every proof. Pure.

D. P. Bertsekas's auction for the assignment problem (1979) without its epsilon, for helpers with several
places: whoever is not placed bids for the helper who is cheapest at the prices. She keeps as many as she has
places for, those who would pay most before they went elsewhere, and takes what all of them would pay. What
the proof needs stays true with each round: a placed request pays its least, a price is at least the cost of
the last used place and at most that of the next. So the bidding may stop at any time, and the solver goes on
one by one: where prices rise by crumbs only, it is the faster of the two.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .problem import Columns, Ints, expand, rank_in_row, spans

#: Nobody, and no place.
NONE = -1
NO_SLOT = np.iinfo(np.int64).max

#: The bidding stops when, over so many rounds, the bidders have not become fewer by a tenth.
_PATIENCE = 8


@dataclass
class Auction:
    """Prices, who is placed with whom, and how many places of each helper are used."""

    columns: Columns
    prices: Ints
    at: Ints
    used: Ints

    def run(self, bidders: Ints) -> Ints:
        """Let these rows bid; the rows that are left for others to place, rising."""
        self._last = np.full(len(self.at), NONE)  # whom each bid for last
        before = [len(bidders) * 2] * _PATIENCE
        while len(bidders) and len(bidders) < 0.9 * before[-_PATIENCE]:
            before.append(len(bidders))
            bidders = self._round(bidders)
        return np.sort(bidders)

    def _round(self, bidders: Ints) -> Ints:
        """One round; who has no place after it and would rather have one."""
        rows, helpers = self._wishes(bidders)
        wanted = np.zeros(len(self.used), dtype=np.bool_)
        wanted[helpers] = True
        sitting = np.flatnonzero((self.at != NONE) & wanted[self.at])
        rows, helpers = np.concatenate([rows, sitting]), np.concatenate([helpers, self.at[sitting]])
        levels = self._levels(rows, helpers)
        order = np.lexsort((rows, -levels, helpers))
        rows, helpers, levels = rows[order], helpers[order], levels[order]
        rank = rank_in_row(spans(np.bincount(helpers, minlength=len(self.used))))
        next_slot = self._next_slot()
        free = wanted & (next_slot <= self.prices)
        short = ~free & (np.bincount(helpers, minlength=len(free)) > self.used)
        last_in = short[helpers] & (rank == np.maximum(self.used[helpers] - 1, 0))
        scarce = helpers[last_in]
        self.prices[scarce] = np.minimum(levels[last_in], next_slot[scarce])
        self.used[free] += 1
        stays = rank < self.used[helpers]
        self.at[rows] = np.where(stays, helpers, NONE)
        return rows[~stays]

    def _next_slot(self) -> Ints:
        """What the next place of each helper costs; ``NO_SLOT`` where there is none."""
        columns = self.columns
        slot = columns.slot_starts[:-1] + self.used
        has = slot < columns.slot_starts[1:]
        costs = np.full(len(slot), NO_SLOT)
        costs[has] = columns.slot_costs[slot[has]]
        return costs

    def _wishes(self, bidders: Ints) -> tuple[Ints, Ints]:
        """Whom each bids for; those who would rather stay unserved, at prices that only rise, have gone.

        Who was outbid is left with a tie, between that helper and the next best, and turns to the latter.
        """
        starts, helpers, values = self._values(bidders)
        least = _least(values, starts)
        hits = np.flatnonzero(values == np.repeat(least, np.diff(starts)))
        owner = np.searchsorted(starts, hits, side="right") - 1
        again = helpers[hits] == self._last[bidders[owner]]
        order = np.lexsort((again, owner))
        first = order[np.flatnonzero(np.diff(owner[order], prepend=-1))]
        wishes = helpers[hits[first]]
        self._last[bidders] = wishes
        serves = least < self.columns.penalties[bidders]
        return bidders[serves], wishes[serves]

    def _levels(self, rows: Ints, helpers: Ints) -> Ints:
        """Up to which price each of these would stay with that helper."""
        starts, others, values = self._values(rows)
        lengths = np.diff(starts)
        own = others == np.repeat(helpers, lengths)
        costs = values[own] - self.prices[helpers]
        values[own] = NO_SLOT
        levels: Ints = np.minimum(_least(values, starts), self.columns.penalties[rows]) - costs
        return levels

    def _values(self, rows: Ints) -> tuple[Ints, Ints, Ints]:
        """The pairs of these rows, laid out from starts on: the helper, and the cost with her price."""
        starts, pairs = expand(self.columns.starts, rows)
        helpers = self.columns.pair_helpers[pairs]
        return starts, helpers, self.columns.pair_costs[pairs] + self.prices[helpers]


def _least(values: Ints, starts: Ints) -> Ints:
    """The least value of each row; no row is empty."""
    least: Ints = np.minimum.reduceat(values, starts[:-1]) if len(values) else values
    return least
