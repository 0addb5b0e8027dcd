"""The audit log: appended only, and a tampered row is found."""

from __future__ import annotations

import sqlalchemy as sa

from intake import audit
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
