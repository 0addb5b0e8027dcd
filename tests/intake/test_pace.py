"""Promises from the queue's real pace: learned from what was done, within opening hours, never absurd."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.hours import NOON, Window, openings, spans_on
from intake.kinds import BestTime
from intake.pace import (
    FASTEST,
    MOST_CARE,
    PREPARING,
    SLOWEST,
    Dialled,
    Pace,
    block_means,
    care,
    handling_minutes,
    hour_of_week,
    promise,
    usual_crew,
)
from intake.profile import load_profile
from intake.settings import PROFILES

KASSEL = load_profile(PROFILES / "landkreis-kassel")
TIMES = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 -- made UTC
WISHES = st.sampled_from(BestTime)
MINUTES = st.floats(5, 30)
CREWS = st.dictionaries(st.integers(0, 167), st.integers(1, 9))
PACES = st.builds(Pace, MINUTES, CREWS, st.floats(1, MOST_CARE))
TEN_MINUTES = Pace(10)


def _local(day: int, hour: int, minute: int = 0) -> datetime:
    """In November 2026; the 24th is a Tuesday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=KASSEL.tz).astimezone(UTC)


def _on_the_wall(at: datetime) -> tuple[int, int, int]:
    local = at.astimezone(KASSEL.tz)
    return (local.day, local.hour, local.minute)


@pytest.mark.parametrize(
    ("now", "waiting", "operators", "wish", "start"),
    [
        (_local(24, 10), 0, 1, BestTime.ANY, (24, 10, 30)),
        (_local(24, 10), 6, 1, BestTime.ANY, (24, 11, 30)),
        (_local(24, 10), 6, 2, BestTime.ANY, (24, 11, 0)),
        (_local(24, 10), 6, 0, BestTime.ANY, (24, 11, 30)),
        (_local(24, 10), 0, 1, BestTime.AFTERNOON, (24, 12, 0)),
        (_local(24, 11, 10), 0, 1, BestTime.MORNING, (25, 8, 0)),
        (_local(24, 16), 0, 1, BestTime.ANY, (25, 8, 0)),
        (_local(27, 13), 12, 1, BestTime.ANY, (30, 9, 30)),
        (_local(27, 13), 0, 1, BestTime.AFTERNOON, (30, 12, 0)),
    ],
)
def test_the_promise_keeps_the_queues_pace_the_hours_and_the_wish(
    now: datetime, waiting: int, operators: int, wish: BestTime, start: tuple[int, int, int]
) -> None:
    window = promise(KASSEL, now, TEN_MINUTES, waiting, operators, wish)
    assert _on_the_wall(window.start) == start
    assert window.end - window.start == timedelta(hours=1)


def test_later_hours_are_reckoned_with_who_is_usually_there() -> None:
    eleven = hour_of_week(_local(24, 11), KASSEL.tz)
    alone = Pace(10, {eleven: 1, eleven + 1: 1})
    assert _on_the_wall(promise(KASSEL, _local(24, 10), alone, 18, 3, BestTime.ANY).start) == (24, 11, 30)
    assert _on_the_wall(promise(KASSEL, _local(24, 10), alone, 21, 3, BestTime.ANY).start) == (24, 12, 0)
    crowded = Pace(10, {eleven: 6})
    assert _on_the_wall(promise(KASSEL, _local(24, 10), crowded, 36, 3, BestTime.ANY).start) == (24, 12, 0)
    night = Pace(10, {hour_of_week(_local(25, 8), KASSEL.tz): 2})
    assert _on_the_wall(promise(KASSEL, _local(24, 22), night, 9, 0, BestTime.ANY).start) == (25, 9, 0)


def test_care_stretches_the_work_and_adds_a_window_at_most() -> None:
    careful = Pace(10, care=MOST_CARE)
    assert _on_the_wall(promise(KASSEL, _local(24, 10), careful, 0, 1, BestTime.ANY).start) == (24, 11, 30)
    assert _on_the_wall(promise(KASSEL, _local(24, 10), careful, 6, 1, BestTime.ANY).start) == (24, 13, 30)


@given(TIMES, PACES, st.integers(0, 300), st.integers(0, 5), WISHES)
def test_a_promise_lies_ahead_within_opening_hours_and_the_wished_half(
    now: datetime, pace: Pace, waiting: int, operators: int, wish: BestTime
) -> None:
    window = promise(KASSEL, now, pace, waiting, operators, wish)
    assert window == promise(KASSEL, now, pace, waiting, operators, wish)
    assert now <= window.start < window.end
    start, end = (at.astimezone(KASSEL.tz) for at in (window.start, window.end))
    assert any(
        span.start <= start.time() and end.time() <= span.end for span in spans_on(KASSEL, start.date())
    )
    assert {start.minute % 30, end.minute % 30, start.second, start.microsecond} == {0}
    assert wish is not BestTime.MORNING or end.time() <= NOON
    assert wish is not BestTime.AFTERNOON or start.time() >= NOON


