"""What each reason claims, recomputed from the pair alone and in another way than the rules do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from math import acos, cos, radians, sin
from typing import Any

from intake.places import Place
from matching.facts import Need, Offer
from matching.reasons import Reason

Claim = Callable[[Need, Offer, dict[str, Any]], bool]


def km(one: Place | None, other: Place | None) -> float:
    """By the spherical law of cosines."""
    assert one is not None
    assert other is not None
    a, b = radians(one.latitude), radians(other.latitude)
    angle = cos(a) * cos(b) * cos(radians(one.longitude - other.longitude)) + sin(a) * sin(b)
    return 6371.0 * acos(min(1.0, angle))


def same(need: Need, offer: Offer) -> bool:
    return need.place is not None and offer.place is not None and need.place.ags == offer.place.ags


def can(need: Need, offer: Offer) -> set[str]:
    """The wanted half-days on which she can, or all of hers if any will do."""
    dates = [] if need.recurring else list(need.dates)
    weekly = [half for half in need.half_days if not offer.half_days or half in offer.half_days]
    if not need.half_days and not dates:
        weekly = list(offer.half_days)
    if offer.away_until:
        weekly = []
    gone = {first + timedelta(days=n) for first, last in offer.away for n in range((last - first).days + 1)}
    free = [(day, half) for day, half in dates if day not in gone]
    dated = [(d, h) for d, h in free if not offer.half_days or (d.weekday(), h) in offer.half_days]
    return {f"{day}-{half}" for day, half in weekly} | {f"{day}-{half}" for day, half in dated}


def wanted(need: Need) -> set[str]:
    dates = [] if need.recurring else list(need.dates)
    return {f"{day}-{half}" for day, half in [*need.half_days, *dates]}


def far(need: Need, offer: Offer, p: dict[str, Any]) -> bool:
    return abs(km(need.place, offer.place) - p["km"]) <= 0.51 and p["km"] > offer.radius_km


def away(need: Need, offer: Offer, p: dict[str, Any]) -> bool:
    return not same(need, offer) and abs(km(need.place, offer.place) - p["km"]) <= 0.51


def shares(need: Need, offer: Offer, p: dict[str, Any]) -> bool:
    return set(p["interests"]) == {word for word in need.interests if word in offer.interests} != set()


def likes(need: Need, offer: Offer, p: dict[str, Any]) -> bool:
    return set(p["wishes"]) == {word for word in need.preferences if word in offer.traits} != set()


CLAIMS: dict[str, Claim] = {
    "not_active": lambda n, o, p: not o.active,
    "category_not_offered": lambda n, o, p: n.category == p["category"] and n.category not in o.categories,
    "not_vetted": lambda n, o, p: n.category == p["category"] and n.category not in o.vetted,
    "away": lambda n, o, p: o.away_until is not None and p["until"] == str(o.away_until) and not can(n, o),
    "no_time": lambda n, o, p: set(p["wanted"]) == wanted(n) and bool(wanted(n)) and not can(n, o),
    "no_capacity": lambda n, o, p: (
        (p["used"], p["capacity"]) == (o.used, o.capacity) and o.used >= o.capacity
    ),
    "no_common_language": lambda n, o, p: (
        n.languages.isdisjoint(o.languages) and set(p["languages"]) == n.languages
    ),
    "no_car": lambda n, o, p: n.car_needed and not o.car,
    "wish_unmet": lambda n, o, p: p["wish"] in n.wishes and p["wish"] not in o.traits,
    "avoids": lambda n, o, p: p["circumstance"] in n.circumstances and p["circumstance"] in o.avoids,
    "tried": lambda n, o, p: o.id in n.tried,
    "excluded_by_seeker": lambda n, o, p: o.id in n.excluded,
    "refused_by_helper": lambda n, o, p: n.seeker in o.refused,
    "too_far": far,
    "need_without_place": lambda n, o, p: n.place is None,
    "helper_without_place": lambda n, o, p: o.place is None,
    "distance_same": lambda n, o, p: same(n, o),
    "distance_about": away,
    "time_common": lambda n, o, p: bool(wanted(n)) and set(p["common"]) == can(n, o),
    "time_free": lambda n, o, p: not wanted(n) and p["n"] == len(o.half_days) > 0,
    "time_unsaid": lambda n, o, p: not o.half_days and not n.recurring,
    "time_unsaid_weekly": lambda n, o, p: not o.half_days and n.recurring,
    "continuity_known": lambda n, o, p: n.seeker in o.helped_well,
    "continuity_new": lambda n, o, p: n.seeker not in o.helped_well,
    "fair_first": lambda n, o, p: o.never_helped,
    "fair_rested": lambda n, o, p: o.recent == 0 and not o.never_helped,
    "fair_recent": lambda n, o, p: p["n"] == o.recent > 0,
    "interests_common": lambda n, o, p: shares(n, o, p) and n.preferences.isdisjoint(o.traits),
    "wishes_met": lambda n, o, p: likes(n, o, p) and n.interests.isdisjoint(o.interests),
    "interests_and_wishes": lambda n, o, p: shares(n, o, p) and likes(n, o, p),
    "interests_none": lambda n, o, p: (
        n.interests.isdisjoint(o.interests) and n.preferences.isdisjoint(o.traits)
    ),
    "place_same": lambda n, o, p: same(n, o),
    "place_group": lambda n, o, p: set(p["groups"]) == n.groups & o.groups != set(),
    "place_other": lambda n, o, p: not same(n, o) and n.groups.isdisjoint(o.groups),
}


def is_true(reason: Reason, need: Need, offer: Offer) -> bool:
    """Whether what the reason says holds for the pair."""
    return CLAIMS[reason.code](need, offer, dict(reason.params))
