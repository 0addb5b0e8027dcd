"""The rules of matching: who may be proposed for a request, and how well she fits. Pure.

Every hard filter and every part of the score stands in the district's design ("Matching": hard filters
each with its own reason, score 0-100 in six parts); where a function settles what the design leaves
open, its docstring says what and why. Points are whole: municipality-precise places carry no more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from .facts import Need, Offer, Weights, about_km, asked_dates, codes_of, common_windows, free_dates
from .reasons import Param, Reason

#: So many half-days to choose from make an appointment easy; more add nothing.
EASY_CHOICE = 3
#: So many missions in the last weeks use up the fair-load points.
BUSY_MISSIONS = 4
#: Of ten fair-load points a helper without a recent mission has eight; ten are for who never had a task.
RESTED_TENTHS = 8
#: So many different parts of scores are kept for the next pair of which they are true.
_PARTS_KEPT = 1 << 15
#: So many interests in common or preferences met earn all the points for interests.
MANY_INTERESTS = 2


@dataclass(frozen=True)
class ScorePart:
    """One part of a score: its points of ``maximum``, and why."""

    name: str
    points: int
    maximum: int
    reason: Reason

    @cached_property
    def as_json(self) -> Mapping[str, Any]:
        """The part as plain data, as a proposal keeps it."""
        reason = self.reason.to_json()
        return {"name": self.name, "points": self.points, "maximum": self.maximum, "reason": reason}


@dataclass(frozen=True)
class Score:
    """How well a helper fits a request: 0-100, the sum of its parts."""

    total: int
    parts: tuple[ScorePart, ...]


def filters(need: Need, offer: Offer) -> tuple[Reason, ...]:
    """Every reason why the helper may not be proposed for the request; empty if she may."""
    found: list[Reason] = []
    for rule in FILTERS:
        found.extend(rule(need, offer))
    return tuple(found)


def score(need: Need, offer: Offer, weights: Weights) -> Score:
    """The score of a pair that passes the filters. ``ValueError`` if a place is missing."""
    parts = tuple(part(need, offer, weights) for part in PARTS)
    return Score(sum(part.points for part in parts), parts)


def penalty(need: Need, weights: Weights) -> int:
    """Points that leaving the request without a helper costs: more for the urgent and the long waiting.

    Above any pair's cost, so that nobody goes without while a free helper fits. Waiting counts in whole
    days, so that a plan does not change by the hour.
    """
    days = min(need.waiting_hours // 24, weights.waiting_days)
    return weights.unserved + need.urgency * weights.urgency_step + days * weights.waiting_step


def slot_costs(offer: Offer, weights: Weights) -> tuple[int, ...]:
    """Points that each further task of the helper costs this week, beside the pair's own: never falling."""
    return tuple(
        min(task * weights.load_step, weights.load_most) for task in range(offer.used, offer.capacity)
    )


def share(weight: int, part: int, whole: int) -> int:
    """``weight`` × ``part`` / ``whole`` in whole points, halves up; within 0 and ``weight``."""
    part = min(max(part, 0), whole)
    return (2 * weight * part + whole) // (2 * whole)


def distance_points(km: int, weights: Weights) -> int:
    """Points for the distance: from all at the door evenly down to none at ``far_km``."""
    return share(weights.distance, weights.far_km - km, weights.far_km)


def fair_points(offer: Offer, weights: Weights) -> int:
    """Points for fair load: all for who never had a task, most for the rested, less for the busy."""
    if offer.never_helped:
        return weights.fair_load
    return share(weights.fair_load, RESTED_TENTHS * (BUSY_MISSIONS - offer.recent), 10 * BUSY_MISSIONS)


# -- hard filters ------------------------------------------------------------------------------------------


def _active(_: Need, offer: Offer) -> list[Reason]:
    return [] if offer.active else [Reason("not_active")]


def _category(need: Need, offer: Offer) -> list[Reason]:
    return _unless(need.category in offer.categories, "category_not_offered", category=need.category)


def _vetted(need: Need, offer: Offer) -> list[Reason]:
    return _unless(need.category in offer.vetted, "not_vetted", category=need.category)


def _away(need: Need, offer: Offer) -> list[Reason]:
    """Somebody who is away for the whole coming week is proposed only for dates on which she is back."""
    if offer.away_until is None or free_dates(need, offer):
        return []
    return [Reason("away", {"until": offer.away_until.isoformat()})]


def _time(need: Need, offer: Offer) -> list[Reason]:
    if offer.away_until is not None:
        return []  # the filter before says it all
    wanted = (*codes_of(need.half_days), *codes_of(asked_dates(need)))
    return _unless(not wanted or bool(common_windows(need, offer)), "no_time", wanted=wanted)


def _capacity(_: Need, offer: Offer) -> list[Reason]:
    return _unless(offer.used < offer.capacity, "no_capacity", used=offer.used, capacity=offer.capacity)


def _language(need: Need, offer: Offer) -> list[Reason]:
    spoken = not need.languages or bool(need.languages & offer.languages)
    return _unless(spoken, "no_common_language", languages=tuple(sorted(need.languages)))


def _car(need: Need, offer: Offer) -> list[Reason]:
    return _unless(offer.car or not need.car_needed, "no_car")


def _wishes(need: Need, offer: Offer) -> list[Reason]:
    return [Reason("wish_unmet", {"wish": wish}) for wish in sorted(need.wishes - offer.traits)]


