"""Who lives near whom, as needs and offers come and go one by one; pairs are judged in columns. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from .facts import Need, Offer
from .judging import Judge, Pairs
from .problem import Ints
from .reach import Spots
from .tables import is_ready

#: The rows or columns of those who live at one spot, by category; the dictionaries are sets that keep order.
_ByCategory = dict[str, dict[int, None]]


class Vicinity:
    """Needs and offers by place. Offers that may be proposed to nobody are left out."""

    def __init__(self, judge: Judge) -> None:
        """With everybody whom the judge began with."""
        self._judge = judge
        self._spots = Spots()
        self._rows: dict[int, int] = {}
        self._columns: dict[int, int] = {}
        self._needs: list[_ByCategory] = []
        self._offers: list[_ByCategory] = []
        self._furthest = np.zeros(0)  # how far anybody at each spot has ever gone
        for row, need in enumerate(judge.needs.needs):
            self._enter_need(row, need)
        for column, offer in enumerate(judge.offers.offers):
            self._enter_offer(column, offer)

    def add_need(self, need: Need) -> None:
        """From now on the need is found by offers."""
        self._enter_need(self._judge.add_need(need), need)

    def drop_need(self, need: Need) -> None:
        """The need has gone."""
        row = self._rows.pop(need.id)
        if need.place is not None:
            del self._needs[self._at(need)][need.category][row]

    def add_offer(self, offer: Offer) -> None:
        """From now on the offer is found by needs."""
        if is_ready(offer):
            self._enter_offer(self._judge.add_offer(offer), offer)

    def drop_offer(self, offer: Offer) -> None:
        """The offer has gone."""
        if is_ready(offer):
            column, here = self._columns.pop(offer.id), self._offers[self._at(offer)]
            for category in _able(offer):
                del here[category][column]

    def costs_of_need(self, need: Need) -> dict[int, int]:
        """Every helper who passes the filters of a need that was added, with the fine cost of the pair."""
        if need.place is None:
            return {}
        km, same = self._spots.km_from(self._at(need))
        near = np.flatnonzero(km <= self._furthest[: len(km)])
        there = [self._offers[spot].get(need.category, {}) for spot in near.tolist()]
        columns, spots = _listed(there, near)
        rows = np.full(len(columns), self._rows[need.id])
        pairs = self._judge.pairs(rows, columns, km[spots], same[spots])
        return self._costs(pairs, self._judge.offers.ids[pairs.columns])

    def costs_of_offer(self, offer: Offer) -> dict[int, int]:
        """Every need whose filters the helper, who was added, passes, with the fine cost of the pair."""
        if not is_ready(offer):
            return {}
        km, same = self._spots.km_from(self._at(offer))
        near = np.flatnonzero(km <= offer.radius_km)
        able = sorted(_able(offer))
        there = [self._needs[spot].get(category, {}) for spot in near.tolist() for category in able]
        rows, spots = _listed(there, np.repeat(near, len(able)))
        columns = np.full(len(rows), self._columns[offer.id])
        pairs = self._judge.pairs(rows, columns, km[spots], same[spots])
        return self._costs(pairs, self._judge.needs.ids[pairs.rows])

    def _costs(self, pairs: Pairs, ids: Ints) -> dict[int, int]:
        fine = self._judge.fine(pairs, pairs.costs)
        return dict(zip(ids.tolist(), fine.tolist(), strict=True))

    def _enter_need(self, row: int, need: Need) -> None:
        self._rows[need.id] = row
        if need.place is not None:
            self._needs[self._at(need)].setdefault(need.category, {})[row] = None

    def _enter_offer(self, column: int, offer: Offer) -> None:
        self._columns[offer.id] = column
        spot = self._at(offer)
        self._furthest[spot] = max(self._furthest[spot], offer.radius_km)
        for category in _able(offer):
            self._offers[spot].setdefault(category, {})[column] = None

    def _at(self, one: Need | Offer) -> int:
        """The spot where somebody lives."""
        assert one.place is not None
        spot = self._spots.spot(one.place)
        if spot == len(self._needs):
            self._needs.append({})
            self._offers.append({})
            if spot == len(self._furthest):
                self._furthest = np.concatenate([self._furthest, np.zeros(spot + 64)])
        return spot


def _able(offer: Offer) -> frozenset[str]:
    return offer.categories & offer.vetted


def _listed(there: Iterable[dict[int, None]], spots: Ints) -> tuple[Ints, Ints]:
    """All of these, and the spot of each; ``spots`` has one for each of the dictionaries."""
    lists = [np.fromiter(some, np.int64, len(some)) for some in there]
    if not lists:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    return np.concatenate(lists), np.repeat(spots, [len(some) for some in lists])
