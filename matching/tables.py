"""Needs and offers as columns of numbers, so that whole blocks of pairs can be judged at once. Pure.

Sets become bit masks over the words that occur among needs and offers.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from itertools import chain, islice
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from .facts import DatedHalf, HalfDay, Need, Offer, Weights, asked_dates
from .problem import Ints
from .rules import fair_points, slot_costs

Points = NDArray[np.int16]
Bools = NDArray[np.bool_]
Counts = NDArray[np.uint8]
Column = NDArray[Any]
#: One column of 64-bit words for each 64 words of a vocabulary.
Masks = tuple[NDArray[np.uint64], ...]

_WORD = 64
_WEEK: tuple[HalfDay, ...] = tuple((day, half) for day in range(7) for half in ("morning", "afternoon"))
_ANY_TIME = frozenset(_WEEK)


class Vocabulary:
    """The words of one kind, each with its bit."""

    def __init__(self, words: Iterable[Hashable] = ()) -> None:
        self._bit: dict[Hashable, int] = {}
        self._known: dict[frozenset[Hashable], int] = {}
        self.add(words)

    def add(self, words: Iterable[Hashable]) -> None:
        """Give new words a bit. Their sets must not have been asked for yet."""
        for word in words:
            self._bit.setdefault(word, 1 << len(self._bit))

    def mask(self, words: Iterable[Hashable]) -> int:
        """The bits of these words; words without a bit are left out."""
        mask = 0
        for word in words:
            mask |= self._bit.get(word, 0)
        return mask

    def masks(self, sets: Sequence[frozenset[Hashable]]) -> Masks:
        """The bits of each set, in columns."""
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
    """How many words each pair of a need's row and an offer's column has in common.

    Words that came when the one side had all its columns are words that nobody has there.
    """
    counts = np.zeros(len(rows), dtype=np.uint8)
    for need_words, offer_words in zip(needs, offers, strict=False):
        counts += np.bitwise_count(need_words[rows] & offer_words[columns])
    return counts


def any_words(masks: Masks) -> bool:
    """Whether any of the sets has a word at all."""
    return any(bool(column.any()) for column in masks)


class Known:
    """The words of each kind that occur among needs and offers, and the asked-for dates."""

    def __init__(self, needs: Sequence[Need], offers: Sequence[Offer]) -> None:
        self.windows = Vocabulary(_WEEK)
        self.languages, self.traits, self.circumstances = Vocabulary(), Vocabulary(), Vocabulary()
        self.interests, self.groups = Vocabulary(), Vocabulary()
        self.dates: dict[DatedHalf, None] = {}
        self.learn(needs, offers)

    def learn(self, needs: Sequence[Need], offers: Sequence[Offer]) -> None:
        """Take in the words of these needs and offers."""
        fresh = [date for need in needs for date in sorted(asked_dates(need)) if date not in self.dates]
        self.dates |= dict.fromkeys(fresh)
        self.windows.add(fresh)
        _add(self.languages, (one.languages for one in needs), (one.languages for one in offers))
        _add(self.traits, (need.wishes for need in needs), (need.preferences for need in needs))
        _add(self.traits, (offer.traits for offer in offers))
        _add(self.circumstances, (need.circumstances for need in needs), (offer.avoids for offer in offers))
        _add(self.interests, (one.interests for one in needs), (one.interests for one in offers))
        _add(self.groups, (one.groups for one in needs), (one.groups for one in offers))


class _Table:
    """Columns of numbers with one row for each of ``size``, and spare rows behind them once it has grown."""

    size: int

    def append(self, one: Self) -> int:
        """Put the only row of a table of one behind this one's; where it is."""
        row = self.size
        for name, column in vars(one).items():
            own = getattr(self, name)
            if isinstance(column, np.ndarray):
                setattr(self, name, _grown(own, row, column))
            elif name in MASKS:
                setattr(self, name, _grown_masks(own, row, column))
        self.size += 1
        return row


def _add(words: Vocabulary, *sets: Iterable[frozenset[str]]) -> None:
    words.add(chain.from_iterable(set(chain(*sets))))  # the same few sets occur over and over


