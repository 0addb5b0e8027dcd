"""Candidates: for each need the helpers who may come and cost least, found and judged in blocks. Pure.

The filters and points are those of ``rules`` (tests hold the two together), computed for whole blocks of
needs × helpers at once. Needs of one place and category share a block; the helpers who live near enough
come from a spatial index over the places.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from intake.places import Place

from .facts import Need, Offer, Weights, about_km
from .lots import POINT_BITS, fine_costs
from .rules import EASY_CHOICE, MANY_INTERESTS, distance_points, share
from .tables import Bools, Ints, NeedTable, OfferTable, Points, overlap

#: A little less than the earth's radius, so that the index finds rather too many places than too few.
_EARTH_KM = 6300.0
#: Pairs judged at once: some 30 MB of columns.
_BLOCK = 2_000_000
#: More than any pair costs: she may not be proposed.
_BARRED = np.int16(10_000)


@dataclass(frozen=True)
class Shortlist:
    """A need's cheapest helpers with their fine costs. ``beyond``: no other helper costs less, slot included.

    None if there is no other.
    """

    costs: Mapping[int, int]
    beyond: int | None


@dataclass(frozen=True)
class _Block:
    """Some needs of one place and category, the offers in their reach, and each pair's cost in points."""

    rows: Ints
    columns: Ints
    costs: Points