def _circumstances(need: Need, offer: Offer) -> list[Reason]:
    return [Reason("avoids", {"circumstance": found}) for found in sorted(need.circumstances & offer.avoids)]


def _exclusions(need: Need, offer: Offer) -> list[Reason]:
    """Never again where either side said so; and not for this request once more where it did not work out."""
    by_seeker = _unless(offer.id not in need.excluded, "excluded_by_seeker")
    by_helper = _unless(need.seeker not in offer.refused, "refused_by_helper")
    return by_seeker + by_helper + _unless(offer.id not in need.tried, "tried")


def _reach(need: Need, offer: Offer) -> list[Reason]:
    """Her own radius, in the whole kilometres that are shown; without both places nothing can be said."""
    if need.place is None or offer.place is None:
        missing = _unless(need.place is not None, "need_without_place")
        return missing + _unless(offer.place is not None, "helper_without_place")
    km = about_km(need.place, offer.place)
    return _unless(km <= offer.radius_km, "too_far", km=km, radius=round(offer.radius_km))


def _unless(holds: bool, code: str, **params: int | str | tuple[str, ...]) -> list[Reason]:
    return [] if holds else [Reason(code, params)]


#: The hard filters, in the order in which a coordinator reads them.
FILTERS: tuple[Callable[[Need, Offer], list[Reason]], ...] = (
    _active,
    _category,
    _vetted,
    _away,
    _time,
    _capacity,
    _language,
    _car,
    _wishes,
    _circumstances,
    _exclusions,
    _reach,
)


# -- parts of the score ------------------------------------------------------------------------------------


def _distance(need: Need, offer: Offer, weights: Weights) -> ScorePart:
    """The nearer, the better: "ortsnah" in the district's own words."""
    if need.place is None or offer.place is None:
        raise ValueError("without both places there is no score")
    km = about_km(need.place, offer.place)
    points, maximum = distance_points(km, weights), weights.distance
    if need.place.ags == offer.place.ags:
        return _part("distance", points, maximum, "distance_same")
    return _part("distance", points, maximum, "distance_about", km=km)


def _time_fit(need: Need, offer: Offer, weights: Weights) -> ScorePart:
    """By the half-days to choose from, up to ``EASY_CHOICE`` or as many as are wanted.

    A helper who has not said when gets half, and nothing where somebody is needed every week.
    """
    maximum = weights.time_fit
    if not offer.half_days:
        code, half = ("time_unsaid_weekly", 0) if need.recurring else ("time_unsaid", 1)
        return _part("time_fit", share(maximum, half, 2), maximum, code)
    common = common_windows(need, offer)
    wanted = len(need.half_days) + len(asked_dates(need))
    points = share(maximum, len(common), min(wanted, EASY_CHOICE) or EASY_CHOICE)
    if wanted:
        return _part("time_fit", points, maximum, "time_common", common=common)
    return _part("time_fit", points, maximum, "time_free", n=len(common))


def _continuity(need: Need, offer: Offer, weights: Weights) -> ScorePart:
    """The same helper again where it went well."""
    known = need.seeker in offer.helped_well
    points, code = (weights.continuity, "continuity_known") if known else (0, "continuity_new")
    return _part("continuity", points, weights.continuity, code)


def _fair_load(_: Need, offer: Offer, weights: Weights) -> ScorePart:
    """Who helped recently steps back, who never got a task steps forward. For this week: ``slot_costs``."""
    points, maximum = fair_points(offer, weights), weights.fair_load
    if offer.recent and not offer.never_helped:
        return _part("fair_load", points, maximum, "fair_recent", n=offer.recent)
    return _part("fair_load", points, maximum, "fair_first" if offer.never_helped else "fair_rested")


def _interests(need: Need, offer: Offer, weights: Weights) -> ScorePart:
    """What the two share, and what the seeker would like without insisting on it."""
    common = tuple(sorted(need.interests & offer.interests))
    liked = tuple(sorted(need.preferences & offer.traits))
    points, maximum = share(weights.interests, len(common) + len(liked), MANY_INTERESTS), weights.interests
    if common and liked:
        return _part("interests", points, maximum, "interests_and_wishes", interests=common, wishes=liked)
    if liked:
        return _part("interests", points, maximum, "wishes_met", wishes=liked)
    if common:
        return _part("interests", points, maximum, "interests_common", interests=common)
    return _part("interests", points, maximum, "interests_none")


def _same_place(need: Need, offer: Offer, weights: Weights) -> ScorePart:
    """A group that has helped the seeker well, or the same municipality; the group where both hold.

    For a frightened caller "from the same club as Herr Maier" is near, too.
    """
    groups = tuple(sorted(need.groups & offer.groups))
    near = need.place is not None and offer.place is not None and need.place.ags == offer.place.ags
    maximum = weights.same_place
    if groups:
        return _part("same_place", maximum, maximum, "place_group", groups=groups)
    if near:
        return _part("same_place", maximum, maximum, "place_same")
    return _part("same_place", 0, maximum, "place_other")


@lru_cache(maxsize=_PARTS_KEPT)
def _part(name: str, points: int, maximum: int, code: str, **params: Param) -> ScorePart:
    """A part of a score. The same few occur over and over, and are made and turned into plain data once."""
    return ScorePart(name, points, maximum, Reason(code, params))


#: The parts of the score, the heaviest first.
PARTS: tuple[Callable[[Need, Offer, Weights], ScorePart], ...] = (
    _distance,
    _time_fit,
    _continuity,
    _fair_load,
    _interests,
    _same_place,
)
