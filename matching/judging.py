"""Judging: filters and points of whole columns of pairs at once, as ``rules`` gives them pair by pair. Pure.

Tests hold the two together. Needs and offers may come later, one by one; who has gone keeps its row, which
nobody asks for any more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .facts import Need, Offer, Weights
from .lots import fine_costs
from .problem import Ints
from .rules import EASY_CHOICE, MANY_INTERESTS, distance_points, share
from .tables import Bools, Known, NeedTable, OfferTable, Points, any_words, overlap

#: Two numbers in one: a need's row is above these bits, an offer's column below.
_ROW_BITS = 32


@dataclass(frozen=True)
class Pairs:
    """Pairs that pass the filters: the need's row, the offer's column, and the cost, 100 - score."""

    rows: Ints
    columns: Ints
    costs: Points


class Judge:
    """Judges pairs of a need's row and an offer's column."""

    def __init__(self, needs: Sequence[Need], offers: Sequence[Offer], weights: Weights) -> None:
        self._weights = weights
        self._known = Known(needs, offers)
        self.needs = NeedTable(needs, self._known)
        self.offers = OfferTable(offers, self._known, weights)
        self._persons = _Persons(self.needs.needs, self.offers.offers)
        self._points = _PointTables(weights)

    def add_need(self, need: Need) -> int:
        """The row of one more need."""
        self._known.learn([need], [])
        self.offers.know_dates(self._known)
        row = self.needs.append(NeedTable([need], self._known))
        self._persons.add_need(row, need)
        return row

    def add_offer(self, offer: Offer) -> int:
        """The column of one more offer, which must be ready."""
        self._known.learn([], [offer])
        column = self.offers.append(OfferTable([offer], self._known, self._weights))
        self._persons.add_offer(column, offer)
        return column

    def fine(self, pairs: Pairs, points: NDArray[np.integer]) -> Ints:
        """The pairs' fine costs, where they cost so many points."""
        return fine_costs(points, self.needs.ids[pairs.rows], self.offers.ids[pairs.columns])

    def pairs(self, rows: Ints, columns: Ints, km: Points, near: Bools) -> Pairs:
        """Those of the pairs that pass, with their cost; the cheap and selective filters come first.

        Each offer must be able: offering the need's category, and vetted for it. ``km`` are the whole
        kilometres between the two, ``near`` says whether they live in one municipality.
        """
        needs, offers = self.needs, self.offers
        passing = (km <= offers.radius[columns]) & (offers.car[columns] | ~needs.car[rows])
        rows, columns, km, near = rows[passing], columns[passing], km[passing], near[passing]
        common = overlap(needs.windows, rows, offers.windows, columns)
        passing = (common > 0) | ((needs.window_count[rows] == 0) & ~offers.away[columns])
        rows, columns, km, near = rows[passing], columns[passing], km[passing], near[passing]
        common = common[passing]
        passing = self._wishes(rows, columns) & ~_are(self._persons.never, rows, columns)
        rows, columns, km, near = rows[passing], columns[passing], km[passing], near[passing]
        earned = self._points.distance(km) + offers.fair[columns]
        earned += self._time(rows, columns, common[passing])
        earned += self._shared(rows, columns, near)
        earned += _are(self._persons.gladly, rows, columns) * np.int16(self._weights.continuity)
        return Pairs(rows, columns, np.int16(100) - earned)

    def _wishes(self, rows: Ints, columns: Ints) -> Bools:
        """Whether the helper speaks the language, has the traits wished for, and avoids nothing that is."""
        needs, offers = self.needs, self.offers
        spoken = overlap(needs.languages, rows, offers.languages, columns) > 0
        passing: Bools = spoken | (needs.language_count[rows] == 0)
        if any_words(needs.wishes):
            passing &= overlap(needs.wishes, rows, offers.traits, columns) == needs.wish_count[rows]
        if any_words(needs.circumstances):
            passing &= overlap(needs.circumstances, rows, offers.avoids, columns) == 0
        return passing

    def _time(self, rows: Ints, columns: Ints, common: NDArray[np.uint8]) -> Points:
        """The points for time, as ``rules`` gives them."""
        wanted, halves = self.needs.window_count[rows], self.offers.half_days[columns]
        choice = np.where(wanted > 0, common, halves)
        whole = np.where(wanted > 0, np.minimum(wanted, EASY_CHOICE), EASY_CHOICE)
        points = self._points.time[whole, np.minimum(choice, EASY_CHOICE)]
        unsaid = np.where(self.needs.recurring[rows], 0, share(self._weights.time_fit, 1, 2))
        return np.where(halves > 0, points, unsaid).astype(np.int16)

    def _shared(self, rows: Ints, columns: Ints, near: Bools) -> Points:
        """The points for interests and preferences, and for the same group or municipality."""
        needs, offers = self.needs, self.offers
        earned = np.zeros(len(rows), dtype=np.int16)
        if any_words(needs.interests) or any_words(needs.liked):
            shared = overlap(needs.interests, rows, offers.interests, columns)
            shared += overlap(needs.liked, rows, offers.traits, columns)
            earned += self._points.interests[np.minimum(shared, MANY_INTERESTS)]
        if any_words(needs.groups):
            near = near | (overlap(needs.groups, rows, offers.groups, columns) > 0)
        return earned + near * np.int16(self._weights.same_place)


