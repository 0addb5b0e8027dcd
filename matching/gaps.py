"""Supply and demand: where, for what and when help is wanted, beside who could give it. Pure.

Wanted are the open requests for which nobody is being asked. Free is what a helper has left of this week, if
she is active, offers the category, was vetted for it, and the place lies in her reach. A request without half
days suits any; a helper who named none is counted in each, since she has to be asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

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
    found = [_gap(place, category, None, needs, offers) for place, category in _where(needs)]
    return sorted(found, key=lambda gap: (-gap.missing, -gap.wanted, _name(gap.place), gap.category))


def by_half_day(needs: Sequence[Need], offers: Sequence[Offer]) -> list[Gap]:
    """For each half day of the week and each category that is wanted, in the whole district."""
    categories = sorted({need.category for need in needs})
    return [
        _gap(None, category, half, needs, offers, everywhere=True) for category in categories for half in WEEK
    ]


def cells(needs: Sequence[Need], offers: Sequence[Offer]) -> list[Gap]:
    """For each place, category and half day in which somebody waits."""
    found = (_gap(place, category, half, needs, offers) for place, category in _where(needs) for half in WEEK)
    return [gap for gap in found if gap.wanted]


def _where(needs: Iterable[Need]) -> list[tuple[Place | None, str]]:
    seen = {(_key(need.place), need.category): (need.place, need.category) for need in needs}
    return [seen[key] for key in sorted(seen)]


def _gap(
    place: Place | None,
    category: str,
    half: HalfDay | None,
    needs: Iterable[Need],
    offers: Iterable[Offer],
    everywhere: bool = False,
) -> Gap:
    wanted = sum(
        need.category == category
        and (everywhere or _key(need.place) == _key(place))
        and _suits(half, need.half_days)
        for need in needs
    )
    free = sum(
        max(0, offer.capacity - offer.used)
        for offer in offers
        if offer.active
        and category in offer.categories & offer.vetted
        and (everywhere or _reaches(offer, place))
        and _suits(half, offer.half_days)
    )
    return Gap(place, category, half, wanted, free)


def _suits(half: HalfDay | None, named: frozenset[HalfDay]) -> bool:
    return half is None or not named or half in named


def _reaches(offer: Offer, place: Place | None) -> bool:
    if place is None or offer.place is None:
        return False
    return about_km(offer.place, place) <= offer.radius_km


def _key(place: Place | None) -> str:
    return place.ags if place else ""


def _name(place: Place | None) -> str:
    return place.municipality if place else ""
