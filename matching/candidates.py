"""Candidates: for each need the helpers who may come and cost least, found and judged in columns. Pure.

Pairs come from a spatial index, by place and category.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from intake.places import Place

from .facts import Need, Offer, Weights
from .judging import Judge, Pairs
from .lots import POINT_BITS
from .problem import Ints, expand, rank_in_row, spans
from .reach import Near, Ring
from .tables import Bools, NeedTable, OfferTable, Points

#: Pairs looked at together: some 100 MB of columns.
_BLOCK = 2_000_000
#: So many judged pairs are kept for a second look; more are judged anew, for they would not fit.
_KEPT = 12_000_000
#: Helpers are kept apart by the first of these kilometres that they go at most.
_RINGS = (5.0, 10.0, 20.0, 40.0, 80.0, 160.0)
#: There is no helper beyond the shortlist.
NOBODY_BEYOND = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Shortlists:
    """Each need's cheapest helpers, one need a row from ``starts[row]`` on, rising by fine cost.

    ``beyond``: no other helper of the row costs less, slot included (``NOBODY_BEYOND``: there is none).
    """

    starts: Ints
    columns: Ints
    costs: Ints
    beyond: Ints


class Candidates:
    """All pairs that pass the filters, by need and without ever being held all at once."""

    def __init__(self, needs: Sequence[Need], offers: Sequence[Offer], weights: Weights) -> None:
        self.judge = Judge(needs, offers, weights)
        self.needs, self.offers = self.judge.needs, self.judge.offers
        self._index = _Index(self.needs, self.offers)
        self._kept: list[Pairs] | None = None

    def shortlists(self, count: int) -> Shortlists:
        """For each need up to ``count`` helpers, the cheapest with their first slot; equal ones by lot."""
        offers, total = self.offers, len(self.needs.needs)
        beyond = np.full(total, NOBODY_BEYOND)
        parts: list[tuple[Ints, Ints, Ints]] = []
        kept: list[Pairs] = []
        for pairs in self._judged(np.arange(total)):
            slots = offers.slot[pairs.columns].astype(np.int64)
            keys = self.judge.fine(pairs, pairs.costs + slots)
            order = np.lexsort((keys, pairs.rows))
            starts = spans(np.bincount(pairs.rows, minlength=total))
            rank = rank_in_row(starts)
            longer = np.flatnonzero(np.diff(starts) > count)
            beyond[longer] = keys[order[starts[longer] + count - 1]]
            order = order[rank < count]
            costs = keys[order] - (slots[order] << POINT_BITS)
            parts.append((pairs.rows[order], pairs.columns[order], costs))
            kept.append(pairs)
            if sum(len(block.rows) for block in kept) > _KEPT:
                kept.clear()
        self._kept = kept if len(kept) == len(parts) else None
        rows, columns, costs = (np.concatenate(column) for column in zip(*parts, _NO_PART, strict=True))
        order = np.lexsort((costs, rows))
        return Shortlists(spans(np.bincount(rows, minlength=total)), columns[order], costs[order], beyond)

    def underpriced(self, values: Ints, prices: Ints, rows: Ints, count: int) -> tuple[Ints, Ints, Ints]:
        """Pairs of these rows whose fine cost + price is less than what the need pays: what was missed.

        ``values`` has what each need pays and ``prices`` each offer's price. Up to ``count`` pairs for each
        need, the most underpriced first, as rows, columns and fine costs. None at all proves that an optimum
        over the shortlists is one over all pairs (column generation: P. C. Gilmore and R. E. Gomory 1961).
        """
        wanted = np.zeros(len(self.needs.needs), dtype=np.bool_)
        wanted[rows] = True
        found = [(*_NO_PART, _NO_PART[0])]
        for pairs in self._judged(rows) if self._kept is None else self._kept:
            fine = self.judge.fine(pairs, pairs.costs)
            reduced = fine + prices[pairs.columns] - values[pairs.rows]
            missed = (reduced < 0) & wanted[pairs.rows]
            found.append((pairs.rows[missed], pairs.columns[missed], fine[missed], reduced[missed]))
        all_rows, columns, costs, keys = (np.concatenate(column) for column in zip(*found, strict=True))
        order = np.lexsort((keys, all_rows))
        counts = np.bincount(all_rows, minlength=len(wanted))
        order = order[rank_in_row(spans(counts)) < count]
        return all_rows[order], columns[order], costs[order]

    def costs(self, rows: Ints) -> dict[int, dict[int, int]]:
        """For each of these rows' needs every helper who passes its filters, with the pair's fine cost."""
        found: dict[int, dict[int, int]] = {need: {} for need in self.needs.ids[rows].tolist()}
        for pairs in self._judged(rows):
            fine = self.judge.fine(pairs, pairs.costs).tolist()
            needs, helpers = self.needs.ids[pairs.rows].tolist(), self.offers.ids[pairs.columns].tolist()
            for need, helper, cost in zip(needs, helpers, fine, strict=True):
                found[need][helper] = cost
        return found

    def forget(self) -> None:
        """Keep no pairs for a second look any more: they take a lot of memory."""
        self._kept = None

    # -- inside --------------------------------------------------------------------------------------------

    def _judged(self, rows: Ints) -> Iterator[Pairs]:
        """The passing pairs of these rows, block by block; a row's pairs are all in one block."""
        for block in self._index.blocks(rows):
            parts = [self.judge.pairs(*pairs) for pairs in self._index.pairs(block)]
            if parts:
                yield Pairs(
                    np.concatenate([part.rows for part in parts]),
                    np.concatenate([part.columns for part in parts]),
                    np.concatenate([part.costs for part in parts]),
                )


