"""Needs and offers as columns of numbers, so that whole blocks of pairs can be judged at once. Pure.

Sets become bit masks over the words that occur among the needs; a word that nobody asks for has no bit.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from .facts import DatedHalf, HalfDay, Need, Offer, Weights, asked_dates, is_away
from .problem import Ints
from .rules import fair_points, slot_costs

Points = NDArray[np.int16]
Bools = NDArray[np.bool_]
Counts = NDArray[np.uint8]
#: One column of 64-bit words for each 64 words of a vocabulary.
Masks = tuple[NDArray[np.uint64], ...]

_WORD = 64
_WEEK: tuple[HalfDay, ...] = tuple((day, half) for day in range(7) for half in ("morning", "afternoon"))


class Vocabulary:
    """The words of one kind, each with its bit."""

    def __init__(self, words: Iterable[Hashable]) -> None:
        self._bit = {word: 1 << bit for bit, word in enumerate(dict.fromkeys(words))}
        self._known: dict[frozenset[Hashable], int] = {}

    def mask(self, words: Iterable[Hashable]) -> int:
        """The bits of these words; words without a bit are left out."""
        mask = 0
        for word in words:
            mask |= self._bit.get(word, 0)
        return mask

    def masks(self, sets: Sequence[frozenset[Hashable]]) -> Masks:
        """The bits of each set, in columns."""
        if not self._bit:
            return (np.zeros(len(sets), dtype=np.uint64),)
        known = self._known  # the same few sets occur over and over
        found = []
        for words in sets:
            mask = known.get(words)
            if mask is None:
                mask = known[words] = self.mask(words)
            found.append(mask)
        return self.columns(found)

    def columns(self, masks: Sequence[int]) -> Masks:
        """Masks of any length as columns of 64 bits."""
        count = max(1, -(-len(self._bit) // _WORD))
        if count == 1:
            return (np.array(masks, dtype=np.uint64),)
        full = (1 << _WORD) - 1
        return tuple(
            np.array([mask >> _WORD * word & full for mask in masks], dtype=np.uint64)
            for word in range(count)
        )


def overlap(needs: Masks, rows: Ints, offers: Masks, columns: Ints) -> Counts:
    """How many words each pair of a need's row and an offer's column has in common."""
    counts = np.zeros(len(rows), dtype=np.uint8)
    for need_words, offer_words in zip(needs, offers, strict=True):
        counts += np.bitwise_count(need_words[rows] & offer_words[columns])
    return counts


def any_words(masks: Masks) -> bool:
    """Whether any of the sets has a word at all."""
    return any(bool(column.any()) for column in masks)


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
        self.window_count = _counts(wanted)
        self.languages = self.languages_known.masks([need.languages for need in self.needs])
        self.language_count = _counts(need.languages for need in self.needs)
        self.wishes = self.wishes_known.masks([need.wishes for need in self.needs])
        self.wish_count = _counts(need.wishes for need in self.needs)
        self.liked = self.liked_known.masks([need.preferences for need in self.needs])
        self.circumstances = self.circumstances_known.masks([need.circumstances for need in self.needs])
        self.interests = self.interests_known.masks([need.interests for need in self.needs])
        self.groups = self.groups_known.masks([need.groups for need in self.needs])


class OfferTable:
    """The offers that may be proposed to anybody at all (active, placed, with a place left), by id."""

    def __init__(self, offers: Sequence[Offer], needs: NeedTable, weights: Weights) -> None:
        self.offers = tuple(sorted(filter(is_ready, offers), key=lambda offer: offer.id))
        loads = {(offer.used, offer.capacity): offer for offer in self.offers}
        slots = {load: slot_costs(offer, weights) for load, offer in loads.items()}
        turns = {_turn(offer): offer for offer in self.offers}
        fair = {turn: fair_points(offer, weights) for turn, offer in turns.items()}
        self.ids: Ints = np.array([offer.id for offer in self.offers], dtype=np.int64)
        self.slots = [slots[offer.used, offer.capacity] for offer in self.offers]
        self.slot: Points = np.array([costs[0] for costs in self.slots], dtype=np.int16)
        self.fair: Points = np.array([fair[_turn(offer)] for offer in self.offers], dtype=np.int16)
        self.able = [offer.categories & offer.vetted for offer in self.offers]
        self.radius = np.array([offer.radius_km for offer in self.offers], dtype=np.float64)
        self.car: Bools = np.array([offer.car for offer in self.offers], dtype=np.bool_)
        self.away: Bools = np.array([o.away_until is not None for o in self.offers], dtype=np.bool_)
        self.half_days = _counts(offer.half_days for offer in self.offers)
        self.windows = _free(self.offers, needs)
        self.languages = needs.languages_known.masks([offer.languages for offer in self.offers])
        self.wishes = needs.wishes_known.masks([offer.traits for offer in self.offers])
        self.liked = needs.liked_known.masks([offer.traits for offer in self.offers])
        self.avoids = needs.circumstances_known.masks([offer.avoids for offer in self.offers])
        self.interests = needs.interests_known.masks([offer.interests for offer in self.offers])
        self.groups = needs.groups_known.masks([offer.groups for offer in self.offers])


def is_ready(offer: Offer) -> bool:
    """Whether the helper may be proposed to anybody at all: active, with a home and a place left."""
    return offer.active and offer.place is not None and offer.used < offer.capacity


def _turn(offer: Offer) -> tuple[int, bool]:
    return offer.recent, offer.never_helped


def _counts(sets: Iterable[frozenset[Hashable]]) -> Points:
    return np.array([len(words) for words in sets], dtype=np.int16)


def _vocabulary(sets: Iterable[frozenset[str]]) -> Vocabulary:
    return Vocabulary(sorted(set(chain.from_iterable(sets))))


def _free(offers: Sequence[Offer], needs: NeedTable) -> Masks:
    """The half-days and the asked-for dates on which each helper can, as in ``facts.common_windows``."""
    known = needs.windows_known
    weekly: dict[frozenset[HalfDay], int] = {}
    dated: dict[frozenset[HalfDay], list[tuple[DatedHalf, int]]] = {}
    masks = []
    for offer in offers:
        halves = offer.half_days
        if halves not in weekly:
            weekly[halves] = known.mask(halves or _WEEK)
            dated[halves] = [
                ((day, half), known.mask([(day, half)]))
                for day, half in needs.dates
                if not halves or (day.weekday(), half) in halves
            ]
        mask = weekly[halves] if offer.away_until is None else 0
        for (day, _), bit in dated[halves]:
            if not is_away(offer, day):
                mask |= bit
        masks.append(mask)
    return known.columns(masks)
