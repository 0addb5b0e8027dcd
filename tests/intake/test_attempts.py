"""Attempts: what an outcome does to the callback and the request is the profile's table, rule by rule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import attempts, queue, registry, staff
from intake.attempts import OutcomeError, OutcomeFirst, OutsideCallWindow, WrongTime
from intake.db import Database
from intake.hours import Window, in_call_window
from intake.lifecycle import CallbackStatus, RequestStatus
from intake.models import Attempt, Callback, Request
from intake.profile import AttemptOutcome, Profile
from intake.registry import Told
from intake.staff_roles import Role
from tests.conftest import TUESDAY_TEN, MovableClock

TELLS = Told(number="+4956925551234", language="de", category="shopping")


class Desk:
    """An operator with one callback in hand."""

    def __init__(self, db: Database, profile: Profile, clock: MovableClock) -> None:
        self.db, self.profile, self.clock = db, profile, clock
        window = Window(clock(), clock() + timedelta(hours=1))
        with db.write() as session:
            filing = registry.file_request(session, clock(), TELLS, window)
            account, _ = staff.add(session, clock(), "anna", "Anna", Role.OPERATOR, ("de",))
        self.callback_id, self.staff_id = filing.callback_id, account.id

    def records(self, outcome: AttemptOutcome, again_at: datetime | None = None) -> None:
        with self.db.write() as session:
            queue.take(session, self.clock(), self.callback_id, self.staff_id)
            callback = queue.held_by(session, self.callback_id, self.staff_id)
            assert callback is not None
            attempts.record(
                session, self.profile, self.clock(), callback, self.staff_id, outcome, again_at=again_at
            )

    @property
    def callback(self) -> Callback:
        with self.db.read() as session:
            return session.get_one(Callback, self.callback_id)

    @property
    def request(self) -> Request:
        with self.db.read() as session:
            return session.get_one(Request, self.callback.request_id)

    @property
    def attempts(self) -> int:
        with self.db.read() as session:
            return session.query(Attempt).count()


@pytest.fixture
def desk(sqlite_db: Database, profile: Profile, clock: MovableClock) -> Desk:
    return Desk(sqlite_db, profile, clock)


@pytest.mark.parametrize("outcome", AttemptOutcome)
def test_after_every_outcome_nobody_holds_it_and_it_is_either_ended_or_due(
    desk: Desk, outcome: AttemptOutcome
) -> None:
    again = desk.clock() + timedelta(hours=3) if outcome is AttemptOutcome.CALL_AGAIN else None
    desk.records(outcome, again)
    callback, rule = desk.callback, desk.profile.retry[outcome]
    assert callback.holder_id is None
    assert desk.attempts == callback.tries == 1
    if rule.closes:
        assert (callback.status, callback.outcome) == (CallbackStatus.DONE, outcome.value)
        assert callback.closed_at == TUESDAY_TEN
    else:
        assert callback.status is CallbackStatus.QUEUED
        assert callback.not_before >= TUESDAY_TEN
        assert in_call_window(desk.profile, callback.not_before)
    if rule.request_status is not None:
        assert desk.request.status is rule.request_status


def test_no_answer_in_the_morning_is_tried_in_the_afternoon_and_at_last_given_up(desk: Desk) -> None:
    rule = desk.profile.retry[AttemptOutcome.NO_ANSWER]
    assert rule.max_tries is not None
    seen = []
    for _ in range(rule.max_tries):
        desk.records(AttemptOutcome.NO_ANSWER)
        if desk.callback.status is CallbackStatus.QUEUED:
            seen.append(desk.callback.not_before)
            desk.clock.now = desk.callback.not_before
    assert seen[0].astimezone(desk.profile.tz).hour >= 12
    assert seen == sorted(seen)
    assert desk.callback.status is CallbackStatus.GIVEN_UP
    assert desk.request.status is (rule.given_up_status or RequestStatus.NEW)


def test_call_again_is_due_when_the_citizen_asked(desk: Desk) -> None:
    asked = TUESDAY_TEN + timedelta(hours=4)
    desk.records(AttemptOutcome.CALL_AGAIN, asked)
    assert desk.callback.not_before == asked


def test_call_again_in_the_middle_of_the_night_waits_for_the_morning(desk: Desk) -> None:
    asked = TUESDAY_TEN + timedelta(hours=16)
    desk.records(AttemptOutcome.CALL_AGAIN, asked)
    assert desk.callback.not_before > asked
    assert in_call_window(desk.profile, desk.callback.not_before)


def test_a_new_try_is_not_overdue_while_the_hotline_is_closed(desk: Desk) -> None:
    friday = desk.clock.moves(days=3, hours=3, minutes=50)  # 13:50, and it closes at 14:00
    desk.records(AttemptOutcome.BUSY)
    assert desk.callback.not_before == friday + timedelta(minutes=15)
    assert desk.callback.due_at == datetime(2026, 11, 30, 8, 0, tzinfo=UTC), "Monday, an hour after it opened"


@pytest.mark.parametrize(
    ("again_at", "why"),
    [
        (None, WrongTime.MISSING),
        (TUESDAY_TEN - timedelta(minutes=1), WrongTime.PAST),
        (TUESDAY_TEN, WrongTime.PAST),
        (datetime(1, 1, 1, tzinfo=ZoneInfo("Europe/Berlin")), WrongTime.PAST),
        (TUESDAY_TEN + timedelta(days=61), WrongTime.TOO_FAR),
        (datetime(9999, 12, 31, tzinfo=ZoneInfo("America/New_York")), WrongTime.TOO_FAR),
    ],
)
def test_call_again_needs_a_time_that_is_still_to_come_and_near(
    desk: Desk, again_at: datetime | None, why: WrongTime
) -> None:
    with pytest.raises(OutcomeError) as caught:
        desk.records(AttemptOutcome.CALL_AGAIN, again_at)
    assert caught.value.why is why
    assert desk.attempts == 0
    assert desk.callback.tries == 0


def test_nobody_is_dialled_outside_the_call_window_but_an_outcome_is_still_recorded(desk: Desk) -> None:
    desk.clock.moves(hours=11)
    with desk.db.write() as session:
        queue.take(session, desk.clock(), desk.callback_id, desk.staff_id)
        callback = queue.held_by(session, desk.callback_id, desk.staff_id)
        assert callback is not None
        with pytest.raises(OutsideCallWindow) as caught:
            attempts.start(session, desk.profile, desk.clock(), callback, desk.staff_id)
    assert caught.value.opens_at == TUESDAY_TEN + timedelta(hours=22)
    assert desk.callback.status is CallbackStatus.ASSIGNED
    assert desk.attempts == 0
    desk.records(AttemptOutcome.DUPLICATE)
    assert desk.callback.status is CallbackStatus.DONE


def _holds(db: Database, number: str, staff_id: int) -> int:
    with db.write() as session:
        told = Told(number=number, language="de", category="shopping")
        window = Window(TUESDAY_TEN, TUESDAY_TEN + timedelta(hours=1))
        callback_id = registry.file_request(session, TUESDAY_TEN, told, window).callback_id
        assert queue.take(session, TUESDAY_TEN, callback_id, staff_id)
    return callback_id


def _dials(session: Session, profile: Profile, callback_id: int, staff_id: int) -> None:
    callback = session.get_one(Callback, callback_id)
    attempts.show_number(session, profile, TUESDAY_TEN, callback, staff_id)


def _dials_at_once(db: Database, profile: Profile, callback_id: int, staff_id: int) -> None:
    with db.write() as session:
        session.execute(sa.text("SET LOCAL lock_timeout = '1ms'"))  # where it would wait it fails
        _dials(session, profile, callback_id, staff_id)


def test_no_number_is_shown_or_rung_before_the_outcome_of_the_last_is_told(desk: Desk) -> None:
    first, second = (_holds(desk.db, f"+4956715550{n}", desk.staff_id) for n in (111, 222))
    with desk.db.write() as session:
        _dials(session, desk.profile, second, desk.staff_id)
        _dials(session, desk.profile, second, desk.staff_id)  # looking at it again is no other number
    with pytest.raises(OutcomeFirst) as refused, desk.db.write() as session:
        _dials(session, desk.profile, first, desk.staff_id)
    assert refused.value.callback_id == second


def test_two_pages_of_one_operator_begin_to_dial_one_after_the_other(
    postgres_db: Database, profile: Profile, clock: MovableClock
) -> None:
    desk = Desk(postgres_db, profile, clock)
    first, second = (_holds(desk.db, f"+4956715550{n}", desk.staff_id) for n in (111, 222))
    with desk.db.write() as one_page:
        _dials(one_page, profile, first, desk.staff_id)
        with pytest.raises(sa.exc.OperationalError, match="lock timeout"):
            _dials_at_once(desk.db, profile, second, desk.staff_id)
    with pytest.raises(OutcomeFirst), desk.db.write() as other_page:
        _dials(other_page, profile, second, desk.staff_id)
