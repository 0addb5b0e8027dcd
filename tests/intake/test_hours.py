"""Opening hours: by the clock on the wall, over weekends, holidays and changes of the clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.hours import (
    first_window,
    in_call_window,
    is_open,
    next_in_call_window,
    next_opening,
    other_half_day,
)
from intake.kinds import BestTime
from intake.profile import Profile, Span, load_profile
from intake.settings import PROFILES

KASSEL = load_profile(PROFILES / "landkreis-kassel")
TIMES = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 -- made UTC


def _local(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=KASSEL.tz).astimezone(UTC)


def _on_the_wall(at: datetime) -> tuple[int, int, int, int]:
    local = at.astimezone(KASSEL.tz)
    return (local.month, local.day, local.hour, local.minute)


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        (_local(2026, 11, 24, 10), (11, 24, 10, 0)),  # a Tuesday
        (_local(2026, 11, 24, 7, 59), (11, 24, 8, 0)),
        (_local(2026, 11, 24, 17), (11, 25, 8, 0)),  # the end is no longer open
        (_local(2026, 11, 27, 14), (11, 30, 8, 0)),  # Friday afternoon
        (_local(2026, 12, 23, 18), (12, 28, 8, 0)),  # a closure, Christmas, a weekend
        (_local(2026, 6, 3, 18), (6, 5, 8, 0)),  # Corpus Christi is a holiday in Hesse
        (_local(2026, 3, 27, 15), (3, 30, 8, 0)),  # the clocks go forward on the Sunday
        (_local(2026, 10, 23, 15), (10, 26, 8, 0)),  # and back
    ],
)
def test_the_next_opening(at: datetime, opens: tuple[int, int, int, int]) -> None:
    assert _on_the_wall(next_opening(KASSEL, at)) == opens
    assert is_open(KASSEL, at) is (_on_the_wall(at) == opens)


@given(TIMES)
def test_the_hotline_is_open_at_its_next_opening(at: datetime) -> None:
    opening = next_opening(KASSEL, at)
    assert opening >= at
    assert is_open(KASSEL, opening)
    again = other_half_day(KASSEL, at)
    assert again > at
    assert is_open(KASSEL, again)


@given(TIMES)
def test_nobody_is_rung_at_night(at: datetime) -> None:
    ring = next_in_call_window(KASSEL, at)
    assert at <= ring < at + timedelta(hours=13)
    assert in_call_window(KASSEL, ring)
    assert time(8) <= ring.astimezone(KASSEL.tz).time() < time(20)


def test_another_try_falls_into_the_other_half_of_the_day() -> None:
    assert _on_the_wall(other_half_day(KASSEL, _local(2026, 11, 24, 9))) == (11, 24, 12, 0)
    assert _on_the_wall(other_half_day(KASSEL, _local(2026, 11, 24, 15))) == (11, 25, 8, 0)


def test_where_the_wished_half_never_opens_any_half_will_do() -> None:
    mornings = _with_hours({"tuesday": (Span(time(8, 15), time(9, 45)),)})
    window = first_window(mornings, _local(2026, 11, 24, 7), BestTime.AFTERNOON)
    assert _on_the_wall(window.start) == (11, 24, 8, 30)
    assert _on_the_wall(other_half_day(mornings, _local(2026, 11, 24, 9))) == (12, 1, 8, 15)


def test_hours_in_the_gap_of_the_clocks_harm_nobody() -> None:
    nightly = _with_hours({"sunday": (Span(time(2, 15), time(3, 15)), Span(time(9), time(10)))})
    assert _on_the_wall(next_opening(nightly, _local(2026, 3, 28, 12))) == (3, 29, 9, 0)


def test_a_hotline_that_never_opens_is_named_as_such() -> None:
    days = tuple(date(2026, 1, 1) + timedelta(days=n) for n in range(800))
    closed = KASSEL.model_copy(update={"closures": days})
    with pytest.raises(LookupError, match="does not open"):
        next_opening(closed, _local(2026, 1, 2, 9))


def _with_hours(hours: dict[str, tuple[Span, ...]]) -> Profile:
    return KASSEL.model_copy(update={"hours": hours})