class NeedTable(_Table):
    """The needs in the order of their ids; each column has one row for each.

    ``needs`` are those it began with.
    """

    def __init__(self, needs: Sequence[Need], known: Known) -> None:
        self.needs = tuple(sorted(needs, key=lambda need: need.id))
        self.size = len(self.needs)
        wanted = [need.half_days | asked_dates(need) for need in self.needs]
        self.ids: Ints = np.array([need.id for need in self.needs], dtype=np.int64)
        self.car: Bools = np.array([need.car_needed for need in self.needs], dtype=np.bool_)
        self.recurring: Bools = np.array([need.recurring for need in self.needs], dtype=np.bool_)
        self.windows = known.windows.masks(wanted)
        self.window_count = _counts(wanted)
        self.languages = known.languages.masks([need.languages for need in self.needs])
        self.language_count = _counts(need.languages for need in self.needs)
        self.wishes = known.traits.masks([need.wishes for need in self.needs])
        self.wish_count = _counts(need.wishes for need in self.needs)
        self.liked = known.traits.masks([need.preferences for need in self.needs])
        self.circumstances = known.circumstances.masks([need.circumstances for need in self.needs])
        self.interests = known.interests.masks([need.interests for need in self.needs])
        self.groups = known.groups.masks([need.groups for need in self.needs])


class OfferTable(_Table):
    """The offers that may be proposed to anybody at all (active, placed, with a place left), by id.

    ``offers``, ``slots`` and ``able`` are of those it began with.
    """

    def __init__(self, offers: Sequence[Offer], known: Known, weights: Weights) -> None:
        self.offers = tuple(sorted(filter(is_ready, offers), key=lambda offer: offer.id))
        self.size = len(self.offers)
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
        self.languages = known.languages.masks([offer.languages for offer in self.offers])
        self.traits = known.traits.masks([offer.traits for offer in self.offers])
        self.avoids = known.circumstances.masks([offer.avoids for offer in self.offers])
        self.interests = known.interests.masks([offer.interests for offer in self.offers])
        self.groups = known.groups.masks([offer.groups for offer in self.offers])
        self._absences = [
            (row, first, last) for row, offer in enumerate(self.offers) for first, last in offer.away
        ]
        # when nobody is away: the half-days of her week, each with its bit
        (self.week, *_) = known.windows.masks([offer.half_days or _ANY_TIME for offer in self.offers])
        self.windows: Masks = (np.where(self.away, np.uint64(0), self.week),)
        self._dates_known = 0
        self.know_dates(known)

    def append(self, one: Self) -> int:
        """Put the only row of a table of one behind this one's; where it is."""
        self._absences += [(self.size, first, last) for _, first, last in one._absences]
        return super().append(one)

    def know_dates(self, known: Known) -> None:
        """From now on the windows have the dates that have become known, as in ``facts.common_windows``."""
        if self._dates_known == len(known.dates):
            return
        for day, half in islice(known.dates, self._dates_known, None):
            free = self.week & np.uint64(known.windows.mask([(day.weekday(), half)])) != 0
            free[[row for row, first, last in self._absences if first <= day <= last]] = False
            word, bit = divmod(known.windows.mask([(day, half)]).bit_length() - 1, _WORD)
            self.windows = _widened(self.windows, word + 1)
            self.windows[word][free] |= np.uint64(1 << bit)
        self._dates_known = len(known.dates)


#: Which columns are bit masks.
MASKS = frozenset(
    (
        "windows",
        "languages",
        "wishes",
        "liked",
        "circumstances",
        "interests",
        "groups",
        "traits",
        "avoids",
    )
)


def _grown(column: Column, size: int, one: Column) -> Column:
    """The column with a new row behind its ``size`` ones; it is copied only where no spare row is left."""
    if size == len(column):
        column = np.concatenate([column, np.zeros(max(64, size // 8), dtype=column.dtype)])
    column[size] = one[0]
    return column


def _grown_masks(masks: Masks, size: int, one: Masks) -> Masks:
    width = max(len(masks), len(one))
    both = zip(_widened(masks, width), _widened(one, width), strict=True)
    return tuple(_grown(column, size, more) for column, more in both)


def _widened(masks: Masks, width: int) -> Masks:
    """The masks in at least so many columns."""
    missing = max(0, width - len(masks))
    return (*masks, *(np.zeros(len(masks[0]), dtype=np.uint64) for _ in range(missing)))


def is_ready(offer: Offer) -> bool:
    """Whether the helper may be proposed to anybody at all: active, with a home and a place left."""
    return offer.active and offer.place is not None and offer.used < offer.capacity


def _turn(offer: Offer) -> tuple[int, bool]:
    return offer.recent, offer.never_helped


def _counts(sets: Iterable[frozenset[Hashable]]) -> Points:
    return np.array([len(words) for words in sets], dtype=np.int16)