class _Persons:
    """Who is not to meet, and who knows each other well: as keys of the pairs, few, and rising."""

    def __init__(self, needs: Sequence[Need], offers: Sequence[Offer]) -> None:
        self.never = self.gladly = np.zeros(0, dtype=np.int64)
        self._column: dict[int, int] = {}
        self._refusing: defaultdict[str, list[int]] = defaultdict(list)
        self._trusted: defaultdict[str, list[int]] = defaultdict(list)
        self._rows_of: defaultdict[str, list[int]] = defaultdict(list)  # by seeker
        self._rows_without: defaultdict[int, list[int]] = defaultdict(list)  # by who is excluded from them
        for column, offer in enumerate(offers):
            self._meet_offer(column, offer)
        never: list[int] = []
        gladly: list[int] = []
        for row, need in enumerate(needs):
            for known, keys in zip((never, gladly), self._meet_need(row, need), strict=True):
                known.extend(keys)
        self._note(never, gladly)

    def add_need(self, row: int, need: Need) -> None:
        self._note(*self._meet_need(row, need))

    def add_offer(self, column: int, offer: Offer) -> None:
        self._meet_offer(column, offer)
        rows = [*self._rows_without.get(offer.id, ()), *self._rows_of_any(offer.refused)]
        gladly = self._rows_of_any(offer.helped_well)
        self._note([_key(row, column) for row in rows], [_key(row, column) for row in gladly])

    def _meet_offer(self, column: int, offer: Offer) -> None:
        self._column[offer.id] = column
        for seeker in offer.refused:
            self._refusing[seeker].append(column)
        for seeker in offer.helped_well:
            self._trusted[seeker].append(column)

    def _meet_need(self, row: int, need: Need) -> tuple[list[int], list[int]]:
        """The keys of the need's pairs with offers that are there already."""
        self._rows_of[need.seeker].append(row)
        never = list(self._refusing.get(need.seeker, ()))
        for helper in need.excluded | need.tried:
            self._rows_without[helper].append(row)
            if helper in self._column:
                never.append(self._column[helper])
        gladly = self._trusted.get(need.seeker, ())
        return [_key(row, column) for column in never], [_key(row, column) for column in gladly]

    def _rows_of_any(self, seekers: frozenset[str]) -> list[int]:
        return [row for seeker in seekers for row in self._rows_of.get(seeker, ())]

    def _note(self, never: list[int], gladly: list[int]) -> None:
        self.never, self.gladly = _with(self.never, never), _with(self.gladly, gladly)


def _key(row: int, column: int) -> int:
    return (row << _ROW_BITS) + column


def _with(known: Ints, keys: list[int]) -> Ints:
    if not keys:
        return known
    more = np.unique(np.array(keys, dtype=np.int64))
    return np.insert(known, np.searchsorted(known, more), more)


def _are(known: Ints, rows: Ints, columns: Ints) -> Bools:
    """Which of the pairs are among the known ones."""
    if not len(known):
        return np.zeros(len(rows), dtype=np.bool_)
    keys = (rows << _ROW_BITS) + columns
    found = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    are: Bools = known[found] == keys
    return are


class _PointTables:
    """Points by what earns them."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self.time = np.array(
            [
                [share(weights.time_fit, choice, max(whole, 1)) for choice in range(EASY_CHOICE + 1)]
                for whole in range(EASY_CHOICE + 1)
            ],
            dtype=np.int16,
        )
        self.interests = np.array(
            [share(weights.interests, common, MANY_INTERESTS) for common in range(MANY_INTERESTS + 1)],
            dtype=np.int16,
        )
        self._distance = np.array(
            [distance_points(km, weights) for km in range(weights.far_km + 1)], dtype=np.int16
        )

    def distance(self, km: Points) -> Points:
        """The points for each distance; none from ``far_km`` on."""
        points: Points = self._distance[np.minimum(km, len(self._distance) - 1)]
        return points
