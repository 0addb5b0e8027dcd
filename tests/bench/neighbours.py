"""Synthetic needs and helpers in any number, spread over places as German municipalities are. Seeded.

Municipalities are about 33 square kilometres each (357,000 over 10,800 in Germany), ten needs and ten helpers
in each; with the helpers' radius and what they offer about twenty of them pass the filters of a need. All
capacities are 1 where supply is tight, else one to three.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from intake.places import Place
from matching.facts import HalfDay, Need, Offer

CATEGORIES = ("shopping", "medicine", "driving", "other")
LANGUAGES = ("de", "en", "tr", "ru", "uk", "pl", "ar")
INTERESTS = ("walks", "garden", "games", "music", "crafts", "cooking", "reading", "sports")

_PER_PLACE = 10
_KM_PER_PLACE = math.sqrt(33)
_KM_PER_DEGREE = 111.2
_SOUTH, _WEST = 47.5, 6.0
_WEEK: tuple[HalfDay, ...] = tuple((day, half) for day in range(7) for half in ("morning", "afternoon"))


@dataclass(frozen=True)
class Neighbours:
    """Who needs and who helps."""

    needs: tuple[Need, ...]
    offers: tuple[Offer, ...]


def spread(size: int, tight: bool, seed: int) -> Neighbours:
    """``size`` needs and ``size`` helpers over ``size`` / 10 municipalities, about twenty candidates each."""
    dice = random.Random(f"{size}:{tight}:{seed}")
    places = _grid(max(1, size // _PER_PLACE), dice)
    needs = tuple(draw_need(number, places, dice) for number in range(1, size + 1))
    offers = tuple(
        draw_offer(number, places, 1 if tight else dice.choice((1, 2, 3)), dice)
        for number in range(1, size + 1)
    )
    return Neighbours(needs, offers)


def _grid(count: int, dice: random.Random) -> list[Place]:
    """Places on a square grid, each moved by up to a third of its width."""
    width = math.ceil(math.sqrt(count))
    places = []
    for index in range(count):
        row, column = divmod(index, width)
        north = (row + dice.uniform(-0.3, 0.3)) * _KM_PER_PLACE
        east = (column + dice.uniform(-0.3, 0.3)) * _KM_PER_PLACE
        latitude = _SOUTH + north / _KM_PER_DEGREE
        longitude = _WEST + east / (_KM_PER_DEGREE * math.cos(math.radians(latitude)))
        places.append(Place(f"{index:05}", f"Ort {index}", f"{index:08}", latitude, longitude, True))
    return places


def draw_need(number: int, places: Sequence[Place], dice: random.Random) -> Need:
    """One need: mostly shopping, mostly for some half-days, mostly in German."""
    category = dice.choices(CATEGORIES, (50, 20, 15, 15))[0]
    return Need(
        id=number,
        seeker=f"seeker{number}",
        category=category,
        place=dice.choice(places),
        car_needed=category == "driving",
        languages=frozenset({dice.choices(LANGUAGES, (88, 2, 2, 2, 2, 2, 2))[0]}),
        half_days=frozenset(dice.sample(_WEEK, dice.choice((0, 1, 2, 3)))),
        recurring=dice.random() < 0.3,
        wishes=frozenset({"woman"} if dice.random() < 0.1 else ()),
        interests=frozenset(dice.sample(INTERESTS, dice.choice((0, 0, 1, 2)))),
        urgency=dice.choices((0, 1, 2), (80, 15, 5))[0],
        waiting_hours=24 * dice.randrange(15),
    )


def draw_offer(number: int, places: Sequence[Place], capacity: int, dice: random.Random) -> Offer:
    """One helper: two of the categories, mostly vetted, some half-days, German and often more."""
    categories = frozenset(dice.sample(CATEGORIES, 2))
    return Offer(
        id=number,
        place=dice.choice(places),
        radius_km=dice.choice((5, 10, 10, 15)),
        categories=categories,
        vetted=categories if dice.random() < 0.9 else frozenset(),
        half_days=frozenset(dice.sample(_WEEK, dice.choice((2, 4, 6, 8)))),
        capacity=capacity,
        languages=frozenset({"de", dice.choice(LANGUAGES)}),
        car=dice.random() < 0.7,
        traits=frozenset({"woman"} if dice.random() < 0.6 else ()),
        interests=frozenset(dice.sample(INTERESTS, 2)),
        recent=dice.choice((0, 0, 0, 1, 2)),
        never_helped=dice.random() < 0.3,
    )