class Candidates:
    """All pairs that pass the filters, by need and without ever being held all at once."""

    def __init__(self, needs: Sequence[Need], offers: Sequence[Offer], weights: Weights) -> None:
        self._weights = weights
        self._needs = NeedTable(needs)
        self._offers = OfferTable(offers, self._needs, weights)
        self._row = {need.id: row for row, need in enumerate(self._needs.needs)}
        self._places = _PlaceIndex(self._offers)
        self._column = {int(helper): column for column, helper in enumerate(self._offers.ids)}
        self._refusing = _columns_by_seeker(offer.refused for offer in self._offers.offers)
        self._trusted = _columns_by_seeker(offer.helped_well for offer in self._offers.offers)
        self._time_points = np.array(
            [
                [share(weights.time_fit, choice, max(whole, 1)) for choice in range(EASY_CHOICE + 1)]
                for whole in range(EASY_CHOICE + 1)
            ],
            dtype=np.int16,
        )
        self._interest_points = np.array(
            [share(weights.interests, common, MANY_INTERESTS) for common in range(MANY_INTERESTS + 1)],
            dtype=np.int16,
        )

    def shortlists(self, count: int) -> dict[int, Shortlist]:
        """For each need up to ``count`` helpers, the cheapest with their first slot; equal ones by lot."""
        found = {need.id: Shortlist({}, None) for need in self._needs.needs}
        for block in self._blocks(range(len(self._needs.needs))):
            slots = self._offers.slot[block.columns]
            keys = np.where(block.costs < _BARRED, block.costs + slots, _BARRED)
            most = (
                np.partition(keys, count - 1, axis=1)[:, count - 1, None]
                if keys.shape[1] > count
                else _BARRED
            )
            rows, columns = np.nonzero((keys <= most) & (keys < _BARRED))
            requests, helpers = self._needs.ids[block.rows[rows]], self._offers.ids[block.columns[columns]]
            fine = fine_costs(keys[rows, columns], requests, helpers)
            costs = fine - (slots[columns].astype(np.int64) << POINT_BITS)
            passing = np.count_nonzero(keys < _BARRED, axis=1)
            for row, first in _first_of_each(rows, fine, count):
                listed = dict(zip(helpers[first].tolist(), costs[first].tolist(), strict=True))
                beyond = int(fine[first[-1]]) if passing[row] > len(listed) else None
                found[int(requests[first[0]])] = Shortlist(listed, beyond)
        return found

    def underpriced(
        self, values: Mapping[int, int], prices: Mapping[int, int], count: int
    ) -> dict[int, dict[int, int]]:
        """Helpers whose fine cost + price is less than what these needs pay: what the shortlists missed.

        Up to ``count`` for each need in ``values``, the most underpriced first. Nothing at all proves that
        an optimum over the shortlists is one over all pairs (column generation: P. C. Gilmore and
        R. E. Gomory 1961).
        """
        found: dict[int, dict[int, int]] = {}
        price = np.array([prices[helper] for helper in self._offers.ids.tolist()], dtype=np.int64)
        for block in self._blocks([self._row[need] for need in sorted(values)]):
            ids, helpers = self._needs.ids[block.rows], self._offers.ids[block.columns]
            fine = fine_costs(block.costs, ids[:, None], helpers[None, :])
            paid = np.array([values[need] for need in ids.tolist()], dtype=np.int64)
            reduced = fine + price[block.columns] - paid[:, None]
            rows, columns = np.nonzero((reduced < 0) & (block.costs < _BARRED))
            for row, first in _first_of_each(rows, reduced[rows, columns], count):
                costs = fine[row, columns[first]].tolist()
                found[int(ids[row])] = dict(zip(helpers[columns[first]].tolist(), costs, strict=True))
        return found

    # -- inside --------------------------------------------------------------------------------------------

    def _blocks(self, rows: Sequence[int]) -> Iterator[_Block]:
        groups: dict[tuple[Place, str], list[int]] = defaultdict(list)
        for row in rows:
            need = self._needs.needs[row]
            if need.place is not None:
                groups[need.place, need.category].append(row)
        for (place, category), members in groups.items():
            columns, km, near = self._places.reach(place, self._offers.able[category])
            if not len(columns):
                continue
            height = max(1, _BLOCK // len(columns))
            for start in range(0, len(members), height):
                chunk = np.array(members[start : start + height], dtype=np.int64)
                yield _Block(chunk, columns, self._judge(chunk, columns, km, near))

    def _judge(self, rows: Ints, columns: Ints, km: Ints, near: Bools) -> Points:
        """Each pair's cost, 100 - score, or ``_BARRED``; ``near`` is who lives in the same municipality."""
        weights, needs, offers = self._weights, self._needs, self._offers
        distance = np.array(
            [distance_points(far, weights) for far in range(int(km.max()) + 1)], dtype=np.int16
        )
        earned = (distance[km] + offers.fair[columns])[None, :] + np.zeros((len(rows), 1), dtype=np.int16)
        barred = needs.car[rows, None] & ~offers.car[columns]
        wanted = needs.window_count[rows, None]
        common = overlap(needs.windows[rows], offers.windows[columns])
        barred |= (common == 0) & ((wanted > 0) | offers.away[columns])
        earned += self._time(rows, columns, common, wanted)
        if needs.languages[rows].any():
            silent = overlap(needs.languages[rows], offers.languages[columns]) == 0
            barred |= silent & np.any(needs.languages[rows], axis=1, keepdims=True)
        if needs.wishes[rows].any():
            wishes = np.bitwise_count(needs.wishes[rows]).sum(axis=1)
            barred |= overlap(needs.wishes[rows], offers.wishes[columns]) < wishes[:, None]
        if needs.circumstances[rows].any():
            barred |= overlap(needs.circumstances[rows], offers.avoids[columns]) > 0
        if needs.interests[rows].any() or needs.liked[rows].any():
            shared = overlap(needs.interests[rows], offers.interests[columns])
            shared += overlap(needs.liked[rows], offers.liked[columns])
            earned += self._interest_points[np.minimum(shared, MANY_INTERESTS)]
        if needs.groups[rows].any():
            member = overlap(needs.groups[rows], offers.groups[columns]) > 0
            earned += (member | near) * np.int16(weights.same_place)
        else:
            earned += near * np.int16(weights.same_place)
        self._persons(rows, columns, earned, barred)
        return np.where(barred, _BARRED, np.int16(100) - earned)

    def _time(self, rows: Ints, columns: Ints, common: NDArray[np.uint8], wanted: Ints) -> Points:
        """The points for time, as ``rules`` gives them."""
        offers = self._offers
        choice = np.where(wanted > 0, common, offers.half_days[columns])
        whole = np.where(wanted > 0, np.minimum(wanted, EASY_CHOICE), EASY_CHOICE)
        points = self._time_points[whole, np.minimum(choice, EASY_CHOICE)]
        unsaid = np.where(self._needs.recurring[rows, None], 0, share(self._weights.time_fit, 1, 2))
        return np.where(offers.timed[columns], points, unsaid).astype(np.int16)

    def _persons(self, rows: Ints, columns: Ints, earned: Points, barred: Bools) -> None:
        """What holds between two persons only: never again, and gladly again."""
        for local, row in enumerate(rows.tolist()):
            need = self._needs.needs[row]
            never = [self._column[helper] for helper in need.excluded | need.tried if helper in self._column]
            never += self._refusing.get(need.seeker, [])
            if never:
                barred[local, np.isin(columns, never)] = True
            if need.seeker in self._trusted:
                earned[local, np.isin(columns, self._trusted[need.seeker])] += self._weights.continuity


class _PlaceIndex:
    """Which offers live within their own radius of a place."""

    def __init__(self, offers: OfferTable) -> None:
        self._radius = offers.radius
        members: dict[Place, list[int]] = defaultdict(list)
        for column, offer in enumerate(offers.offers):
            assert offer.place is not None  # the table has placed offers only
            members[offer.place].append(column)
        self._places = tuple(members)
        self._members = [np.array(columns, dtype=np.int64) for columns in members.values()]
        self._tree = cKDTree([_on_sphere(place) for place in self._places]) if members else None
        self._furthest = float(self._radius.max()) + 1.0 if members else 0.0  # a kilometre for rounding

    def reach(self, place: Place, able: Bools) -> tuple[Ints, Ints, Bools]:
        """The able offers' columns, rising, their whole kilometres, and whether in the same municipality."""
        found: list[int] = []
        if self._tree is not None:
            chord = 2 * math.sin(min(self._furthest / _EARTH_KM, math.pi) / 2)
            found = self._tree.query_ball_point(_on_sphere(place), chord)
        if not found:
            return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.bool_)
        sizes = [len(self._members[index]) for index in found]
        columns = np.concatenate([self._members[index] for index in found])
        km = np.repeat([about_km(place, self._places[index]) for index in found], sizes)
        near = np.repeat([self._places[index].ags == place.ags for index in found], sizes)
        kept = np.flatnonzero(able[columns] & (km <= self._radius[columns]))
        kept = kept[np.argsort(columns[kept])]
        return columns[kept], km[kept], near[kept]


def _on_sphere(place: Place) -> tuple[float, float, float]:
    """A point of the unit sphere: straight distances between such points grow with those on the ground."""
    latitude, longitude = math.radians(place.latitude), math.radians(place.longitude)
    flat = math.cos(latitude)
    return flat * math.cos(longitude), flat * math.sin(longitude), math.sin(latitude)


def _columns_by_seeker(keys: Iterable[frozenset[str]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for column, seekers in enumerate(keys):
        for seeker in seekers:
            found[seeker].append(column)
    return dict(found)


def _first_of_each(rows: NDArray[np.intp], keys: Ints, count: int) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """For each row that occurs, the positions of its ``count`` least keys, the least first."""
    order = np.lexsort((keys, rows))
    present, starts = np.unique(rows[order], return_index=True)
    bounds = [*starts.tolist(), len(order)]
    for row, (start, end) in zip(present.tolist(), pairwise(bounds), strict=True):
        yield row, order[start : min(end, start + count)]
