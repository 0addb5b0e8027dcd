"""Accounts: one-time passwords, a rest after too many wrong tries, and sessions that can be ended."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from intake import staff, staff_login
from intake.db import Database
from intake.models import AuditEntry, Staff
from intake.staff import StaffError
from intake.staff_roles import PERMISSIONS, Permission, Role
from intake.staff_tries import PASSWORDS, TooManyTriesError
from tests.conftest import TUESDAY_TEN

NOW = TUESDAY_TEN
OWN = "ein langes Kennwort"


@pytest.fixture
def real_passwords(quick_passwords: PasswordHasher, monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed as in the field."""
    monkeypatch.setattr(staff, "hasher", quick_passwords)


def _add(db: Database, login: str = "anna") -> str:
    with db.write() as session:
        return staff.add(session, NOW, login, "Anna", Role.OPERATOR, ("de",))[1]


def _logs_in(db: Database, password: str, login: str = "anna", minutes: int = 0) -> Staff | None:
    now = NOW + timedelta(minutes=minutes)
    with db.write() as session:
        whose = staff_login.knock(session, now, login, "127.0.0.1")
    with db.read() as session:
        checked = staff_login.hash_for(session, login)
    with db.write() as session:
        return staff_login.come_in(session, now, login, whose, checked, staff.fits(checked, password))


@pytest.mark.usefixtures("real_passwords")
def test_a_new_account_logs_in_with_its_one_time_password_and_has_to_change_it(sqlite_db: Database) -> None:
    account = _logs_in(sqlite_db, _add(sqlite_db), " ANNA ")
    assert account is not None
    assert account.must_change


@pytest.mark.usefixtures("real_passwords")
def test_a_password_costs_whoever_guesses_it_time_and_memory() -> None:
    made = staff.make_password()
    assert made.hash.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert staff.fits(made.hash, made.text)


def test_its_own_password_replaces_the_first_and_ends_other_sessions(sqlite_db: Database) -> None:
    first = _add(sqlite_db)
    with sqlite_db.write() as session:
        account = staff.find(session, "anna")
        assert account is not None
        epoch = account.session_epoch
        kept = account.password_hash
        staff.change_password(session, NOW, account, kept, staff.hash_of_own(kept, first, OWN))
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
    with sqlite_db.read() as session:
        kept = staff_login.hash_for(session, "anna")
    with pytest.raises(StaffError, match=fault):
        staff.hash_of_own(kept, old or first, new or first)


def test_of_two_changes_at_once_the_second_is_refused(sqlite_db: Database) -> None:
    first = _add(sqlite_db)
    with sqlite_db.write() as session:
        account = staff.find(session, "anna")
        assert account is not None
        kept = account.password_hash
        fresh = staff.hash_of_own(kept, first, OWN)
        staff.change_password(session, NOW, account, kept, fresh)
        with pytest.raises(StaffError, match="old password"):
            staff.change_password(session, NOW, account, kept, fresh)


def test_too_many_wrong_tries_let_the_account_rest_even_for_the_right_password(sqlite_db: Database) -> None:
    password = _add(sqlite_db)
    for _ in range(PASSWORDS[0].most):
        assert _logs_in(sqlite_db, "wrong") is None
    with pytest.raises(TooManyTriesError):
        _logs_in(sqlite_db, password)
    assert _logs_in(sqlite_db, password, minutes=15) is not None
    with sqlite_db.read() as session:
        rests = sa.select(sa.func.count()).where(AuditEntry.action == "login_rests")
        assert session.scalar(rests) == 1


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