@given(TIMES, PACES, st.lists(st.integers(0, 100), min_size=2, max_size=2), st.integers(1, 5), WISHES)
def test_more_waiting_fewer_hands_more_care_or_slower_work_never_mean_earlier(
    now: datetime, pace: Pace, waiting: list[int], operators: int, wish: BestTime
) -> None:
    fewer, more = sorted(waiting)
    late = promise(KASSEL, now, pace, more, operators, wish).start
    slower = Pace(pace.minutes + 5, pace.usual, pace.care)
    careful = Pace(pace.minutes, pace.usual, MOST_CARE)
    fuller = {hour: crew + 1 for hour, crew in pace.usual.items()}
    assert promise(KASSEL, now, pace, fewer, operators, wish).start <= late
    assert promise(KASSEL, now, pace, more, operators + 1, wish).start <= late
    assert promise(KASSEL, now, Pace(pace.minutes, fuller, pace.care), more, operators, wish).start <= late
    assert promise(KASSEL, now, slower, more, operators, wish).start >= late
    assert promise(KASSEL, now, careful, more, operators, wish).start >= late


@given(TIMES, PACES, st.integers(0, 60), st.integers(0, 3))
def test_no_promise_is_later_than_one_pair_of_hands_needs_at_most(
    now: datetime, pace: Pace, waiting: int, operators: int
) -> None:
    window = promise(KASSEL, now, pace, waiting, operators, BestTime.ANY)
    worst = timedelta(minutes=waiting * pace.minutes * pace.care + 15 + 60 * 2)
    open_before = sum((_overlap(each, now, window.start) for each in _until(now, window.start)), timedelta())
    assert open_before <= worst + timedelta(minutes=90), "a window may have to wait for the next opening"


def _until(now: datetime, end: datetime) -> Sequence[Window]:
    found = []
    for opening in openings(KASSEL, now):
        if opening.start >= end:
            return found
        found.append(opening)
    raise AssertionError


def _overlap(opening: Window, start: datetime, end: datetime) -> timedelta:
    return min(opening.end, end) - max(opening.start, start)


def _dialled(start: int, end: int, staff_id: int = 1) -> Dialled:
    ten = _local(24, 10)
    return Dialled(staff_id, ten + timedelta(minutes=start), ten + timedelta(minutes=end))


def test_an_attempt_takes_from_when_one_was_free_for_it() -> None:
    assert block_means([_dialled(10, 15)]) == [8], "three minutes to read the case"
    assert block_means([_dialled(0, 10), _dialled(11, 20)]) == [(13 + 10) / 2], "free since ten past"
    assert block_means([_dialled(0, 10), _dialled(50, 55)]) == [(13 + 8) / 2], "idle time does not count"
    assert sorted(block_means([_dialled(0, 10), _dialled(0, 5, staff_id=2)])) == [8, 13]
    assert len(block_means([_dialled(0, 10), _dialled(61, 65)])) == 2


@given(st.lists(st.tuples(st.integers(0, 600), st.integers(0, 90), st.integers(1, 3)), max_size=30))
def test_no_minute_counts_twice(told: list[tuple[int, int, int]]) -> None:
    done = [_dialled(start, start + length, who) for start, length, who in told]
    assert block_means(done) == block_means(done[::-1])
    for mean in block_means(done):
        assert 0 <= mean <= 90 + PREPARING.total_seconds() / 60


def test_the_pace_leans_on_the_profile_until_enough_was_seen() -> None:
    assert handling_minutes([], 10) == 10
    assert handling_minutes([20.0], 10) == pytest.approx(10 + 10 / 21)
    assert handling_minutes([20.0] * 20, 10) == 15
    assert handling_minutes([20.0] * 99 + [600.0], 10) == pytest.approx(10 + 10 * 100 / 120), "one over lunch"


@given(st.lists(st.floats(0, 1000), max_size=200), st.integers(1, 60))
def test_the_pace_is_never_absurd(means: list[float], prior: int) -> None:
    learned = handling_minutes(means, prior)
    assert FASTEST * prior <= learned <= SLOWEST * prior
    assert learned == handling_minutes(means[::-1], prior)
    assert handling_minutes([mean + 1 for mean in means], prior) >= learned


def test_the_usual_crew_is_that_of_the_hour_of_the_week_else_of_the_hour() -> None:
    weeks = (24, 17)
    seen = [(_local(day, 10), 3.0) for day in weeks]
    seen += [(_local(24, 11), 1.0), (_local(17, 11), 2.6), (_local(25, 10), 1.0)]
    usual = usual_crew(seen, KASSEL.tz)
    tuesday, wednesday = hour_of_week(_local(24, 10), KASSEL.tz), hour_of_week(_local(25, 10), KASSEL.tz)
    assert usual[tuesday] == 3
    assert usual[tuesday + 1] == 1, "the lower of two, to be on the safe side"
    assert usual[wednesday] == 3, "seen once only: as at ten on any day"
    assert tuesday + 2 not in usual
    assert usual_crew([(_local(day, 10), 0.2) for day in weeks], KASSEL.tz)[tuesday] == 1


def test_broken_promises_make_the_next_more_careful_and_kept_ones_heal() -> None:
    assert care(0, 0) == care(50, 0) == care(19, 1) == 1.0
    assert 1.0 < care(9, 1) < 1.2, "one mishap is no trend"
    assert care(30, 20) == MOST_CARE


@given(st.integers(0, 50), st.integers(0, 50))
def test_care_stays_within_its_bounds_and_rises_with_what_was_broken(kept: int, missed: int) -> None:
    assert 1.0 <= care(kept, missed) <= MOST_CARE
    assert care(kept, missed) <= care(kept, missed + 1)
    assert care(kept + 1, missed) <= care(kept, missed)
