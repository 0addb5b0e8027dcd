"""Opening hours, public holidays, and the windows that may be promised in them. Pure, given a time.

All times in and out are aware UTC; the rules themselves are local times of the district, so a day on
which the clocks change keeps its opening hours by the clock on the wall.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

import holidays

from intake.kinds import BestTime
from intake.profile import WEEKDAYS, Profile, Span

NOON = time(12)

#: Promises begin and end on these: "half past two" is remembered, "fourteen forty-seven" is not.
_STEP = timedelta(minutes=30)

#: A hotline that does not open within so many days has no next opening: its closures are wrong.
_SEARCH_DAYS = 400

#: A wish for a half of the day is given up if the hotline is not open in that half for so long.
_WISH_DAYS = 14


@dataclass(frozen=True)
class Window:
    """What was promised: a call between ``start`` and ``end``, aware UTC."""

    start: datetime
    end: datetime


@lru_cache(maxsize=64)
def public_holidays(country: str, state: str, year: int) -> frozenset[date]:
    """The public holidays of a state, from the library ``holidays``."""
    return frozenset(holidays.country_holidays(country, subdiv=state, years=year))


def spans_on(profile: Profile, day: date) -> tuple[Span, ...]:
    """The opening hours of a day in local time; none on closures and public holidays."""
    if day in profile.closures or day in public_holidays(profile.country, profile.state, day.year):
        return ()
    return profile.hours.get(WEEKDAYS[day.weekday()], ())


def is_open(profile: Profile, at: datetime) -> bool:
    """Whether the hotline is open at ``at``."""
    return next_opening(profile, at) == at


def next_opening(profile: Profile, at: datetime) -> datetime:
    """``at`` itself if the hotline is open then, else the start of its next opening."""
    return max(at, next(openings(profile, at)).start)


def in_call_window(profile: Profile, at: datetime) -> bool:
    """Whether anybody may be rung at ``at``."""
    return next_in_call_window(profile, at) == at


def next_in_call_window(profile: Profile, at: datetime) -> datetime:
    """``at`` itself if anybody may be rung then, else the next time at which the call window begins."""
    today = at.astimezone(profile.tz).date()
    windows = (_window(profile, today + timedelta(days=days), profile.call_window) for days in (0, 1))
    return max(at, next(window.start for window in windows if at < window.end))


def other_half_day(profile: Profile, at: datetime) -> datetime:
    """The next moment of opening hours in the other half of the day than ``at``: a new try at a new hour.

    Where the hotline opens in one half of the day only, the next day's opening.
    """
    wish = BestTime.AFTERNOON if at.astimezone(profile.tz).time() < NOON else BestTime.MORNING
    found = next(_wished_openings(profile, at, wish), None)
    return max(at, found.start) if found else next_opening(profile, tomorrow(profile, at))


def tomorrow(profile: Profile, at: datetime) -> datetime:
    """The midnight after ``at`` on the district's clock."""
    day = at.astimezone(profile.tz).date() + timedelta(days=1)
    return datetime.combine(day, time.min, profile.tz).astimezone(UTC)


def first_window(profile: Profile, earliest: datetime, best_time: BestTime) -> Window:
    """The first window to promise from ``earliest`` on: as wide as the profile says, from a half hour on.

    It fits whole into opening hours and into the wished half of the day; where that half is not open for a
    fortnight, into any. Raises ``LookupError`` if the hotline does not open within 400 days.
    """
    width = timedelta(minutes=profile.promise.window_minutes)
    for opening in _wished_openings(profile, earliest, best_time):
        found = _fit(profile, opening, earliest, width)
        if found:
            return found
    return next(
        found for opening in openings(profile, earliest) if (found := _fit(profile, opening, earliest, width))
    )


def openings(profile: Profile, at: datetime) -> Iterator[Window]:
    """The openings from ``at`` on, the one going on included, without end; LookupError if none follows."""
    day = at.astimezone(profile.tz).date()
    idle = 0
    while idle < _SEARCH_DAYS:
        idle += 1
        for span in spans_on(profile, day):
            opening = _window(profile, day, span)
            if at < opening.end and opening.start < opening.end:
                idle = 0
                yield opening
        day += timedelta(days=1)
    raise LookupError(f"the hotline does not open within {_SEARCH_DAYS} days; mend hours and closures")


def _wished_openings(profile: Profile, at: datetime, wish: BestTime) -> Iterator[Window]:
    """The openings of the next fortnight, cut to the wished half of the day."""
    last = at + timedelta(days=_WISH_DAYS)
    for opening in openings(profile, at):
        if opening.start > last:
            return
        day = opening.start.astimezone(profile.tz).date()
        noon = datetime.combine(day, NOON, profile.tz).astimezone(UTC)
        start = max(opening.start, noon) if wish is BestTime.AFTERNOON else opening.start
        end = min(opening.end, noon) if wish is BestTime.MORNING else opening.end
        if start < end and at < end:
            yield Window(start, end)


def _window(profile: Profile, day: date, span: Span) -> Window:
    start, end = (datetime.combine(day, clock, profile.tz).astimezone(UTC) for clock in span)
    return Window(start, end)


def after_open_time(profile: Profile, start: datetime, time: timedelta) -> datetime:
    """When the hotline has been open for ``time`` since ``start``."""
    for opening in openings(profile, start):
        begin = max(start, opening.start)
        if time <= opening.end - begin:
            return begin + time
        time -= opening.end - begin
    raise AssertionError("openings have no end")


def _fit(profile: Profile, opening: Window, earliest: datetime, width: timedelta) -> Window | None:
    """The first window in the opening from ``earliest`` on, or None if it does not fit whole.

    An opening shorter than ``width`` is promised as a whole or not at all.
    """
    first, last = _round_up(profile, opening.start), _round_down(profile, opening.end)
    width = min(width, last - first)
    start = max(first, _round_up(profile, earliest))
    return Window(start, start + width) if width > timedelta(0) and start + width <= last else None


def _round_down(profile: Profile, at: datetime) -> datetime:
    """The half hour on the district's clock at or before ``at``."""
    local = at.astimezone(profile.tz)
    past = timedelta(minutes=local.minute % 30, seconds=local.second, microseconds=local.microsecond)
    return at - past


def _round_up(profile: Profile, at: datetime) -> datetime:
    """The half hour on the district's clock at or after ``at``."""
    down = _round_down(profile, at)
    return at if down == at else down + _STEP
