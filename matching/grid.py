"""Which of some places lie within a distance of others: a grid of cells around the globe. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from intake.places import Place

from .problem import Ints, spans

#: A little less than the earth's radius, so that the grid finds rather too many places than too few.
_EARTH_KM = 6300.0

#: So many pairs of places are measured together: some 50 MB.
_BLOCK = 1_000_000

#: Rows of the grid are so far apart in the order of the places: more than once around the earth.
_ROW = 8.0

#: Less than a millimetre on the ground, for the rounding of sums.
_TINY = 1e-10

#: No pairs, for concatenations that may have nothing else.
_NONE = np.zeros(0, np.int64)


class Grid:
    """Finds which of ``places`` are no more than ``furthest`` kilometres from others, perhaps one more.

    Rows are as high as that, and within a row the places stand in the order of their longitude.
    """

    def __init__(self, places: Sequence[Place], furthest: float) -> None:
        # a kilometre for rounding
        self._angle = min((furthest + 1.0) / _EARTH_KM, math.pi)
        angles = angles_of(places)
        keys = self._row(angles[:, 0]) * _ROW + angles[:, 1]
        self._order = np.argsort(keys, kind="stable")
        self._keys, self._points = keys[self._order], _on_sphere(angles)[self._order]

    def around(self, places: Sequence[Place]) -> tuple[Ints, Ints]:
        """Pairs of positions in ``places`` and in those of the grid, sorted by the first, then the second."""
        angles = angles_of(places)
        points, width = _on_sphere(angles), max(1, len(self._keys))
        pairs = [_NONE]
        for asked, first, last in self._cells(angles):
            here, there = self._measured(points, asked, first, last)
            pairs.append(here * width + there)
        here, there = np.divmod(np.sort(np.concatenate(pairs)), width)
        return here, there

    def _row(self, latitudes: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.floor(latitudes / self._angle)

    def _cells(self, angles: NDArray[np.float64]) -> Iterator[tuple[Ints, Ints, Ints]]:
        """Some that are asked about, and from where to where in our order somebody near each may be.

        These are its own row, the one below and the one above, from its circle's west to its east end.
        """
        row = self._row(angles[:, 0])
        west, east = _ends(angles, self._angle)
        for step in (-1, 0, 1):
            start = (row + step) * _ROW
            first = np.searchsorted(self._keys, start + west - _TINY)
            last = np.searchsorted(self._keys, start + east + _TINY, side="right")
            block = np.cumsum(last - first) // _BLOCK
            for number in np.unique(block).tolist():
                asked = np.flatnonzero(block == number)
                yield asked, first[asked], last[asked]

    def _measured(
        self, points: NDArray[np.float64], asked: Ints, first: Ints, last: Ints
    ) -> tuple[Ints, Ints]:
        """Those of the pairs that are near enough."""
        count = last - first
        here = np.repeat(asked, count)
        there = np.arange(len(here)) + np.repeat(first - spans(count)[:-1], count)
        apart = points[here] - self._points[there]
        chord = 2 * math.sin(self._angle / 2)
        near = np.einsum("ij,ij->i", apart, apart) <= chord**2
        return here[near], self._order[there[near]]


def angles_of(places: Sequence[Place]) -> NDArray[np.float64]:
    """Latitude and longitude of each place in radians."""
    return np.radians([(place.latitude, place.longitude) for place in places]).reshape(-1, 2)


def _on_sphere(angles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points of the unit sphere: straight distances between such points grow with those on the ground."""
    flat = np.cos(angles[:, 0])
    return np.column_stack((flat * np.cos(angles[:, 1]), flat * np.sin(angles[:, 1]), np.sin(angles[:, 0])))


def _ends(angles: NDArray[np.float64], radius: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The longitudes between which a circle of this angle around each point lies.

    Its widest point has sin(longitude) = sin(radius) / cos(latitude) from the middle, by the law of sines in
    the right-angled triangle with the pole. Where a pole is inside the circle, or the line at which
    longitudes begin again, it is the whole round.
    """
    latitude, longitude = angles.T
    ratio = math.sin(min(radius, math.pi / 2)) / np.maximum(np.cos(latitude), _TINY)
    width = np.where(np.abs(latitude) + radius < math.pi / 2, np.arcsin(np.minimum(1, ratio)), math.pi)
    west, east = longitude - width, longitude + width
    all_round = (west < -math.pi) | (east > math.pi)
    return np.where(all_round, -math.pi, west), np.where(all_round, math.pi, east)
