"""What happened in a span of days: calls, waits, promises, outcomes, by day and by hour of the week.

Nothing of a person is in it, and where a number is broken down by what happened (an outcome, an hour), one
or two are told as "fewer than three", so that nobody can be found behind them. What is forgotten still
counts: of a call its time and outcome stay, and a promise is on record apart from its callback.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from statistics import median, quantiles
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.kinds import CallOutcome
from intake.lifecycle import PromiseStatus
from intake.models import Attempt, Call, Request
from intake.pace import hour_of_week
from intake.profile import AttemptOutcome, Profile
from intake.promise_models import Promise

#: Longer spans are asked for piece by piece: a quarter at once.
DAYS_AT_MOST = 92

#: Fewer than so many of a kind are not told exactly.
TELL_FROM = 3

#: Attempts that reached somebody who could speak for the need.
REACHED = frozenset(
    {
        AttemptOutcome.REACHED_COMPLETE,
        AttemptOutcome.CALL_AGAIN,
        AttemptOutcome.REFUSES,
        AttemptOutcome.ALREADY_HELPED,
        AttemptOutcome.HANDED_ON,
        AttemptOutcome.DUPLICATE,
        AttemptOutcome.EMERGENCY,
    }
)


@dataclass
class Day:
    """One day of the district. ``waits`` are minutes from the call to the first attempt."""

    day: date
    calls: int = 0
    outcomes: Counter[CallOutcome] = field(default_factory=Counter)
    attempts: Counter[AttemptOutcome] = field(default_factory=Counter)
    requests: Counter[str] = field(default_factory=Counter)  # by their source
    kept: int = 0
    missed: int = 0
    waits: list[float] = field(default_factory=list)

    @property
    def wait(self) -> float | None:
        """The median wait in minutes; None where too few waited to tell."""
        return median(self.waits) if len(self.waits) >= TELL_FROM else None

    @property
    def long_wait(self) -> float | None:
        """Nine of ten waited no longer, in minutes; None as for ``wait``."""
        if len(self.waits) < TELL_FROM:
            return None
        return quantiles(self.waits, n=10, method="inclusive")[-1]


@dataclass
class Report:
    """The days in order, and counts by hour of the week (0 is Monday, midnight to one)."""

    days: list[Day]
    calls_at: Counter[int] = field(default_factory=Counter)
    attempts_at: Counter[int] = field(default_factory=Counter)
    reached_at: Counter[int] = field(default_factory=Counter)
    missed_at: Counter[int] = field(default_factory=Counter)

    @property
    def calls(self) -> int:
        """All calls."""
        return sum(day.calls for day in self.days)

    @property
    def kept(self) -> int:
        """Promises kept."""
        return sum(day.kept for day in self.days)

    @property
    def missed(self) -> int:
        """Promises broken."""
        return sum(day.missed for day in self.days)

    @property
    def outcomes(self) -> Counter[CallOutcome]:
        """How the calls ended."""
        return sum((day.outcomes for day in self.days), Counter())

    @property
    def attempts(self) -> Counter[AttemptOutcome]:
        """How the attempts to ring back ended."""
        return sum((day.attempts for day in self.days), Counter())

    @property
    def requests(self) -> Counter[str]:
        """How many requests came, by their source."""
        return sum((day.requests for day in self.days), Counter())

    @property
    def wait(self) -> float | None:
        """The median wait of all, in minutes; None where too few waited to tell."""
        waits = [wait for day in self.days for wait in day.waits]
        return median(waits) if len(waits) >= TELL_FROM else None


def told(count: int) -> str:
    """A count of a breakdown, as it may be told: one and two are not told apart."""
    return f"< {TELL_FROM}" if 0 < count < TELL_FROM else str(count)


def share(part: int, whole: int) -> int | None:
    """Per cent, rounded down so that 100 means all; None where the whole is too small to tell."""
    return 100 * part // whole if whole >= TELL_FROM else None


def collect(session: Session, profile: Profile, first: date, last: date) -> Report:
    """The report of the days from ``first`` to ``last``, both included, at most ``DAYS_AT_MOST``."""
    zone, count = profile.tz, min((last - first).days + 1, DAYS_AT_MOST)
    report = Report([Day(first + timedelta(days=number)) for number in range(count)])
    by_day = {each.day: each for each in report.days}
    start, end = _midnight(first, zone), _midnight(first + timedelta(days=count), zone)
    for at, outcome in session.execute(
        sa.select(Call.started_at, Call.outcome).where(Call.started_at >= start, Call.started_at < end)
    ):
        day = by_day[at.astimezone(zone).date()]
        day.calls += 1
        report.calls_at[hour_of_week(at, zone)] += 1
        if outcome is not None:
            day.outcomes[outcome] += 1
    for at, ended_as in session.execute(
        sa.select(Attempt.started_at, Attempt.outcome).where(
            Attempt.started_at >= start, Attempt.started_at < end, Attempt.outcome.is_not(None)
        )
    ):
        result = AttemptOutcome(str(ended_as))
        by_day[at.astimezone(zone).date()].attempts[result] += 1
        report.attempts_at[hour_of_week(at, zone)] += 1
        report.reached_at[hour_of_week(at, zone)] += result in REACHED
    for at, source in session.execute(
        sa.select(Request.created_at, Request.source).where(
            Request.created_at >= start, Request.created_at < end
        )
    ):
        by_day[at.astimezone(zone).date()].requests[source] += 1
    for promise in session.scalars(
        sa.select(Promise).where(Promise.promised_until >= start, Promise.promised_until < end)
    ):
        _count_promise(report, by_day[promise.promised_until.astimezone(zone).date()], promise, zone)
    return report


def _count_promise(report: Report, day: Day, promise: Promise, zone: ZoneInfo) -> None:
    if promise.result is PromiseStatus.KEPT:
        day.kept += 1
    elif promise.result is PromiseStatus.MISSED:
        day.missed += 1
        report.missed_at[hour_of_week(promise.promised_until, zone)] += 1
    if promise.first_attempt_at is not None:
        day.waits.append((promise.first_attempt_at - promise.filed_at).total_seconds() / 60)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def rows(report: Report) -> Iterator[Sequence[str]]:
    """The report as a long table: period, figure, value. Its words are for programs, and stay as they are."""
    yield ("period", "figure", "value")
    for day in report.days:
        period = day.day.isoformat()
        yield (period, "calls", str(day.calls))
        yield from ((period, f"calls.{name}", told(count)) for name, count in sorted(day.outcomes.items()))
        yield from ((period, f"attempts.{name}", told(count)) for name, count in sorted(day.attempts.items()))
        yield from ((period, f"requests.{name}", told(count)) for name, count in sorted(day.requests.items()))
        yield (period, "promises.kept", str(day.kept))
        yield (period, "promises.missed", str(day.missed))
        for name, minutes in (("wait.median", day.wait), ("wait.nine_of_ten", day.long_wait)):
            if minutes is not None:
                yield (period, f"{name}_minutes", str(round(minutes)))
    by_hour = {
        "calls": report.calls_at,
        "attempts": report.attempts_at,
        "attempts.reached": report.reached_at,
        "promises.missed": report.missed_at,
    }
    for name, counts in by_hour.items():
        for hour in sorted(hour for hour, count in counts.items() if count):
            yield (f"weekday {hour // 24 + 1}, {hour % 24:02}:00", name, told(counts[hour]))
