"""The audit log: appended only, and a tampered row is found."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from intake import audit
from intake.audit_anchor_models import THE_ANCHOR, AuditAnchor
from intake.db import Database
from intake.models import AuditEntry
from tests.conftest import TUESDAY_TEN


def _three_entries(db: Database) -> None:
    for number in range(3):
        with db.write() as session:
            audit.append(session, TUESDAY_TEN, "staff:1", "number_shown", f"callback:{number}")


def test_an_untouched_log_is_whole(any_db: Database) -> None:
    _three_entries(any_db)
    with any_db.read() as session:
        assert audit.verify(session) is None


def test_a_changed_row_is_found(any_db: Database) -> None:
    _three_entries(any_db)
    with any_db.write() as session:
        session.execute(sa.update(AuditEntry).where(AuditEntry.id == 2).values(actor="staff:9"))
    with any_db.read() as session:
        assert audit.verify(session) == 2


def test_a_removed_row_is_found(any_db: Database) -> None:
    _three_entries(any_db)
    with any_db.write() as session:
        session.execute(sa.delete(AuditEntry).where(AuditEntry.id == 2))
    with any_db.read() as session:
        assert audit.verify(session) == 3


def _cut(db: Database, before: datetime, at_once: int = 500) -> int:
    with db.write() as session:
        return audit.cut(session, before, before, at_once)


def _days(db: Database, *days: int) -> None:
    for day in days:
        with db.write() as session:
            audit.append(session, TUESDAY_TEN + timedelta(days=day), "staff:1", "number_shown", "callback:1")


def test_the_old_end_can_be_cut_off_and_the_rest_stays_whole(any_db: Database) -> None:
    _days(any_db, 0, 1, 2, 3)
    assert _cut(any_db, TUESDAY_TEN + timedelta(days=2)) == 2
    assert _cut(any_db, TUESDAY_TEN + timedelta(days=2)) == 0
    _days(any_db, 4)
    with any_db.read() as session:
        assert session.scalars(sa.select(AuditEntry.id)).all() == [3, 4, 5]
        assert audit.verify(session) is None


def test_it_is_cut_in_portions_and_to_the_very_end(any_db: Database) -> None:
    _days(any_db, 0, 1, 2)
    end = TUESDAY_TEN + timedelta(days=9)
    assert [_cut(any_db, end, 2), _cut(any_db, end, 2), _cut(any_db, end, 2)] == [2, 1, 0]
    _days(any_db, 10)
    with any_db.read() as session:
        assert audit.verify(session) is None
        assert session.get_one(AuditAnchor, THE_ANCHOR).removed == 3


def test_more_taken_away_than_was_cut_off_is_found(any_db: Database) -> None:
    _days(any_db, 0, 1, 2, 3)
    _cut(any_db, TUESDAY_TEN + timedelta(days=1))
    with any_db.write() as session:
        session.execute(sa.delete(AuditEntry).where(AuditEntry.id == 2))
    with any_db.read() as session:
        assert audit.verify(session) == 3


def test_a_forged_anchor_is_found(any_db: Database) -> None:
    _days(any_db, 0, 1, 2, 3)
    _cut(any_db, TUESDAY_TEN + timedelta(days=1))
    with any_db.write() as session:
        third = session.get_one(AuditEntry, 3)
        session.execute(sa.update(AuditAnchor).values(last_id=3, hash=third.hash))
        session.execute(sa.delete(AuditEntry).where(AuditEntry.id <= 3))
    with any_db.read() as session:
        assert audit.verify(session) == 3


def test_a_broken_end_is_not_cut_off(any_db: Database) -> None:
    _days(any_db, 0, 1, 2)
    with any_db.write() as session:
        session.execute(sa.update(AuditEntry).where(AuditEntry.id == 2).values(actor="staff:9"))
    assert _cut(any_db, TUESDAY_TEN + timedelta(days=9)) == 0
    with any_db.read() as session:
        assert audit.verify(session) == 2
