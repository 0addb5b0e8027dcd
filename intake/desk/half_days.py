"""Half-days on pages: a grid of boxes, weekday by morning and afternoon."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from wtforms import SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from intake.desk.forms import options
from intake.kinds import BestTime
from intake.web_times import day_names

HALVES = (BestTime.MORNING, BestTime.AFTERNOON)

HalfDay = tuple[int, str]


def key(weekday: int, half: str) -> str:
    """A box's value: "0-morning" is Monday morning."""
    return f"{weekday}-{half}"


def to_keys(half_days: Iterable[Sequence[Any]]) -> list[str]:
    """The boxes to be ticked for half-days as the record keeps them."""
    return [key(weekday, half) for weekday, half in half_days]


def from_keys(keys: Iterable[str]) -> tuple[HalfDay, ...]:
    """The half-days of the ticked boxes."""
    return tuple((int(day), half) for day, half in (text.split("-") for text in keys))


def by_day(half_days: Iterable[Sequence[Any]]) -> list[tuple[str, list[BestTime]]]:
    """Half-days as the record keeps them, by weekday: each day's name and its halves, the morning first."""
    halves: dict[int, set[str]] = {}
    for weekday, half in half_days:
        halves.setdefault(int(weekday), set()).add(str(half))
    names = day_names()
    return [(names[day], [half for half in HALVES if half in halves[day]]) for day in sorted(halves)]


class Checks(SelectMultipleField):  # type: ignore[misc]  # the library ships no types
    """Several of a list, as boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class HalfDayGrid(Checks):
    """Which half-days suit; ``rows`` is the grid for the page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        choices = options((key(day, half), key(day, half)) for day in range(7) for half in HALVES)
        super().__init__(*args, choices=choices, **kwargs)

    def rows(self) -> list[tuple[str, list[tuple[str, Any]]]]:
        """For each weekday its name and, for each half, the half's name and its box."""
        boxes = list(self)
        return [
            (name, [(half, boxes[day * len(HALVES) + place]) for place, half in enumerate(HALVES)])
            for day, name in enumerate(day_names())
        ]
