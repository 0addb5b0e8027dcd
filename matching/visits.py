"""When a helper may come first: the next half day that suits both. Pure, given a time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from intake.models import Helper, Request
from intake.profile import Profile

#: When the halves of the day begin, on the district's clock.
_BEGINS = {"morning": time(9), "afternoon": time(14)}

#: Nobody is sent on the day on which she says yes: the seeker has to be told first.
_NOT_BEFORE = timedelta(days=1)

_WEEK = 7


def next_visit(profile: Profile, now: datetime, request: Request, helper: Helper) -> datetime | None:
    """The begin of the half day at which the helper may come first; None where nobody named any.

    A date that the seeker named goes first. Else the next half day that both named, or, where the helper
    named none, the seeker.
    """
    first = (now + _NOT_BEFORE).astimezone(profile.tz).date()
    dated = sorted((date.fromisoformat(day), half) for day, half in request.dates)
    wanted, free = _halves(request.half_days), _halves(helper.half_days)
    common = wanted & free if free else wanted
    days = [first + timedelta(days=ahead) for ahead in range(_WEEK)]
    weekly = [(day, half) for day in days for half in _BEGINS if (day.weekday(), half) in common]
    coming = [(day, half) for day, half in dated if day >= first] or weekly
    return _at(profile, *coming[0]) if coming else None


def _halves(stored: list[list[object]]) -> set[tuple[object, ...]]:
    return {tuple(half_day) for half_day in stored}


def _at(profile: Profile, day: date, half: str) -> datetime:
    return datetime.combine(day, _BEGINS[half], profile.tz).astimezone(UTC)
