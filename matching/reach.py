"""Who lives near enough: a spatial index over the places of the helpers. Pure.

Helpers are kept apart by how far they go, so that one who goes everywhere does not make every search wide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intake.places import EARTH_RADIUS_KM, Place

from .grid import Grid, angles_of
from .problem import Ints, spans


@dataclass(frozen=True)
class Near:
    """For each of some places the helpers' places around it: from ``starts[i]`` until ``starts[i + 1]``."""

    starts: Ints
    places: Ints
    km: NDArray[np.int16]
    same: NDArray[np.bool_]  # whether it is the same municipality


class Ring:
    """The helpers who go up to a certain distance: which of them can do what, by place."""

    def __init__(self, columns: Ints, homes: Ints, places: Sequence[Place], furthest: float) -> None:
        """``homes`` are positions in ``places`` of those helpers' homes."""
        own, local = np.unique(homes, return_inverse=True)
        self._columns, self._local = columns, local
        self._places = [places[home] for home in own.tolist()]
        self._grid = Grid(self._places, furthest)

    def by_place_and_category(self, able: Sequence[Ints]) -> tuple[Ints, Ints]:
        """Starts and columns, laid out by place and within it by category.

        ``able`` has for each category the columns of those who may be sent for it, rising.
        """
        keys, found = [], []
        for category, columns in enumerate(able):
            where = np.searchsorted(self._columns, columns)
            inside = where < len(self._columns)
            inside[inside] = self._columns[where[inside]] == columns[inside]
            keys.append(self._local[where[inside]] * len(able) + category)
            found.append(columns[inside])
        key, column = np.concatenate(keys), np.concatenate(found)
        order = np.argsort(key, kind="stable")
        counts = np.bincount(key, minlength=len(self._places) * len(able))
        return spans(counts), column[order]

    def near(self, places: Sequence[Place]) -> Near:
        """The helpers' places around each of these, and how far they are in whole kilometres."""
        here, there = self._grid.around(places)
        starts = spans(np.bincount(here, minlength=len(places)))
        return Near(starts, there, *whole_km(places, here, self._places, there))


class Spots:
    """Places that become more one by one, and how far each is from another place."""

    def __init__(self) -> None:
        self._spot: dict[Place, int] = {}
        self._codes: dict[str, int] = {}
        self._radians = np.zeros((0, 2))
        self._code = np.zeros(0, dtype=np.int64)

    def __len__(self) -> int:
        return len(self._spot)

    def spot(self, place: Place) -> int:
        """The number of a place, which is a new one where it has none."""
        if place not in self._spot:
            spot = self._spot[place] = len(self._spot)
            if spot == len(self._code):
                self._radians = np.concatenate([self._radians, np.zeros((spot + 64, 2))])
                self._code = np.concatenate([self._code, np.zeros(spot + 64, dtype=np.int64)])
            self._radians[spot] = np.radians((place.latitude, place.longitude))
            self._code[spot] = self._codes.setdefault(place.ags, len(self._codes))
        return self._spot[place]

    def km_from(self, spot: int) -> tuple[NDArray[np.int16], NDArray[np.bool_]]:
        """How far each spot is from this one in whole kilometres, and whether it is the same municipality."""
        count = len(self)
        same = self._code[:count] == self._code[spot]
        return _whole_km(self._radians[spot], self._radians[:count], same), same


def whole_km(
    ones: Sequence[Place], here: Ints, others: Sequence[Place], there: Ints
) -> tuple[NDArray[np.int16], NDArray[np.bool_]]:
    """How many whole kilometres pairs of places are apart, and whether the two are of one municipality."""
    a, b = angles_of(ones), angles_of(others)
    code = {ags: number for number, ags in enumerate({place.ags for place in (*ones, *others)})}
    mine = np.array([code[place.ags] for place in ones], dtype=np.int64)
    theirs = np.array([code[place.ags] for place in others], dtype=np.int64)
    same = mine[here] == theirs[there]
    return _whole_km(a[here], b[there], same), same


def _whole_km(a: NDArray[np.float64], b: NDArray[np.float64], same: NDArray[np.bool_]) -> NDArray[np.int16]:
    """``facts.about_km`` of many pairs of places, in radians, by the formula of ``Places.distance_km``."""
    half_lat = np.sin((b[..., 0] - a[..., 0]) / 2) ** 2
    half_lon = np.sin((b[..., 1] - a[..., 1]) / 2) ** 2
    part = half_lat + np.cos(a[..., 0]) * np.cos(b[..., 0]) * half_lon
    km = np.floor(2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(1.0, np.sqrt(part))) + 0.5)
    whole: NDArray[np.int16] = np.where(same, km, np.maximum(km, 1.0)).astype(np.int16)
    return whole
