"""How a benchmark tells what it found: tables, percentiles, and goals with what was measured beside them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Goal:
    """A bound that we set ourselves, and what was measured. ``at_least``: more is better, else less is."""

    what: str
    bound: float
    measured: float
    at_least: bool = False
    unit: str = ""

    @property
    def is_met(self) -> bool:
        return self.measured >= self.bound if self.at_least else self.measured <= self.bound


def percentile(values: Iterable[float], share: float) -> float:
    """The value that ``share`` (0 to 1) of all are not above (nearest rank); 0 where there is none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0


def per(top: float, bottom: float) -> float:
    """A ratio; 0 where nothing was measured to divide by."""
    return top / bottom if bottom else 0.0


def show_table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Columns as wide as their widest cell, numbers to the right."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(heads, *cells, strict=True)]
    for line in (heads, ["-" * width for width in widths], *cells):
        first, *others = (
            text.ljust(width) if not place else text.rjust(width)
            for place, (text, width) in enumerate(zip(line, widths, strict=True))
        )
        print("  ".join([first, *others]).rstrip())
    print()


def show_goals(goals: Iterable[Goal]) -> None:
    """Each goal, what was measured, and whether it was met."""
    rows = [
        (
            goal.what,
            f"{'≥' if goal.at_least else '≤'} {_cell(goal.bound)}{goal.unit}",
            f"{_cell(goal.measured)}{goal.unit}",
            "met" if goal.is_met else "NOT MET",
        )
        for goal in goals
    ]
    show_table(("goal", "bound", "measured", ""), rows)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
