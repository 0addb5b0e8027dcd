"""Supply and demand: where, for what and when help is wanted, beside who could give it. Pure.

Wanted are the open requests for which nobody is being asked. Free is what a helper has left of this week, if
she is active and not away, offers the category, was vetted for it, and the place lies in her reach. A request
without half days suits any; a helper who named none is counted in each, since she has to be asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from intake.places import Place
from matching.facts import HalfDay, Need, Offer, about_km

#: A week's half days, in its order.
WEEK: tuple[HalfDay, ...] = tuple((day, half) for day in range(7) for half in ("morning", "afternoon"))


@dataclass(frozen=True)
class Gap:
    """How many requests want help, and for how many tasks helpers are free. Without a half day: ever."""

    place: Place | None
    category: str
    half_day: HalfDay | None
    wanted: int
    free: int

    @property
    def missing(self) -> int:
        """How many requests more than free tasks there are."""
        return max(0, self.wanted - self.free)


def by_place(needs: Sequence[Need], offers: Sequence[Offer]) -> list[Gap]:
    """For each place and category in which somebody waits; the largest gap first."""
    found = _gaps(needs, offers, (None,))
    return sorted(found, key=lambda gap: (-gap.missing, -gap.wanted, _name(gap.place), gap.category))


def by_half_day(needs: Sequence[Need], offers: Sequence[Offer]) -> list[Gap]:
    """For each half day of the week and each category that is wanted, in the whole district."""
    categories = sorted({need.category for need in needs})
    wanted = Counter((need.category, half) for need in needs for half in _suited(WEEK, need.half_days))
    free: Counter[tuple[str, HalfDay | None]] = Counter()
    for offer in offers:
        for category, half in product(_given(offer), _suited(WEEK, offer.half_days)):
            free[category, half] += offer.capacity - offer.used
    cells = product(categories, WEEK)
    return [
        Gap(None, category, half, wanted[category, half], free[category, half]) for category, half in cells
    ]


def cells(needs: Sequence[Need], offers: Sequence[Offer]) -> list[Gap]:
    """For each place, category and half day in which somebody waits."""
    return [gap for gap in _gaps(needs, offers, WEEK) if gap.wanted]


def _gaps(needs: Sequence[Need], offers: Sequence[Offer], halves: Sequence[HalfDay | None]) -> list[Gap]:
    """For each place and category in which somebody waits, and each half day: one walk over either side."""
    where = {(_key(need.place), need.category): need.place for need in needs}
    wanted = Counter(
        (_key(need.place), need.category, half) for need in needs for half in _suited(halves, need.half_days)
    )
    free: Counter[tuple[str, str, HalfDay | None]] = Counter()
    places = {key: place for (key, _), place in where.items()}
    for offer in offers:
        reached = [key for key, place in places.items() if _given(offer) and _reaches(offer, place)]
        for key, category, half in product(reached, _given(offer), _suited(halves, offer.half_days)):
            free[key, category, half] += offer.capacity - offer.used
    return [
        Gap(where[key, category], category, half, wanted[key, category, half], free[key, category, half])
        for key, category in sorted(where)
        for half in halves
    ]


def _given(offer: Offer) -> frozenset[str]:
    """The categories in which the helper is free for a task this week."""
    has_time = offer.active and offer.away_until is None and offer.used < offer.capacity
    return offer.categories & offer.vetted if has_time else frozenset()


def _suited(halves: Sequence[HalfDay | None], named: frozenset[HalfDay]) -> list[HalfDay | None]:
    """Those of the half days that suit whoever named some, or none."""
    return [half for half in halves if half is None or not named or half in named]


def _reaches(offer: Offer, place: Place | None) -> bool:
    if place is None or offer.place is None:
        return False
    return about_km(offer.place, place) <= offer.radius_km


def _key(place: Place | None) -> str:
    return place.ags if place else ""


def _name(place: Place | None) -> str:
    return place.municipality if place else ""
