"""The geometry of plots: where bars and labels stand. Pure; the template draws them as SVG.

Lengths are units of the picture's own, ``WIDTH`` wide, which is scaled to the place it is given.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: Small enough that the labels can still be read when the picture is as wide as a telephone.
WIDTH, HEIGHT = 480.0, 230.0
LEFT, RIGHT, TOP, BOTTOM = 52.0, 6.0, 12.0, 30.0

#: A label needs so much room beside the next.
_LABEL = 76.0

#: Of the room of a column so much is its bar.
_FILL = 0.72

#: Steps of a heat map beside "nothing".
LEVELS = 4


@dataclass(frozen=True)
class Bar:
    """A piece of a column; ``part`` counts from the bottom, from 1."""

    x: float
    y: float
    width: float
    height: float
    part: int


@dataclass(frozen=True)
class Label:
    """Words at a place along an axis."""

    at: float
    words: str


@dataclass(frozen=True)
class Plot:
    """Columns of stacked bars, with the labels below and the scale at the left."""

    bars: tuple[Bar, ...]
    below: tuple[Label, ...]
    scale: tuple[Label, ...]


def columns(given: Sequence[tuple[str, Sequence[float]]]) -> Plot:
    """A column for each (label, parts): the parts stand on each other. Parts are not negative."""
    most = max((sum(parts) for _, parts in given), default=0.0)
    step = nice_step(most)
    top = step * max(1, math.ceil(most / step))
    room = (WIDTH - LEFT - RIGHT) / max(1, len(given))
    floor, deep = HEIGHT - BOTTOM, HEIGHT - TOP - BOTTOM
    bars = []
    for number, (_, parts) in enumerate(given):
        y = floor
        for part, value in enumerate(parts, 1):
            height = deep * value / top
            y -= height
            if height:
                bars.append(Bar(LEFT + (number + (1 - _FILL) / 2) * room, y, room * _FILL, height, part))
    every = max(1, math.ceil(_LABEL / room))
    below = tuple(
        Label(LEFT + (number + 0.5) * room, words)
        for number, (words, _) in enumerate(given)
        if number % every == every // 2
    )
    ticks = range(round(top / step) + 1)
    scale = tuple(
        Label(HEIGHT - BOTTOM - deep * tick * step / top, str(round(tick * step))) for tick in ticks
    )
    return Plot(tuple(bars), below, scale)


def nice_step(most: float) -> float:
    """The step of a scale up to ``most``: 1, 2 or 5 times a power of ten, at least 1, for few steps."""
    if most <= 2:
        return 1.0
    rough = most / 4
    power: float = 10.0 ** math.floor(math.log10(rough))
    return max(1.0, next(power * nice for nice in (1, 2, 5, 10) if power * nice >= rough))


def level(count: int, most: int) -> int:
    """How dark a field of a heat map is: 0 for nothing, ``LEVELS`` for the most."""
    return math.ceil(LEVELS * count / most) if count and most else 0


def hours_shown(counts: Mapping[int, int], opening_hours: range) -> range:
    """Which hours of the day a heat map by hour of the week has to show."""
    seen = [hour % 24 for hour, count in counts.items() if count]
    return range(min([opening_hours.start, *seen]), max([opening_hours.stop, *(hour + 1 for hour in seen)]))
