"""The figures: what happened by day and hour on the district's clock, and nothing of a person in it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake import reports
from intake.db import Database
from intake.kinds import CallOutcome
from intake.lifecycle import PromiseStatus
from intake.models import Attempt, Call, Callback
from intake.profile import Profile
from intake.promise_models import Promise
from intake.reports import Day, Report
from tests.conftest import TUESDAY_TEN

TUESDAY = date(2026, 11, 24)


def _calls(db: Database, outcome: CallOutcome | None, *times: datetime) -> None:
    with db.write() as session:
        for at in times:
            known = session.query(Call).count()
            session.add(
                Call(
                    call_sid=f"CA{known}", language="de", state={}, step="filed", outcome=outcome,
                    started_at=at, last_turn_at=at,
                )
            )  # fmt: skip
            session.flush()


def _promises(db: Database, waits: Iterable[int], late_after: int = 60) -> None:
    """A promise for each wait in minutes, all called in at ten; what is later than an hour was broken."""
    with db.write() as session:
        for minutes in waits:
            known = session.query(Promise).count()
            result = PromiseStatus.KEPT if minutes <= late_after else PromiseStatus.MISSED
            until = TUESDAY_TEN + timedelta(minutes=late_after)
            session.add(
                Promise(
                    callback_id=known + 1, kind="intake", result=result, filed_at=TUESDAY_TEN,
                    promised_from=TUESDAY_TEN, promised_until=until, decided_at=until,
                    first_attempt_at=TUESDAY_TEN + timedelta(minutes=minutes),
                )
            )  # fmt: skip
            session.flush()


def _report(db: Database, profile: Profile, first: date = TUESDAY, last: date = TUESDAY) -> Report:
    with db.read() as session:
        return reports.collect(session, profile, first, last)


def test_a_day_is_the_districts_day_and_an_hour_its_clocks(any_db: Database, profile: Profile) -> None:
    before_midnight = datetime(2026, 11, 23, 22, 59, tzinfo=UTC)  # 23:59 in the district
    _calls(any_db, CallOutcome.LEAD, before_midnight)
    _calls(any_db, CallOutcome.FILED, before_midnight + timedelta(minutes=1), TUESDAY_TEN)
    _calls(any_db, None, TUESDAY_TEN)
    report = _report(any_db, profile, TUESDAY - timedelta(days=1), TUESDAY)
    monday, tuesday = report.days
    assert (monday.calls, dict(monday.outcomes)) == (1, {CallOutcome.LEAD: 1})
    assert (tuesday.calls, dict(tuesday.outcomes)) == (3, {CallOutcome.FILED: 2})
    assert dict(report.calls_at) == {23: 1, 24: 1, 24 + 10: 2}
    assert report.calls == 4


def test_waits_and_promises_of_a_day(any_db: Database, profile: Profile) -> None:
    _promises(any_db, [10, 20])
    assert _report(any_db, profile).days[0].wait is None, "two are too few to tell"
    _promises(any_db, [30, 40, 100])
    (day,) = _report(any_db, profile).days
    assert (day.kept, day.missed, day.wait) == (4, 1, 30)
    assert day.long_wait == pytest.approx(76)
    assert _report(any_db, profile).missed_at == {24 + 11: 1}


def test_attempts_and_whom_they_reached(any_db: Database, profile: Profile) -> None:
    with any_db.write() as session:
        at = TUESDAY_TEN
        callback = Callback(
            kind="intake", status="queued", need="x", language="de", not_before=at, due_at=at,
            last_called_at=at, created_at=at,
        )  # fmt: skip
        session.add(callback)
        session.flush()
        for outcome in ("reached_complete", "busy", None):
            session.add(Attempt(callback_id=callback.id, started_at=at, outcome=outcome))
    report = _report(any_db, profile)
    assert report.attempts.total() == 2
    assert (report.attempts_at[24 + 10], report.reached_at[24 + 10]) == (2, 1)


def test_no_more_than_a_quarter_at_once(any_db: Database, profile: Profile) -> None:
    days = _report(any_db, profile, date(2020, 1, 1), TUESDAY).days
    assert len(days) == reports.DAYS_AT_MOST


def test_one_or_two_of_a_kind_are_not_told_apart() -> None:
    assert [reports.told(count) for count in range(5)] == ["0", "< 3", "< 3", "3", "4"]
    assert [reports.share(part, 2) for part in range(3)] == [None, None, None]
    assert reports.share(199, 200) == 99


@given(st.integers(0, 3), st.integers(0, 3), st.lists(st.floats(0, 9999), max_size=4))
def test_the_table_tells_neither_persons_nor_small_counts(
    leads: int, missed: int, waits: list[float]
) -> None:
    day = Day(TUESDAY, calls=leads, missed=missed, waits=waits)
    day.outcomes[CallOutcome.LEAD] += leads
    report = Report([day])
    report.calls_at[34] += leads
    table = {(period, figure): value for period, figure, value in reports.rows(report)}
    assert table["2026-11-24", "calls"] == str(leads)
    assert (
        table["2026-11-24", "calls.lead"]
        == table.get(("weekday 2, 10:00", "calls"), "0")
        == reports.told(leads)
    )
    assert (("2026-11-24", "wait.median_minutes") in table) == (len(waits) >= reports.TELL_FROM)
