"""Backups of the embedded record, taken while calls go on, and putting one back.

PostgreSQL brings tools of its own for both; after them ``doubt`` alone is needed. A backup is as encrypted as
the record: it is worth nothing without the keys, which are to be kept apart from it.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import audit
from intake.crypto import Undecryptable
from intake.db import Database
from intake.kinds import DutyKind
from intake.lifecycle import DutyStatus, check_move
from intake.models import Duty, Staff
from intake.settings import Settings
from worker import rotation

#: What a duty does that must not be done twice, and that the carrier can be asked about.
_NOT_TWICE = (DutyKind.TEXT, DutyKind.CALL)

#: Who put a record back, in the audit log: it is done by command.
_ACTOR = "administrator"

#: Who waits for the record to be free, waits so long (seconds).
_PATIENCE = 30


class BackupError(Exception):
    """The backup cannot be taken or put back; the message says why."""


def path_of(settings: Settings) -> Path:
    """The record's file; raises ``BackupError`` where it is none, in PostgreSQL."""
    url = sa.make_url(settings.database_url)
    if url.get_backend_name() != "sqlite":
        raise BackupError("the record is in PostgreSQL: use pg_dump and pg_restore (README, Backups)")
    return Path(str(url.database))


def take(record: Path, target: Path) -> None:
    """Copy the record as it is at one moment into a new file, whole or not at all. Raises ``BackupError``."""
    if target.exists():
        raise BackupError(f"{target} is there already; a backup is never written over")
    with _unfinished(target) as copy:
        _copy(record, copy)
        _check(copy)
        copy.rename(target)


@contextmanager
def _unfinished(target: Path) -> Iterator[Path]:
    """A file for its owner alone, in which a copy can grow before it bears the name of ``target``."""
    path = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield path
    finally:
        for end in ("", "-wal", "-shm", ".lock"):
            path.with_name(path.name + end).unlink(missing_ok=True)


def put_back(settings: Settings, source: Path, now: datetime) -> Path:
    """Let the record be what the backup holds; the file in which the present one is kept.

    Nothing is touched before the backup has been found whole and the keys have opened it. Raises
    ``BackupError``.
    """
    record = path_of(settings)
    if not source.is_file():
        raise BackupError(f"there is no backup {source}")
    aside = record.with_name(f"{record.name}.before-{now:%Y%m%dT%H%M%S}")
    record.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _unfinished(record) as copy:
        _copy(source, copy)
        _check(copy)
        _check_keys(settings, copy)
        if record.exists():
            take(record, aside)
        _copy(copy, record)
    return aside


def doubt(session: Session, now: datetime) -> int:
    """Have the carrier asked about each text and call that is due; how many.

    The record may be older than what was done: whatever went out since the backup stands as due in it, and
    would go out once more.
    """
    due = sa.and_(Duty.status == DutyStatus.DUE, Duty.kind.in_(_NOT_TWICE), Duty.due_at <= now)
    doubted = session.scalars(
        sa.update(Duty)
        .where(due)
        .values(
            status=check_move(DutyStatus.DUE, DutyStatus.RUNNING),
            lease_until=now - timedelta(seconds=1),
        )
        .returning(Duty.id)
        .execution_options(synchronize_session=False)
    ).all()
    audit.append(session, now, _ACTOR, "record_put_back", "record", f"{len(doubted)} duties in doubt")
    return len(doubted)


def _copy(source: Path, target: Path) -> None:
    """SQLite's own way to copy a database that is in use: one moment of it, in one transaction."""
    with (
        closing(sqlite3.connect(source, timeout=_PATIENCE)) as old,
        closing(sqlite3.connect(target, timeout=_PATIENCE)) as new,
    ):
        try:
            old.backup(new)
            new.execute(
                "PRAGMA journal_mode=DELETE"
            )  # one file, that can be read where nothing can be written
        except sqlite3.Error as error:
            raise BackupError(f"{source} could not be copied to {target}: {error}") from None


def _check(path: Path) -> None:
    """Whether the file is a record of ours and whole. Raises ``BackupError``."""
    with closing(sqlite3.connect(path, timeout=_PATIENCE)) as connection:
        try:
            (word,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            steps = connection.execute("SELECT version_num FROM alembic_version").fetchall()
        except sqlite3.Error as error:
            raise BackupError(f"{path} is no record of this hotline: {error}") from None
    if word != "ok" or not steps:
        raise BackupError(f"{path} is damaged: {word}")


def _check_keys(settings: Settings, path: Path) -> None:
    """Whether our keys open it. Raises ``BackupError``."""
    database = Database(f"sqlite:///{path}", settings.keys)
    try:
        with database.read() as session:
            missing = rotation.in_use(session).keys() - settings.keys.keys.keys()
            session.scalars(sa.select(Staff.name)).all()
    except Undecryptable:
        missing = {settings.keys.active}
    except sa.exc.SQLAlchemyError:
        return  # of an older step: it is brought to the newest once it is put back
    finally:
        database.close()
    if missing:
        raise BackupError(f"HOTLINE_KEYS does not open {path}: use the ring of that time")
