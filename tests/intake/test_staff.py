"""Accounts: one-time passwords, a rest after too many wrong tries, and sessions that can be ended."""

from __future__ import annotations

from datetime import timedelta

import pytest

from intake import staff
from intake.db import Database
from intake.models import Staff
from intake.staff import StaffError
from intake.staff_roles import PERMISSIONS, Permission, Role
from tests.conftest import TUESDAY_TEN

NOW = TUESDAY_TEN
OWN = "ein langes Kennwort"


def _add(db: Database, login: str = "anna") -> str:
    with db.write() as session:
        return staff.add(session, NOW, login, "Anna", Role.OPERATOR, ("de",))[1]


def _logs_in(db: Database, password: str, login: str = "anna", minutes: int = 0) -> Staff | None:
    with db.read() as session:
        checked = staff.known_hash(session, login)
    with db.write() as session:
        now = NOW + timedelta(minutes=minutes)
        return staff.log_in(session, now, login, checked, staff.fits(checked, password))


def test_a_new_account_logs_in_with_its_one_time_password_and_has_to_change_it(sqlite_db: Database) -> None:
    account = _logs_in(sqlite_db, _add(sqlite_db), " ANNA ")
    assert account is not None
    assert account.must_change


def test_its_own_password_replaces_the_first_and_ends_other_sessions(sqlite_db: Database) -> None:
    first = _add(sqlite_db)
    with sqlite_db.write() as session:
        account = staff.find(session, "anna")
        assert account is not None
        epoch = account.session_epoch
        staff.change_password(session, NOW, account, first, OWN)
        assert account.session_epoch > epoch
    assert _logs_in(sqlite_db, first) is None
    account = _logs_in(sqlite_db, OWN)
    assert account is not None
    assert not account.must_change


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [("wrong", OWN, "old password"), (None, "short", "12 characters"), (None, None, "old one")],
)
def test_an_unfit_password_is_refused_with_the_reason(
    sqlite_db: Database, old: str | None, new: str | None, fault: str
) -> None:
    first = _add(sqlite_db)
    with sqlite_db.write() as session:
        account = staff.find(session, "anna")
        assert account is not None
        with pytest.raises(StaffError, match=fault):
            staff.change_password(session, NOW, account, old or first, new or first)


def test_too_many_wrong_tries_let_the_account_rest_even_for_the_right_password(sqlite_db: Database) -> None:
    password = _add(sqlite_db)
    for _ in range(staff.TRIES):
        assert _logs_in(sqlite_db, "wrong") is None
    assert _logs_in(sqlite_db, password) is None
    assert _logs_in(sqlite_db, password, minutes=16) is not None


def test_nobody_and_the_closed_are_refused_alike(sqlite_db: Database) -> None:
    password = _add(sqlite_db)
    with sqlite_db.write() as session:
        account = staff.find(session, "anna")
        assert account is not None
        account.active = False
    assert _logs_in(sqlite_db, password) is None
    assert _logs_in(sqlite_db, password, "nobody") is None


def test_a_login_is_taken_once(sqlite_db: Database) -> None:
    _add(sqlite_db)
    with pytest.raises(StaffError, match="taken"):
        _add(sqlite_db, "Anna")


def test_an_administrator_sees_no_cases() -> None:
    assert not PERMISSIONS[Role.ADMINISTRATOR] & {Permission.RETURN_CALLS, Permission.MATCH}
