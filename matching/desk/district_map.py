"""The district as a drawing: its municipalities where they lie, and what is marked there. No foreign tiles.

Places are good to about a kilometre, so the drawing shows municipalities, never addresses.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from intake.places import Place
from intake.profile import Profile

#: The drawing's width in its own units; the height follows from the district's shape.
WIDTH = 400

#: Room at the edges, for circles and names.
_MARGIN = 34

#: Radii of circles: for nothing, for a helper's place, for one that waits, and for very many.
_DOT, _SMALL, _ONE, _LARGE = 3.0, 6.0, 9.0, 20.0

#: Room that a name takes beside its spot: width of a letter, and height of a line.
_LETTER, _LINE = 6.0, 12.0


@dataclass(frozen=True)
class Spot:
    """A municipality in the drawing. ``count`` sets its size; ``label`` is written beside it, "" for none."""

    x: float
    y: float
    name: str
    radius: float
    count: int = 0
    label: str = ""
    kind: str = ""

    @property
    def is_right(self) -> bool:
        """Whether it lies in the right half, so that its name stands to the left of it."""
        return self.x > WIDTH * 0.62


@dataclass(frozen=True)
class Drawing:
    """Every municipality of the district, and the marks on it. Coordinates are the drawing's own."""

    height: float
    spots: tuple[Spot, ...]
    marks: tuple[Spot, ...]

    @property
    def width(self) -> int:
        """The drawing's width in its own units."""
        return WIDTH


def draw_counts(profile: Profile, counts: Mapping[str, int]) -> Drawing:
    """The district with a circle for each municipality that has something; its area follows the number."""
    paper = _Paper(profile.places.municipalities())
    most = max(counts.values(), default=0)
    marks = tuple(
        paper.spot(place, radius=_radius(counts[place.ags], most), count=counts[place.ags], kind="count")
        for place in profile.places.municipalities()
        if counts.get(place.ags)
    )
    return Drawing(paper.height, _named(paper.spots, marks), marks)


def draw_pairs(profile: Profile, home: str | None, helpers: Iterable[tuple[str | None, str]]) -> Drawing:
    """The district with the seeker's municipality and those of the helpers, each (key, label).

    Helpers of one municipality share a mark with all their labels. Whoever lives outside is not drawn.
    """
    places = {place.ags: place for place in profile.places.municipalities()}
    paper = _Paper(places.values())
    labels: dict[str, list[str]] = {}
    for ags, label in helpers:
        if ags in places:
            labels.setdefault(ags, []).append(label)
    marks = [
        paper.spot(places[ags], radius=_SMALL, label=", ".join(names), kind="helper")
        for ags, names in labels.items()
    ]
    if home in places:
        marks.insert(0, paper.spot(places[home], radius=_SMALL + 4, kind="seeker"))
    return Drawing(paper.height, _named(paper.spots, tuple(marks)), tuple(marks))


def _radius(count: int, most: int) -> float:
    """Area, not radius, follows the number: twice as many look twice as much."""
    return _ONE + (_LARGE - _ONE) * math.sqrt((count - 1) / (most - 1)) if most > 1 else _ONE


def _named(spots: tuple[Spot, ...], marks: tuple[Spot, ...]) -> tuple[Spot, ...]:
    """The spots, with their names where there is room: no name covers another one or a mark."""
    taken = [(m.x - 16, m.y - 24, m.x + 30, m.y + 16) for m in marks]
    named = []
    for spot in spots:
        start = spot.x - 5 - _LETTER * len(spot.name) if spot.is_right else spot.x + 5
        box = (start, spot.y - _LINE / 2, start + _LETTER * len(spot.name), spot.y + _LINE / 2)
        fits = box[0] >= 0 and box[2] <= WIDTH and not any(_overlap(box, other) for other in taken)
        if fits:
            taken.append(box)
        named.append(replace(spot, label=spot.name if fits else ""))
    return tuple(named)


_Box = tuple[float, float, float, float]


def _overlap(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


class _Paper:
    """Where degrees come to lie: an equirectangular projection, true in the district's middle."""

    def __init__(self, places: Iterable[Place]) -> None:
        shown = tuple(places)
        latitudes = [place.latitude for place in shown]
        longitudes = [place.longitude for place in shown]
        self._west, self._north = min(longitudes), max(latitudes)
        self._squeeze = math.cos(math.radians((min(latitudes) + max(latitudes)) / 2))
        across = max((max(longitudes) - self._west) * self._squeeze, 0.01)
        self._scale = (WIDTH - 2 * _MARGIN) / across
        self.height = round((self._north - min(latitudes)) * self._scale + 2 * _MARGIN, 1)
        self.spots = tuple(self.spot(place, radius=_DOT) for place in shown)

    def spot(self, place: Place, radius: float, count: int = 0, label: str = "", kind: str = "") -> Spot:
        """The place in the drawing."""
        x = (place.longitude - self._west) * self._squeeze * self._scale + _MARGIN
        y = (self._north - place.latitude) * self._scale + _MARGIN
        return Spot(round(x, 1), round(y, 1), place.municipality, round(radius, 1), count, label, kind)
