"""Tries to log in, on both databases: what is counted together, for how long, and what is forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from intake import retention, staff_tries
from intake.db import Database
from intake.profile import Profile
from intake.staff_tries import ADDRESS, CODES, LONGEST, PASSWORDS, TooManyTriesError, of_codes, of_login
from intake.staff_try_models import LoginTry
from tests.conftest import TUESDAY_TEN

MINUTE = timedelta(minutes=1)


def _tries(db: Database, whose: str, address: str | None = None, at: datetime = TUESDAY_TEN) -> bool:
    """Whether the try is looked at."""
    try:
        with db.write() as session:
            limits = CODES if whose.startswith("codes") else PASSWORDS
            staff_tries.count(session, at, whose, limits, address)
    except TooManyTriesError:
        return False
    return True


def test_many_addresses_at_one_account_get_no_further_than_one(any_db: Database) -> None:
    looked_at = [_tries(any_db, of_login(" Anna"), f"198.51.100.{n}") for n in range(9)]
    assert looked_at == [True] * 8 + [False]
    assert _tries(any_db, of_login("ben"), "198.51.100.200"), "others are not concerned"


def test_one_address_at_many_accounts_gets_no_further_than_its_limit(any_db: Database) -> None:
    looked_at = [_tries(any_db, of_login(f"a{n}"), "198.51.100.1") for n in range(ADDRESS.most + 1)]
    assert looked_at == [True] * ADDRESS.most + [False]
    assert _tries(any_db, of_login("anna"), "198.51.100.2")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:198.51.100.1", "198.51.100.1", True),
    ],
)
def test_addresses_of_one_household_count_as_one(
    sqlite_db: Database, one: str, other: str, same: bool
) -> None:
    for n in range(ADDRESS.most):
        _tries(sqlite_db, of_login(f"a{n}"), one)
    assert _tries(sqlite_db, of_login("anna"), other) is not same


def test_a_window_slides_and_tries_that_were_not_looked_at_do_not_lengthen_it(sqlite_db: Database) -> None:
    for minute in range(8):
        assert _tries(sqlite_db, of_login("anna"), at=TUESDAY_TEN + minute * MINUTE)
    with sqlite_db.read() as session:
        until = staff_tries.rests_until(session, TUESDAY_TEN + 8 * MINUTE, of_login("anna"), PASSWORDS)
    assert until == TUESDAY_TEN + 15 * MINUTE
    for minute in range(8, 15):
        assert not _tries(sqlite_db, of_login("anna"), at=TUESDAY_TEN + minute * MINUTE)
    assert _tries(sqlite_db, of_login("anna"), at=TUESDAY_TEN + 15 * MINUTE)
    assert not _tries(sqlite_db, of_login("anna"), at=TUESDAY_TEN + 15.5 * MINUTE)


def test_codes_are_limited_by_the_day_too(sqlite_db: Database) -> None:
    looked_at = sum(_tries(sqlite_db, of_codes(1), at=TUESDAY_TEN + n * MINUTE) for n in range(23 * 60))
    assert looked_at == CODES[1].most


def test_side_by_side_they_count_one_by_one(postgres_db: Database) -> None:
    with postgres_db.write() as one:
        staff_tries.count(one, TUESDAY_TEN, of_login("anna"), PASSWORDS)
        with pytest.raises(sa.exc.OperationalError, match="lock timeout"):
            _counts_at_once(postgres_db)


def _counts_at_once(db: Database) -> None:
    with db.write() as session:
        session.execute(sa.text("SET LOCAL lock_timeout = '1ms'"))  # where it would wait it fails
        staff_tries.count(session, TUESDAY_TEN, of_login("anna"), PASSWORDS)


def test_nobody_can_be_read_from_the_table_and_rows_are_forgotten_in_time(
    any_db: Database, profile: Profile
) -> None:
    _tries(any_db, of_login("anna"), "198.51.100.1")
    with any_db.read() as session:
        row = session.scalars(sa.select(LoginTry)).one()
    assert (len(row.whose_hash), len(row.address_hash or b"")) == (32, 32)
    for after, forgotten in ((LONGEST, {}), (LONGEST + MINUTE, {"tries to log in": 1})):
        with any_db.write() as session:
            assert retention.purge(session, TUESDAY_TEN + after, profile.retention) == forgotten
