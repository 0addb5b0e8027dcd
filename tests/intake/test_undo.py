"""A slip of the hand is taken back until something followed from it; a letter follows the last try."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from intake import letters, queue, registry, staff, undo
from intake.db import Database
from intake.hours import Window
from intake.kinds import CallbackKind, LastResort
from intake.letter_models import Letter
from intake.lifecycle import CallbackStatus, LetterStatus, RequestStatus
from intake.models import Attempt, Request
from intake.profile import AttemptOutcome, Profile
from intake.registry import Told
from intake.staff_roles import Role
from intake.undo import Hindrance, UndoError
from tests.conftest import MovableClock

from .test_attempts import TELLS, Desk


@pytest.fixture
def desk(any_db: Database, profile: Profile, clock: MovableClock) -> Desk:
    return Desk(any_db, profile, clock)


def _undoes(desk: Desk, staff_id: int | None = None) -> None:
    with desk.db.write() as session:
        attempt_id = session.scalar(sa.select(sa.func.max(Attempt.id)))
        assert attempt_id is not None
        undo.take_back(session, desk.clock(), attempt_id, staff_id or desk.staff_id)


def _refused(desk: Desk, staff_id: int | None = None) -> Hindrance:
    with pytest.raises(UndoError) as caught:
        _undoes(desk, staff_id)
    return caught.value.why


@pytest.mark.parametrize(
    "outcome", [outcome for outcome in AttemptOutcome if outcome is not AttemptOutcome.REACHED_COMPLETE]
)
def test_every_outcome_but_a_request_taken_down_can_be_taken_back(
    desk: Desk, outcome: AttemptOutcome
) -> None:
    before = desk.callback
    desk.records(outcome, desk.clock() + timedelta(hours=3) if outcome is AttemptOutcome.CALL_AGAIN else None)
    desk.clock.moves(minutes=2)
    _undoes(desk)
    callback = desk.callback
    assert (callback.status, callback.holder_id) == (CallbackStatus.CALLING, desk.staff_id)
    assert (callback.tries, callback.outcome, callback.closed_at) == (0, None, None)
    assert (callback.not_before, callback.due_at) == (before.not_before, before.due_at)
    assert desk.request.status is RequestStatus.NEW
    with desk.db.read() as session:
        assert session.scalars(sa.select(Letter)).all() == []
    desk.records(AttemptOutcome.BUSY)
    assert desk.attempts == desk.callback.tries == 1


def test_after_a_while_by_another_hand_or_twice_nothing_is_taken_back(desk: Desk) -> None:
    desk.records(AttemptOutcome.BUSY)
    assert _refused(desk, staff_id=desk.staff_id + 1) is Hindrance.TOO_LATE
    _undoes(desk)
    assert _refused(desk) is Hindrance.TOO_LATE
    desk.records(AttemptOutcome.BUSY)
    desk.clock.now += undo.UNDO_WITHIN + timedelta(seconds=1)
    assert _refused(desk) is Hindrance.TOO_LATE


def test_what_somebody_else_took_meanwhile_stays_hers(desk: Desk) -> None:
    desk.records(AttemptOutcome.LANGUAGE)
    with desk.db.write() as session:
        berta, _ = staff.add(session, desk.clock(), "berta", "Berta", Role.OPERATOR, ("tr",))
        assert queue.take(session, desk.clock(), desk.callback_id, berta.id)
    assert _refused(desk) is Hindrance.IN_OTHER_HANDS
    assert desk.callback.holder_id == berta.id


def test_a_caller_who_rang_again_meanwhile_has_a_callback_already(desk: Desk) -> None:
    desk.records(AttemptOutcome.REFUSES)
    with desk.db.write() as session:
        window = Window(desk.clock(), desk.clock() + timedelta(hours=1))
        registry.file_request(session, desk.clock(), TELLS, window)
    assert _refused(desk) is Hindrance.IN_OTHER_HANDS


def test_what_helpers_have_seen_is_not_taken_back(desk: Desk) -> None:
    with desk.db.write() as session:
        request = session.get_one(Request, desk.callback.request_id)
        registry.move(request, RequestStatus.OPEN, desk.clock())
    desk.records(AttemptOutcome.REFUSES)
    assert desk.request.status is RequestStatus.WITHDRAWN
    assert _refused(desk) is Hindrance.GONE_ON


def _tries_to_the_end(desk: Desk, outcome: AttemptOutcome) -> int:
    days = set()
    while desk.callback.status is CallbackStatus.QUEUED:
        desk.clock.now = max(desk.clock.now, desk.callback.not_before)
        days.add(desk.clock.now.astimezone(desk.profile.tz).date())
        desk.records(outcome)
    return len(days)


def test_who_is_engaged_all_morning_is_tried_another_day_and_then_written_to(desk: Desk) -> None:
    rule = desk.profile.retry[AttemptOutcome.BUSY]
    assert _tries_to_the_end(desk, AttemptOutcome.BUSY) == rule.over_days == 2
    assert desk.callback.tries == (rule.max_tries or 0) + 1, "the last one of the first day was not the last"
    assert desk.callback.status is CallbackStatus.GIVEN_UP
    with desk.db.write() as session:
        (letter,) = letters.due(session, 10)
        assert (letter.kind, letter.wanted) == (CallbackKind.INTAKE, LastResort.LETTER)
        assert letter.request_id == desk.request.id
        letters.finish(session, desk.clock(), letter, desk.staff_id, LastResort.CONTACT_POINT)
    assert _refused(desk) is Hindrance.GONE_ON, "the town hall was told"
    with desk.db.read() as session:
        assert letters.due(session, 10) == []
        assert session.scalars(sa.select(Letter.status)).one() is LetterStatus.SENT


def test_who_has_no_telephone_is_owed_one_letter_of_a_kind(desk: Desk) -> None:
    told = Told(number="", language="de", category="shopping")
    with desk.db.write() as session:
        request = registry.new_request(session, desk.clock(), told, "paper")
        first = letters.owe_for_request(session, desk.clock(), CallbackKind.NO_HELPER, request)
        again = letters.owe_for_request(session, desk.clock(), CallbackKind.NO_HELPER, request)
        other = letters.owe_for_request(session, desk.clock(), CallbackKind.CONFIRM_MATCH, request, None)
        assert first.id == again.id != other.id
        letters.finish(session, desk.clock(), first, desk.staff_id, None)
        assert letters.owe_for_request(session, desk.clock(), CallbackKind.NO_HELPER, request).id > other.id
