"""The callback queue: nothing is doubled, nothing is lost, and two never hold one callback."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta

import psycopg
import pytest
import sqlalchemy as sa

from intake import assignment, queue, registry, skips, staff
from intake.claims import take_next
from intake.db import Database
from intake.hours import Window
from intake.lifecycle import CallbackStatus, RequestStatus
from intake.models import Callback, Request, Staff
from intake.registry import Filing, Told
from intake.skip_models import SkipReason
from intake.staff_roles import Role
from tests.conftest import TUESDAY_TEN

NOW = TUESDAY_TEN
WINDOW = Window(NOW + timedelta(hours=1), NOW + timedelta(hours=2))
MRS_A, MRS_B = "+4956925551234", "+4956715550000"


def _tells(db: Database, number: str = MRS_A, category: str | None = "shopping", **more: object) -> Filing:
    minutes = more.pop("minutes", 0)
    assert isinstance(minutes, int)
    window = Window(WINDOW.start + timedelta(minutes=minutes), WINDOW.end + timedelta(minutes=minutes))
    told = Told(number=number, language="de", category=category, postcode="34466", ags="06633028")
    with db.write() as session:
        return registry.file_request(session, NOW, told, window)


def _operator(db: Database, login: str, languages: tuple[str, ...] = ("de",)) -> int:
    with db.write() as session:
        account, _ = staff.add(session, NOW, login, login, Role.OPERATOR, languages)
        staff.set_duty(session, NOW, account, on=True)
        return account.id


def _assign(db: Database) -> int:
    with db.write() as session:
        return assignment.assign(session, NOW)


def test_a_second_call_for_the_same_need_adds_and_keeps_its_place(any_db: Database) -> None:
    first = _tells(any_db)
    second = _tells(any_db, minutes=300)
    assert second.added
    assert not first.added
    assert (second.callback_id, second.reference) == (first.callback_id, first.reference)
    assert second.window == first.window
    with any_db.read() as session:
        assert session.get_one(Callback, first.callback_id).times_called == 2
        assert session.scalar(sa.select(sa.func.count(Request.id))) == 1


def test_a_different_need_of_the_same_number_is_a_new_request(any_db: Database) -> None:
    assert _tells(any_db).reference != _tells(any_db, category="driving").reference


def test_a_caller_who_names_no_need_adds_to_what_is_open(any_db: Database) -> None:
    first = _tells(any_db)
    silent = _tells(any_db, category=None)
    assert silent.added
    assert silent.callback_id == first.callback_id


def test_a_call_about_an_open_request_without_callback_gets_a_new_callback(any_db: Database) -> None:
    first = _tells(any_db)
    with any_db.write() as session:
        request = session.get_one(Request, first.request_id)
        registry.move(request, RequestStatus.OPEN, NOW)
        queue.close_for_request(session, NOW, request.id, "reached_complete")
    again = _tells(any_db)
    assert again.added
    assert again.request_id == first.request_id
    assert again.callback_id != first.callback_id


def test_two_calls_filed_at_one_moment_meet_in_one_callback(any_db: Database) -> None:
    start = threading.Barrier(4)
    filings: list[Filing] = []

    def call() -> None:
        start.wait()
        filings.append(_tells(any_db))

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({filing.callback_id for filing in filings}) == 1
    with any_db.read() as session:
        assert session.scalars(sa.select(Callback.times_called)).all() == [4]


def test_who_calls_while_her_callback_is_being_closed_is_not_added_to_it(postgres_db: Database) -> None:
    first = _tells(postgres_db)
    with postgres_db.write() as operator:
        queue.close_for_request(operator, NOW, first.request_id or 0, "reached_complete")
        operator.flush()
        with pytest.raises(psycopg.errors.LockNotAvailable):
            _looks_at_once(postgres_db)
    assert _tells(postgres_db).callback_id != first.callback_id


def test_who_calls_again_while_her_request_is_ending_begins_a_new_one(postgres_db: Database) -> None:
    first = _tells(postgres_db)
    with postgres_db.write() as session:
        queue.close_for_request(session, NOW, first.request_id or 0, "reached_complete")
    with postgres_db.write() as caller:
        registry.withdraw(caller, NOW, caller.get_one(Request, first.request_id))
        caller.flush()
        with pytest.raises(psycopg.errors.LockNotAvailable):
            _tells_at_once(postgres_db)
    assert _tells(postgres_db).request_id != first.request_id


def _tells_at_once(db: Database) -> None:
    with db.write() as session:
        session.execute(sa.text("SET LOCAL lock_timeout = '1ms'"))  # where it would wait it fails
        registry.file_request(session, NOW, Told(number=MRS_A, language="de", category="shopping"), WINDOW)


def _looks_at_once(db: Database) -> None:
    with db.write() as session:
        session.execute(sa.text("SET LOCAL lock_timeout = '1ms'"))  # where it would wait it fails
        queue.find_open(session, MRS_A, "shopping")


def test_the_oldest_promise_goes_first_and_to_whom_has_fewest(any_db: Database) -> None:
    later = _tells(any_db, MRS_A, minutes=30).callback_id
    sooner = _tells(any_db, MRS_B).callback_id
    anna, berta = _operator(any_db, "anna"), _operator(any_db, "berta")
    assert _assign(any_db) == 2
    with any_db.read() as session:
        assert session.get_one(Callback, sooner).holder_id == anna
        assert session.get_one(Callback, later).holder_id == berta


def test_nobody_is_given_more_than_two(any_db: Database) -> None:
    for digit in range(5):
        _tells(any_db, f"+495692555000{digit}")
    _operator(any_db, "anna")
    assert _assign(any_db) == assignment.HOLD_AT_MOST
    assert _assign(any_db) == 0


def test_an_expired_lease_gives_the_callback_back_in_its_old_place(any_db: Database) -> None:
    filing = _tells(any_db)
    _operator(any_db, "anna")
    _assign(any_db)
    with any_db.write() as session:
        assert queue.free_expired(session, NOW + queue.LEASE_UNOPENED) == 0
        assert queue.free_expired(session, NOW + queue.LEASE_UNOPENED + timedelta(seconds=1)) == 1
    with any_db.read() as session:
        callback = session.get_one(Callback, filing.callback_id)
        assert callback.status is CallbackStatus.QUEUED
        assert callback.holder_id is None
        assert callback.due_at == filing.window.end


def test_going_off_duty_gives_back_what_is_not_being_rung(any_db: Database) -> None:
    _tells(any_db)
    anna = _operator(any_db, "anna")
    _assign(any_db)
    with any_db.write() as session:
        staff.set_duty(session, NOW, session.get_one(Staff, anna), on=False)
    with any_db.read() as session:
        assert queue.waiting(session) == 1


def test_whose_page_fell_silent_gives_back_what_she_has_not_opened(any_db: Database) -> None:
    opened, waiting = _tells(any_db).callback_id, _tells(any_db, MRS_B, minutes=5).callback_id
    anna = _operator(any_db, "anna")
    assert _assign(any_db) == 2
    with any_db.write() as session:
        callback = queue.held_by(session, opened, anna)
        assert callback is not None
        queue.keep(callback, NOW)
        silent = NOW + staff.SEEN_WITHIN + timedelta(seconds=1)
        assert assignment.free_vanished(session, NOW + staff.SEEN_WITHIN) == 0
        assert assignment.free_vanished(session, silent) == 1
    with any_db.read() as session:
        assert session.get_one(Callback, opened).holder_id == anna
        assert session.get_one(Callback, waiting).status is CallbackStatus.QUEUED


def test_what_was_skipped_goes_to_somebody_else_and_comes_back_in_time(any_db: Database) -> None:
    filing = _tells(any_db)
    anna = _operator(any_db, "anna")
    assert take_next(any_db, NOW, anna, ["de"]) == filing.callback_id
    with any_db.write() as session:
        callback = session.get_one(Callback, filing.callback_id)
        skips.skip(session, NOW, callback, anna, SkipReason.NO_TIME)
    assert _assign(any_db) == 0
    assert take_next(any_db, NOW, anna, ["de"]) is None
    berta = _operator(any_db, "berta", ("en",))
    assert _assign(any_db) == 1
    with any_db.write() as session:
        callback = session.get_one(Callback, filing.callback_id)
        assert (callback.holder_id, callback.due_at) == (berta, filing.window.end)
        skips.skip(session, NOW, callback, berta, SkipReason.LANGUAGE)
        assert [skip.reason for skip in skips.of_callback(session, callback.id)] == ["no_time", "language"]
    later = NOW + skips.STAYS_AWAY[SkipReason.NO_TIME]
    assert take_next(any_db, later, berta, ["en"]) is None
    assert take_next(any_db, later, anna, ["de"]) == filing.callback_id


def test_the_next_one_is_of_an_own_language_then_the_oldest_promise_then_the_most_urgent(
    any_db: Database,
) -> None:
    ids = {}
    for digit, (name, language, minutes, urgency) in enumerate(
        (
            ("turkish", "tr", 30, 0),
            ("late", "de", 0, 0),
            ("urgent", "de", 20, 2),
            ("usual", "de", 20, 0),
            ("same", "de", 20, 0),
            ("russian", "ru", -30, 2),
        )
    ):
        told = Told(f"+495692555000{digit}", language, "shopping", urgency=urgency)
        window = Window(WINDOW.start, WINDOW.end + timedelta(minutes=minutes))
        with any_db.write() as session:
            ids[registry.file_request(session, NOW, told, window).callback_id] = name
    anna = _operator(any_db, "anna")
    order = [ids[taken] for _ in ids if (taken := take_next(any_db, NOW, anna, ["tr", "de"]))]
    assert order == ["late", "urgent", "usual", "same", "turkish", "russian"]
    assert take_next(any_db, NOW, anna, []) is None


def test_who_was_not_heard_of_gets_nothing(any_db: Database) -> None:
    _tells(any_db)
    _operator(any_db, "anna")
    much_later = NOW + staff.SEEN_WITHIN + timedelta(seconds=1)
    with any_db.write() as session:
        assert assignment.assign(session, much_later) == 0


@pytest.mark.parametrize("rounds", [40])
def test_takers_at_once_never_hold_one_callback_twice(any_db: Database, rounds: int) -> None:
    for number in range(rounds):
        _tells(any_db, f"+4956925{number:06d}")
    takers = [_operator(any_db, login) for login in ("anna", "berta", "carla", "dora")]
    taken: list[int] = []

    def take_all(staff_id: int) -> None:
        while True:
            callback_id = take_next(any_db, NOW, staff_id, ["de"])
            if callback_id is None:
                return
            taken.append(callback_id)

    threads = [threading.Thread(target=take_all, args=(taker,)) for taker in takers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(taken).most_common(1)[0][1] == 1
    assert len(taken) == rounds


def test_a_withdrawn_request_needs_no_ringing(any_db: Database) -> None:
    filing = _tells(any_db)
    with any_db.write() as session:
        registry.withdraw(session, NOW, session.get_one(Request, filing.request_id))
    with any_db.read() as session:
        callback = session.get_one(Callback, filing.callback_id)
        assert (callback.status, callback.outcome) == (CallbackStatus.DONE, "withdrawn")
