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

#: Room that a name takes: width of a letter and height of a line, beside a spot and, bolder, at a mark.
_LETTER, _LINE = 6.6, 12.0
_MARK_LETTER, _MARK_LINE = 8.3, 13.0


@dataclass(frozen=True)
class Label:
    """Words in the drawing: where they begin, end or have their middle, as ``anchor`` says (SVG's words)."""

    words: str
    x: float
    y: float
    anchor: str


@dataclass(frozen=True)
class Spot:
    """A municipality in the drawing. ``count`` sets its size; ``label`` is written at it, None where there is
    no room or nothing to say.
    """

    x: float
    y: float
    name: str
    radius: float
    count: int = 0
    label: Label | None = None
    kind: str = ""


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
    marks = [
        (paper.spot(place, _radius(counts[place.ags], most), "count", counts[place.ags]), place.municipality)
        for place in profile.places.municipalities()
        if counts.get(place.ags)
    ]
    return _drawing(paper, marks)


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
    marks = [(paper.spot(places[ags], _SMALL, "helper"), ", ".join(names)) for ags, names in labels.items()]
    if home in places:
        marks.insert(0, (paper.spot(places[home], _SMALL + 4, "seeker"), places[home].municipality))
    return _drawing(paper, marks)


def _radius(count: int, most: int) -> float:
    """Area, not radius, follows the number: twice as many look twice as much."""
    return _ONE + (_LARGE - _ONE) * math.sqrt((count - 1) / (most - 1)) if most > 1 else _ONE


_Box = tuple[float, float, float, float]


def _drawing(paper: _Paper, marks: list[tuple[Spot, str]]) -> Drawing:
    """Write the marks' words first and then the spots' names, each where it covers nothing that is there."""
    taken = [_around(mark) for mark, _words in marks]
    marked = {mark.name for mark, _words in marks}
    labelled = tuple(_labelled(mark, words, _MARK_LETTER, _MARK_LINE, taken) for mark, words in marks)
    named = tuple(
        spot if spot.name in marked else _labelled(spot, spot.name, _LETTER, _LINE, taken)
        for spot in paper.spots
    )
    return Drawing(paper.height, named, labelled)


def _around(spot: Spot) -> _Box:
    return spot.x - spot.radius, spot.y - spot.radius, spot.x + spot.radius, spot.y + spot.radius


def _labelled(spot: Spot, words: str, letter: float, line: float, taken: list[_Box]) -> Spot:
    """The spot with its words beside, above or below it, or aslant; without where there is no room."""
    width, gap = letter * len(words), spot.radius + 3
    far, slant = gap + line / 2, spot.radius * 0.7 + line / 2
    for label in (
        Label(words, spot.x + gap, spot.y, "start"),
        Label(words, spot.x - gap, spot.y, "end"),
        Label(words, spot.x, spot.y - far, "middle"),
        Label(words, spot.x, spot.y + far, "middle"),
        *(
            Label(words, spot.x + right * spot.radius * 0.7, spot.y + down * slant, anchor)
            for right, anchor in ((1, "start"), (-1, "end"))
            for down in (-1, 1)
        ),
    ):
        left = label.x - {"start": 0.0, "middle": width / 2, "end": width}[label.anchor]
        box = (left, label.y - line / 2, left + width, label.y + line / 2)
        if box[0] >= 0 and box[2] <= WIDTH and not any(_overlap(box, other) for other in taken):
            taken.append(box)
            return replace(spot, label=label)
    return spot


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
        self.spots = tuple(self.spot(place, _DOT) for place in shown)

    def spot(self, place: Place, radius: float, kind: str = "", count: int = 0) -> Spot:
        """The place in the drawing."""
        x = (place.longitude - self._west) * self._squeeze * self._scale + _MARGIN
        y = (self._north - place.latitude) * self._scale + _MARGIN
        return Spot(round(x, 1), round(y, 1), place.municipality, round(radius, 1), count, kind=kind)
