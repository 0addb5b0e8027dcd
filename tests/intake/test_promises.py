"""Promises on record: computed in one question, decided when their window is over, kept beyond erasure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from intake import attempts, promises, queue, registry, staff
from intake.db import Database
from intake.hours import Window
from intake.kinds import BestTime, CallbackKind
from intake.lifecycle import PromiseStatus
from intake.models import Attempt, Call, Callback, Request, Staff
from intake.profile import AttemptOutcome, Profile
from intake.promise_models import DutyHour, Promise, PromisePace
from intake.registry import Told
from intake.staff_roles import Role
from tests.conftest import TUESDAY_TEN, MovableClock


@dataclass
class Line:
    """A telephone line into the record, and one operator."""

    db: Database
    profile: Profile
    clock: MovableClock

    def __post_init__(self) -> None:
        self._numbers = count(4_956_715_550_000)
        with self.db.write() as session:
            self.anna = staff.add(session, self.clock(), "anna", "Anna", Role.OPERATOR, ("de",))[0].id

    def is_promised(self) -> Window:
        with self.db.read() as session:
            return promises.window(session, self.profile, self.clock(), BestTime.ANY)

    def calls(self) -> int:
        """Somebody calls and is promised what the queue then allows; the callback."""
        told = Told(f"+{next(self._numbers)}", "de", "shopping")
        with self.db.write() as session:
            window = promises.window(session, self.profile, self.clock(), BestTime.ANY)
            return registry.file_request(session, self.clock(), told, window).callback_id

    def goes_on_duty(self) -> None:
        with self.db.write() as session:
            staff.set_duty(session, self.clock(), session.get_one(Staff, self.anna), on=True)

    def rings(self, callback_id: int, outcome: AttemptOutcome | None = None) -> None:
        with self.db.write() as session:
            queue.take(session, self.clock(), callback_id, self.anna)
            callback = session.get_one(Callback, callback_id)
            attempts.start(session, self.profile, self.clock(), callback, self.anna)
            if outcome:
                attempts.record(session, self.profile, self.clock(), callback, self.anna, outcome)

    def worker_looks(self) -> datetime | None:
        with self.db.write() as session:
            promises.decide(session, self.clock())
            return promises.look(session, self.profile, self.clock())

    def result(self, callback_id: int) -> PromiseStatus | None:
        with self.db.read() as session:
            decided = session.get(Promise, callback_id)
            callback = session.get(Callback, callback_id)
        assert callback is None or callback.promise is (decided.result if decided else PromiseStatus.OPEN)
        return decided.result if decided else None


@pytest.fixture
def line(any_db: Database, profile: Profile, clock: MovableClock) -> Line:
    return Line(any_db, profile, clock)


def test_each_call_is_promised_its_place_before_and_after_the_workers_look(line: Line) -> None:
    first = line.is_promised()
    assert first.start == TUESDAY_TEN + timedelta(minutes=30)
    for _ in range(6):
        line.calls()
    before = line.is_promised()
    assert before.start == TUESDAY_TEN + timedelta(minutes=90)
    assert line.worker_looks() is None, "the first look"
    assert line.is_promised() == before
    line.calls()
    line.calls()
    assert line.is_promised().start == TUESDAY_TEN + timedelta(minutes=120)
    line.goes_on_duty()
    assert line.worker_looks() == TUESDAY_TEN, "when the look before was"


def test_a_promise_is_one_question_to_the_database(line: Line) -> None:
    asked: list[str] = []
    line.calls()
    line.worker_looks()
    sa.event.listen(line.db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    line.is_promised()
    assert [words.split()[0] for words in asked if words != "BEGIN"] == ["SELECT"]


def test_kept_missed_and_void(line: Line, clock: MovableClock) -> None:
    early, late, gone, never, open_still = (line.calls() for _ in range(5))
    line.rings(early, AttemptOutcome.NO_ANSWER)
    with line.db.write() as session:
        callback = session.get_one(Callback, gone)
        registry.withdraw(session, clock(), session.get_one(Request, callback.request_id))
    line.worker_looks()
    assert line.result(early) is None, "a promise is decided when its window is over"
    clock.now = TUESDAY_TEN + timedelta(hours=3)
    with line.db.write() as session:
        session.get_one(Callback, open_still).promised_until = clock() + timedelta(minutes=1)
    line.worker_looks()
    results = [line.result(each) for each in (early, late, gone, never, open_still)]
    kept, missed, void = PromiseStatus.KEPT, PromiseStatus.MISSED, PromiseStatus.VOID
    assert results == [kept, missed, void, missed, None]
    line.rings(late, AttemptOutcome.REACHED_COMPLETE)
    line.worker_looks()
    assert line.result(late) is missed, "rung after all, but too late"
    with line.db.read() as session:
        assert session.get_one(Promise, late).first_attempt_at == clock()
        assert session.get_one(Promise, never).first_attempt_at is None


def test_what_became_of_a_promise_outlives_the_callback(line: Line, clock: MovableClock) -> None:
    callback_id = line.calls()
    clock.moves(hours=5)
    line.worker_looks()
    with line.db.write() as session:
        for table in (Call, Attempt, Callback, Request):
            session.execute(sa.delete(table))
    assert line.result(callback_id) is PromiseStatus.MISSED
    assert line.worker_looks() == clock()


def test_a_callback_that_was_never_promised_is_never_decided(line: Line, clock: MovableClock) -> None:
    callback_id = line.calls()
    with line.db.write() as session:
        callback = session.get_one(Callback, callback_id)
        callback.promised_from = callback.promised_until = None
    clock.moves(days=1)
    line.worker_looks()
    assert line.result(callback_id) is None


def test_a_window_that_nobody_was_told_is_no_promise(line: Line, clock: MovableClock) -> None:
    told, untold = line.calls(), line.calls()
    with line.db.write() as session:
        session.get_one(Callback, untold).kind = CallbackKind.FOLLOW_UP
    clock.moves(hours=3)
    line.worker_looks()
    assert (line.result(told), line.result(untold)) == (PromiseStatus.MISSED, PromiseStatus.VOID)


def test_slow_work_and_broken_promises_move_what_is_promised_next(line: Line, clock: MovableClock) -> None:
    """Days on which each talk takes twenty minutes and one is alone."""
    plain = line.is_promised().start - clock()
    line.goes_on_duty()
    for _ in range(9):  # with a weekend
        for _ in range(3):
            callback_id = line.calls()
            line.rings(callback_id)
            clock.moves(minutes=20)
            line.rings(callback_id, AttemptOutcome.REACHED_COMPLETE)
            line.worker_looks()
        clock.now = clock.now.replace(hour=9, minute=0) + timedelta(days=1)
    with line.db.read() as session:
        learned = session.get_one(PromisePace, 1)
        assert 12 < learned.minutes < 18, "between the profile's ten and the real twenty"
        assert learned.care == 1.0
        assert set(learned.usual.values()) == {1}
        assert session.scalar(sa.select(sa.func.count(DutyHour.hour))) == 14, "seven days, two hours each"
    for _ in range(15):
        line.calls()
    clock.moves(days=4)
    line.worker_looks()
    clock.now = clock.now.replace(hour=9, minute=0)
    with line.db.write() as session:
        session.execute(sa.delete(Attempt))
        session.execute(sa.delete(Call))
        session.execute(sa.delete(Callback))
    line.worker_looks()
    with line.db.read() as session:
        assert session.get_one(PromisePace, 1).care > 1.3
    careful = line.is_promised().start - clock()
    assert plain < careful <= plain + timedelta(hours=1), "more careful, and not absurd"


def test_counting_ends_at_a_bound(line: Line) -> None:
    with line.db.write() as session:
        session.add_all(
            Callback(
                kind="intake", status="queued", need=str(number), language="de", not_before=TUESDAY_TEN,
                due_at=TUESDAY_TEN, last_called_at=TUESDAY_TEN, created_at=TUESDAY_TEN,
            )
            for number in range(promises.COUNT_AT_MOST + 5)
        )  # fmt: skip
    line.worker_looks()
    with line.db.read() as session:
        row = session.get_one(PromisePace, 1)
        assert (row.waiting, row.newest_callback_id) == (promises.COUNT_AT_MOST, promises.COUNT_AT_MOST + 5)
    with line.db.write() as session:
        session.get_one(PromisePace, 1).newest_callback_id = 0
    assert line.is_promised().start > TUESDAY_TEN + timedelta(days=7), "a thousand more, and no error"


MOMENTS = st.none() | st.integers(-100, 100).map(lambda minutes: TUESDAY_TEN + timedelta(minutes=minutes))


@given(MOMENTS, MOMENTS)
def test_every_promise_that_is_over_has_one_result(first: datetime | None, closed: datetime | None) -> None:
    result = promises.result_of(TUESDAY_TEN, first, closed)
    in_time = first is not None and first <= TUESDAY_TEN
    assert result is not PromiseStatus.OPEN
    assert (result is PromiseStatus.KEPT) == in_time
    if result is PromiseStatus.VOID:
        assert closed is not None
        assert closed <= TUESDAY_TEN


def test_a_hotline_that_was_closed_for_long_still_learns(profile: Profile) -> None:
    closed = tuple(TUESDAY_TEN.date() - timedelta(days=days) for days in range(200))
    long_closed = profile.model_copy(update={"closures": closed})
    assert promises.working_days_ago(long_closed, TUESDAY_TEN) < TUESDAY_TEN - timedelta(days=90)
