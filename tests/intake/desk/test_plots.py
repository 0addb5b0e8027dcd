"""The geometry of plots: everything stands in its frame, in proportion, and nothing covers anything."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.desk import plots
from intake.desk.plots import columns, hours_shown, level, nice_step

PARTS = st.lists(st.floats(0, 1e6, allow_subnormal=False), min_size=1, max_size=3)
COLUMNS = st.lists(PARTS, max_size=92)


@given(COLUMNS)
def test_bars_stand_in_the_frame_side_by_side_and_on_each_other(given_: list[list[float]]) -> None:
    plot = columns([(str(number), parts) for number, parts in enumerate(given_)])
    floor = plots.HEIGHT - plots.BOTTOM
    for bar in plot.bars:
        assert plots.LEFT <= bar.x < bar.x + bar.width <= plots.WIDTH - plots.RIGHT + 1e-6
        assert plots.TOP - 1e-6 <= bar.y <= bar.y + bar.height <= floor + 1e-6
    for one, next_one in pairwise(plot.bars):
        beside = next_one.x >= one.x + one.width
        above = next_one.x == one.x and next_one.y + next_one.height <= one.y + 1e-6
        assert beside or above
    for one, next_label in pairwise(plot.below):
        assert next_label.at - one.at >= 70


@given(COLUMNS)
def test_heights_are_in_proportion_to_the_scale(given_: list[list[float]]) -> None:
    plot = columns([("", parts) for parts in given_])
    deep = plots.HEIGHT - plots.TOP - plots.BOTTOM
    top = float(plot.scale[-1].words)
    assert top >= max((sum(parts) for parts in given_), default=0) - 1e-6
    values = [value for parts in given_ for value in parts if deep * value / top]
    assert [bar.height / deep * top for bar in plot.bars] == pytest.approx(values)
    assert [line.at for line in plot.scale] == sorted((line.at for line in plot.scale), reverse=True)


@given(st.floats(0, 1e9))
def test_a_scale_has_few_steps_and_round_numbers(most: float) -> None:
    step = nice_step(most)
    assert step >= 1
    assert most / step <= 5
    assert str(int(step)).strip("0") in ("1", "2", "5")


def test_nothing_at_all_is_a_plot_too() -> None:
    assert columns([]).bars == ()
    assert [line.words for line in columns([("1.1.", (0,))]).scale] == ["0", "1"]


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_the_darkest_field_is_the_most_and_nothing_is_none(count: int, more: int) -> None:
    most = max(count, more)
    assert 0 <= level(count, most) <= plots.LEVELS
    assert (level(count, most) == 0) == (count == 0)
    assert level(min(count, more), most) <= level(most, most)


def test_a_heat_map_shows_the_opening_hours_and_whatever_else_happened() -> None:
    assert hours_shown({}, range(8, 17)) == range(8, 17)
    assert hours_shown({24 + 6: 1, 19: 2, 22: 0}, range(8, 17)) == range(6, 20)