#: Nothing, for concatenations that may have nothing else: rows, columns, costs.
_NO_PART = (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64))


class _Index:
    """Which offers are to be looked at for a need: able, and living where somebody goes as far as that."""

    def __init__(self, needs: NeedTable, offers: OfferTable) -> None:
        categories = {name: number for number, name in enumerate(sorted({n.category for n in needs.needs}))}
        places, self._home = _numbered(need.place for need in needs.needs)
        self._category = np.array([categories[need.category] for need in needs.needs], dtype=np.int64)
        self._width = max(1, len(categories))
        able = [
            np.flatnonzero(np.array([name in ables for ables in offers.able], dtype=np.bool_))
            for name in categories
        ]
        self._rings: list[tuple[Near, Ints, Ints]] = []
        sizes = np.zeros((len(places), self._width), dtype=np.int64)
        if places:
            for ring in _rings(offers):
                near, (starts, columns) = ring.near(places), ring.by_place_and_category(able)
                self._rings.append((near, starts, columns))
                sizes += self._sizes(near, starts)
        self._pairs_of = np.where(self._home < 0, 0, sizes[self._home, self._category]) if places else None

    def _sizes(self, near: Near, starts: Ints) -> Ints:
        """How many pairs this ring has for a need of each place and category."""
        at_place = np.diff(starts).reshape(-1, self._width)[near.places]
        total = np.concatenate([np.zeros((1, self._width), dtype=np.int64), np.cumsum(at_place, axis=0)])
        sizes: Ints = total[near.starts[1:]] - total[near.starts[:-1]]
        return sizes

    def blocks(self, rows: Ints) -> Iterator[Ints]:
        """The rows that have any pairs, in blocks of about ``_BLOCK`` pairs."""
        if self._pairs_of is None:
            return
        rows = rows[self._pairs_of[rows] > 0]
        block = np.cumsum(self._pairs_of[rows]) // _BLOCK
        for number in np.unique(block).tolist():
            yield rows[block == number]

    def pairs(self, rows: Ints) -> Iterator[tuple[Ints, Ints, Points, Bools]]:
        """Ring by ring the rows' pairs: rows, columns, kilometres, and whether it is one municipality."""
        homes, categories = self._home[rows], self._category[rows]
        for near, starts, columns in self._rings:
            around, entry = expand(near.starts, homes)
            owner = np.repeat(np.arange(len(rows)), np.diff(around))
            there, at = expand(starts, near.places[entry] * self._width + categories[owner])
            pair = np.repeat(np.arange(len(owner)), np.diff(there))
            yield rows[owner[pair]], columns[at], near.km[entry[pair]], near.same[entry[pair]]


def _rings(offers: OfferTable) -> Iterator[Ring]:
    places, homes = _numbered(offer.place for offer in offers.offers)
    ring = np.searchsorted(_RINGS, offers.radius)
    for number in np.unique(ring).tolist():
        columns = np.flatnonzero(ring == number)
        yield Ring(columns, homes[columns], places, float(offers.radius[columns].max()))


def _numbered(homes: Iterable[Place | None]) -> tuple[tuple[Place, ...], Ints]:
    """The different places, and the number of each one's place in them; -1 for no place."""
    places: dict[Place, int] = {}
    seen: dict[int, int] = {id(None): -1}  # places are the same few objects; to hash one takes long
    numbers = []
    for home in homes:
        number = seen.get(id(home))
        if number is None:
            assert home is not None
            number = seen[id(home)] = places.setdefault(home, len(places))
        numbers.append(number)
    return tuple(places), np.array(numbers, dtype=np.int64)
