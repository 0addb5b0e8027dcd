"""What the rules weigh: needs, offers and the profile's weights, with what follows from them alone. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from intake.places import Place, Places

#: A half-day of every week (weekday 0-6 from Monday, "morning" or "afternoon"), or of one date.
HalfDay = tuple[int, str]
DatedHalf = tuple[date, str]
#: An absence: its first and its last day.
Absence = tuple[date, date]


@dataclass(frozen=True)
class Need:
    """An open request as the rules see it. ``seeker`` is a key of the person, never a name or number.

    Nothing in ``half_days`` and ``dates`` means any time; nothing in ``languages`` any language.
    ``wishes`` are traits a helper must have ("woman"), ``preferences`` those she had better have;
    ``circumstances`` are what she finds there ("dog"). ``excluded`` are helpers whom the seeker does not
    want again, ``tried`` those with whom this request did not work out. ``groups`` are names of groups that
    have helped the seeker well.
    ``urgency`` is 0 usual, 1 soon, 2 today. A ``recurring`` need is for every week and has no dates.
    """

    id: int
    seeker: str
    category: str
    place: Place | None
    car_needed: bool = False
    languages: frozenset[str] = frozenset()
    half_days: frozenset[HalfDay] = frozenset()
    dates: frozenset[DatedHalf] = frozenset()
    recurring: bool = False
    wishes: frozenset[str] = frozenset()
    preferences: frozenset[str] = frozenset()
    circumstances: frozenset[str] = frozenset()
    excluded: frozenset[int] = frozenset()
    tried: frozenset[int] = frozenset()
    interests: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    urgency: int = 0
    waiting_hours: int = 0


@dataclass(frozen=True)
class Offer:
    """A helper as the rules see her. ``helped_well`` and ``refused`` are keys of seekers; ``groups`` names.

    Nothing in ``half_days`` means that she has not said when. ``away`` are her absences, first and last day;
    ``away_until`` is the last day of one that takes the whole coming week. ``avoids`` are circumstances.
    ``capacity`` and ``used`` are tasks a week and tasks of this week; ``recent`` missions of the last weeks.
    """

    id: int
    place: Place | None
    radius_km: float
    categories: frozenset[str] = frozenset()
    vetted: frozenset[str] = frozenset()
    half_days: frozenset[HalfDay] = frozenset()
    away: frozenset[Absence] = frozenset()
    away_until: date | None = None
    capacity: int = 1
    used: int = 0
    languages: frozenset[str] = frozenset()
    car: bool = False
    traits: frozenset[str] = frozenset()
    avoids: frozenset[str] = frozenset()
    interests: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    recent: int = 0
    never_helped: bool = False
    helped_well: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    active: bool = True


@dataclass(frozen=True)
class Weights:
    """What each part of the score weighs, and what the plan as a whole weighs beside it. All in points.

    A score part's weight is its maximum; the six add up to 100 (``ValueError``). ``far_km`` is where
    distance earns nothing any more. Leaving a request without a helper costs ``unserved`` and more with
    each step of urgency and each day of waiting (up to ``waiting_days``). Each further task of one helper
    in one week costs ``load_step`` more, up to ``load_most``, so that tasks spread.
    """

    distance: int = 40
    time_fit: int = 20
    continuity: int = 15
    fair_load: int = 10
    interests: int = 10
    same_place: int = 5
    far_km: int = 25
    unserved: int = 200
    urgency_step: int = 100
    waiting_step: int = 10
    waiting_days: int = 20
    load_step: int = 3
    load_most: int = 45

    def __post_init__(self) -> None:
        parts = (
            self.distance,
            self.time_fit,
            self.continuity,
            self.fair_load,
            self.interests,
            self.same_place,
        )
        if sum(parts) != 100 or min(parts) < 0:
            raise ValueError(f"the points of the score add up to {sum(parts)}; they must add up to 100")


def about_km(one: Place, other: Place) -> int:
    """Whole kilometres between two places; at least 1 between municipalities: places are no more exact."""
    km = math.floor(Places.distance_km(one, other) + 0.5)
    return km if one.ags == other.ags else max(1, km)


def asked_dates(need: Need) -> frozenset[DatedHalf]:
    """The dates that are asked for: a recurring need has none."""
    return frozenset() if need.recurring else need.dates


def is_away(offer: Offer, day: date) -> bool:
    """Whether the helper is absent on that day."""
    return any(first <= day <= last for first, last in offer.away)


def free_dates(need: Need, offer: Offer) -> frozenset[DatedHalf]:
    """The asked-for dates on which the helper can: it is a half-day of hers, and she is not away."""
    return frozenset(
        (day, half)
        for day, half in asked_dates(need)
        if not is_away(offer, day) and (not offer.half_days or (day.weekday(), half) in offer.half_days)
    )


def common_windows(need: Need, offer: Offer) -> tuple[str, ...]:
    """Codes of the wanted half-days and dates on which the helper can; of her half-days if any time will do.

    A helper who has not said when can at any time: leaving her out would hide her for a blank field. One who
    is away for the whole coming week has no half-days, only dates.
    """
    dated = codes_of(free_dates(need, offer))
    if offer.away_until is not None:
        return dated
    wanted = need.half_days
    if not wanted and not asked_dates(need):
        return codes_of(offer.half_days)
    weekly = wanted & offer.half_days if offer.half_days else wanted
    return (*codes_of(weekly), *dated)


def codes_of(halves: Iterable[tuple[int | date, str]]) -> tuple[str, ...]:
    """Codes such as 0-morning or 2026-12-01-afternoon, in the order of the week and the day."""
    ordered = sorted((str(day), half != "morning", half) for day, half in halves)
    return tuple(f"{day}-{half}" for day, _, half in ordered)
