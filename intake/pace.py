"""How fast the queue is really worked off, and what may so be promised. Pure.

The pace is learned from what the operators did lately, and leans on the profile's figure while little is
known. Whoever is on duty now counts for this hour; for later hours it is who usually is on duty then. If
promises were broken lately, the next ones are more careful, within bounds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import fmean, median, median_low
from zoneinfo import ZoneInfo

from intake.hours import Window, after_open_time, first_window, openings
from intake.kinds import BestTime
from intake.profile import Profile

#: The pace is learned from so many days on which the hotline was open.
WORKING_DAYS = 10

#: Reading the case before dialling is not recorded: so long at most it is reckoned with.
PREPARING = timedelta(minutes=3)

#: The profile's figure weighs as much as so many measured hours.
PRIOR_HOURS = 20

#: The learned figure stays within these multiples of the profile's, whatever was measured.
FASTEST, SLOWEST = 0.5, 3.0

#: An hour of the week is known once it was seen so often.
SEEN_HOURS = 2

#: Care looks at so many decided promises, the latest ones.
LATEST = 50

#: Of twenty promises one may be broken before the next ones become more careful.
_BROKEN_AT_MOST = 1 / 20
_PRIOR_PROMISES = 20

#: Beyond that share care rises so steeply, and so far at most: twice the time.
_STEEPNESS, MOST_CARE = 4.0, 2.0


@dataclass(frozen=True)
class Dialled:
    """An attempt that has ended: whose, from when to when (aware UTC)."""

    staff_id: int
    started_at: datetime
    ended_at: datetime


@dataclass(frozen=True)
class Pace:
    """How the queue is worked off.

    ``minutes`` of one operator for one callback; ``usual``: how many operators are usually on duty, by hour
    of the week (0 is Monday, midnight to one, on the district's clock), as far as it is known; ``care`` is
    1.0 while promises are kept, and ``MOST_CARE`` at most.
    """

    minutes: float
    usual: Mapping[int, int] = field(default_factory=dict)
    care: float = 1.0


def hour_of_week(at: datetime, zone: ZoneInfo) -> int:
    """0 to 167: the hours since Monday's midnight on the clock of ``zone``."""
    local = at.astimezone(zone)
    return local.weekday() * 24 + local.hour


def block_means(done: Iterable[Dialled]) -> list[float]:
    """For each hour in which one operator ended attempts, the mean minutes that she needed for one.

    An attempt takes from its beginning to its end, and before that at most ``PREPARING``, but not longer
    than since the one before it ended: so neither idle time counts, nor is one minute counted twice.
    """
    blocks: dict[tuple[int, datetime], list[float]] = defaultdict(list)
    free_since: dict[int, datetime] = {}
    for one in sorted(done, key=lambda one: (one.ended_at, one.started_at, one.staff_id)):
        began = one.started_at - PREPARING
        if one.staff_id in free_since:
            began = min(max(began, free_since[one.staff_id]), one.started_at)
        free_since[one.staff_id] = one.ended_at
        hour = one.ended_at.replace(minute=0, second=0, microsecond=0)
        blocks[one.staff_id, hour].append((one.ended_at - began).total_seconds() / 60)
    return [fmean(minutes) for minutes in blocks.values()]


def handling_minutes(means: Sequence[float], prior: float) -> float:
    """Minutes of one operator for one callback, from the ``block_means`` and the profile's ``prior``.

    The median of the hours' means: a mean, because long talks do hold the queue up, and the median of them,
    so that one odd hour (a case left open over lunch) does not (median of means: Lugosi and Mendelson, Mean
    Estimation and Regression under Heavy-Tailed Distributions, 2019). It is mixed with the prior by the
    credibility n / (n + k) of n hours (Bühlmann, Experience Rating and Credibility, 1967).
    """
    if not means:
        return prior
    credibility = len(means) / (len(means) + PRIOR_HOURS)
    learned = credibility * median(means) + (1 - credibility) * prior
    return min(max(learned, FASTEST * prior), SLOWEST * prior)


def usual_crew(seen: Iterable[tuple[datetime, float]], zone: ZoneInfo) -> dict[int, int]:
    """How many are usually on duty, by hour of the week, from hours and the mean number on duty in them.

    The lower median of what was seen at that hour of the week, else at that hour of any day; an hour that
    was hardly seen is left out, and nobody on duty counts as one, who will come.
    """
    by_week: dict[int, list[int]] = defaultdict(list)
    by_day: dict[int, list[int]] = defaultdict(list)
    for hour, crew in seen:
        number = hour_of_week(hour, zone)
        by_week[number].append(round(crew))
        by_day[number % 24].append(round(crew))
    usual = {}
    for number in range(7 * 24):
        found = next((x for x in (by_week[number], by_day[number % 24]) if len(x) >= SEEN_HOURS), None)
        if found:
            usual[number] = max(1, median_low(found))
    return usual


def care(kept: int, missed: int) -> float:
    """How much more careful promises become after ``missed`` of the latest were broken: 1.0 to 2.0.

    The share of broken ones, as if 20 promises with one broken among them had gone before (so that a single
    mishap does not swing it), less the share that is put up with, times a steepness. The rule is our own: a
    proportional control with a dead band and a stop.
    """
    share = (missed + _BROKEN_AT_MOST * _PRIOR_PROMISES) / (kept + missed + _PRIOR_PROMISES)
    return min(MOST_CARE, 1.0 + _STEEPNESS * max(0.0, share - _BROKEN_AT_MOST))


def promise(
    profile: Profile, now: datetime, pace: Pace, waiting: int, on_duty: int, best_time: BestTime
) -> Window:
    """The window in which a callback filed now will be made.

    ``waiting`` callbacks stand before it, ``pace.minutes`` each, worked off side by side in opening hours;
    the profile's margin comes on top. ``pace.care`` stretches that work, and adds up to the width of one
    window. The window is the first from then on: see ``hours.first_window``, also for what is raised.
    """
    rules = profile.promise
    work = timedelta(minutes=max(0, waiting) * pace.minutes * pace.care)
    spare = timedelta(minutes=rules.margin_minutes + (pace.care - 1.0) * rules.window_minutes)
    done = _worked_off(profile, now, pace, work, max(1, on_duty))
    return first_window(profile, after_open_time(profile, done, spare), best_time)


def _worked_off(profile: Profile, now: datetime, pace: Pace, work: timedelta, on_duty: int) -> datetime:
    """When ``work`` (of one operator) is done, hour by hour with those who are there in each."""
    this_hour = _next_hour(now, profile.tz)
    for opening in openings(profile, now):
        at = max(now, opening.start)
        while at < opening.end:
            until = min(opening.end, _next_hour(at, profile.tz))
            usual = pace.usual.get(hour_of_week(at, profile.tz), on_duty)
            crew = on_duty if until <= this_hour else usual
            if work <= crew * (until - at):
                return at + work / crew
            work -= crew * (until - at)
            at = until
    raise AssertionError("openings have no end")


def _next_hour(at: datetime, zone: ZoneInfo) -> datetime:
    """When the next hour begins on the clock of ``zone``."""
    local = at.astimezone(zone)
    past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return at - past + timedelta(hours=1)
