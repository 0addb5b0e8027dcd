"""Needs and offers as columns of numbers, so that whole blocks of pairs can be judged at once. Pure.

Sets become bit masks over the words that occur among the needs; a word that nobody asks for has no bit.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import date
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from .facts import HalfDay, Need, Offer, Weights, asked_dates, is_away
from .rules import fair_points, slot_costs

Ints = NDArray[np.int64]
Points = NDArray[np.int16]
Bools = NDArray[np.bool_]
Masks = NDArray[np.uint64]

_WORD = 64
_WEEK: tuple[HalfDay, ...] = tuple((day, half) for day in range(7) for half in ("morning", "afternoon"))


class Vocabulary:
    """The words of one kind, each with its bit."""

    def __init__(self, words: Iterable[Hashable]) -> None:
        self._bit = {word: bit for bit, word in enumerate(dict.fromkeys(words))}

    def masks(self, sets: Sequence[Iterable[Hashable]]) -> Masks:
        """One row of 64-bit words for each set; words without a bit are left out."""
        columns = max(1, -(-len(self._bit) // _WORD))
        rows = np.zeros((len(sets), columns), dtype=np.uint64)
        for row, members in enumerate(sets):
            for member in members:
                bit = self._bit.get(member)
                if bit is not None:
                    rows[row, bit // _WORD] |= np.uint64(1 << bit % _WORD)
        return rows


def overlap(needs: Masks, offers: Masks) -> NDArray[np.uint8]:
    """How many words each need (rows) and each offer (columns) have in common."""
    counts = np.zeros((len(needs), len(offers)), dtype=np.uint8)
    for column in range(needs.shape[1]):
        counts += np.bitwise_count(needs[:, column, None] & offers[None, :, column])
    return counts


class NeedTable:
    """The needs in the order of their ids; each column has one row for each."""

    def __init__(self, needs: Sequence[Need]) -> None:
        self.needs = tuple(sorted(needs, key=lambda need: need.id))
        dates = [asked_dates(need) for need in self.needs]
        wanted = [need.half_days | dated for need, dated in zip(self.needs, dates, strict=True)]
        self.dates = tuple(sorted(set(chain.from_iterable(dates))))
        self.windows_known = Vocabulary((*_WEEK, *self.dates))
        self.languages_known = _vocabulary(need.languages for need in self.needs)
        self.wishes_known = _vocabulary(need.wishes for need in self.needs)
        self.liked_known = _vocabulary(need.preferences for need in self.needs)
        self.circumstances_known = _vocabulary(need.circumstances for need in self.needs)
        self.interests_known = _vocabulary(need.interests for need in self.needs)
        self.groups_known = _vocabulary(need.groups for need in self.needs)
        self.ids: Ints = np.array([need.id for need in self.needs], dtype=np.int64)
        self.car: Bools = np.array([need.car_needed for need in self.needs], dtype=np.bool_)
        self.recurring: Bools = np.array([need.recurring for need in self.needs], dtype=np.bool_)
        self.windows = self.windows_known.masks(wanted)
        self.window_count: Ints = np.array([len(windows) for windows in wanted], dtype=np.int64)
        self.languages = self.languages_known.masks([need.languages for need in self.needs])
        self.wishes = self.wishes_known.masks([need.wishes for need in self.needs])
        self.liked = self.liked_known.masks([need.preferences for need in self.needs])
        self.circumstances = self.circumstances_known.masks([need.circumstances for need in self.needs])
        self.interests = self.interests_known.masks([need.interests for need in self.needs])
        self.groups = self.groups_known.masks([need.groups for need in self.needs])


class OfferTable:
    """The offers that may be proposed to anybody at all (active, placed, with a place left), by id."""

    def __init__(self, offers: Sequence[Offer], needs: NeedTable, weights: Weights) -> None:
        ready = (o for o in offers if o.active and o.place is not None and o.used < o.capacity)
        self.offers = tuple(sorted(ready, key=lambda offer: offer.id))
        categories = {need.category for need in needs.needs}
        self.ids: Ints = np.array([offer.id for offer in self.offers], dtype=np.int64)
        self.radius = np.array([offer.radius_km for offer in self.offers], dtype=np.float64)
        self.able: dict[str, Bools] = {
            category: np.array([category in (o.categories & o.vetted) for o in self.offers], dtype=np.bool_)
            for category in categories
        }
        self.car: Bools = np.array([offer.car for offer in self.offers], dtype=np.bool_)
        self.timed: Bools = np.array([bool(offer.half_days) for offer in self.offers], dtype=np.bool_)
        self.half_days: Points = np.array([len(offer.half_days) for offer in self.offers], dtype=np.int16)
        self.windows = needs.windows_known.masks([set(_free(offer, needs.dates)) for offer in self.offers])
        self.languages = needs.languages_known.masks([offer.languages for offer in self.offers])
        self.away: Bools = np.array([o.away_until is not None for o in self.offers], dtype=np.bool_)
        self.wishes = needs.wishes_known.masks([offer.traits for offer in self.offers])
        self.liked = needs.liked_known.masks([offer.traits for offer in self.offers])
        self.avoids = needs.circumstances_known.masks([offer.avoids for offer in self.offers])
        self.interests = needs.interests_known.masks([offer.interests for offer in self.offers])
        self.groups = needs.groups_known.masks([offer.groups for offer in self.offers])
        self.fair: Points = np.array([fair_points(offer, weights) for offer in self.offers], dtype=np.int16)
        self.slot: Points = np.array([slot_costs(offer, weights)[0] for offer in self.offers], dtype=np.int16)


def _vocabulary(sets: Iterable[frozenset[str]]) -> Vocabulary:
    return Vocabulary(sorted(set(chain.from_iterable(sets))))


def _free(offer: Offer, dates: Iterable[tuple[date, str]]) -> Iterator[Hashable]:
    """The half-days and the asked-for dates on which she can, as in ``facts.common_windows``."""
    weekly = offer.half_days or frozenset(_WEEK)
    if offer.away_until is None:
        yield from weekly
    for day, half in dates:
        if not is_away(offer, day) and (day.weekday(), half) in weekly:
            yield day, half
