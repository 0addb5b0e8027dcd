"""The database: one way to open a transaction, on SQLite and on PostgreSQL, and the column types.

On SQLite one writer may write at a time. Its busy handler lets waiting writers starve, so a write
transaction queues at a lock in the process (fair among threads) and at a file lock (among processes)
before ``BEGIN IMMEDIATE``. On PostgreSQL rows are locked where a service asks for it.
"""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect, Engine, make_url
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry

from intake.crypto import KeyRing
from intake.together import Together

T = TypeVar("T")

#: Names for constraints, so that a migration can find them again on any database.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The base of every table of the house."""

    metadata = sa.MetaData(naming_convention=NAMING)


_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An aware moment, kept in UTC. A naive one is refused, because nobody knows what it means."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone was to be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 -- SQLAlchemy's signature
    ) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Encrypted(sa.types.TypeDecorator[Any]):
    """Personal text, encrypted under the key ring of the database that it is written to.

    ``column`` ("requests.name") is bound into the ciphertext. With ``as_json`` the value may be anything
    that JSON can carry, with ``as_bytes`` it is bytes, a sound say.
    """

    impl = sa.LargeBinary
    cache_ok = True

    def __init__(self, column: str, as_json: bool = False, as_bytes: bool = False) -> None:
        super().__init__()
        self.column = column
        self.as_json = as_json
        self.as_bytes = as_bytes

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        if self.as_bytes:
            return _ring(dialect).encrypt(value, self.column)
        text = _to_json(value) if self.as_json else str(value)
        return _ring(dialect).encrypt(text.encode(), self.column)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        plain = _ring(dialect).decrypt(bytes(value), self.column)
        if self.as_bytes:
            return plain
        text = plain.decode()
        return json.loads(text) if self.as_json else text


def status_column(enum: type[StrEnum]) -> sa.Enum:
    """A column type that keeps the value of a status as text."""
    return sa.Enum(enum, native_enum=False, length=24, values_callable=lambda e: [m.value for m in e])


def _ring(dialect: Dialect) -> KeyRing:
    ring: KeyRing = dialect.keyring  # type: ignore[attr-defined]  # set by Database for its own engine
    return ring


class Database:
    """A database with its key ring: ``write()`` and ``read()`` are the only two doors to it.

    A single statement that was prepared goes in by itself, see ``intake.prepared``.
    """

    def __init__(self, url: str, keys: KeyRing, pool_size: int = 10) -> None:
        self.url = make_url(url)
        self.keys = keys
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = self._make_engine(pool_size)
        self.autocommit_engine = self.engine if self.is_sqlite else self._make_autocommit_engine(pool_size)
        # Encrypted columns find their keys on the dialect, which belongs to this engine alone: so no
        # module needs a global key ring, and two databases can live in one process.
        self.engine.dialect.keyring = keys  # type: ignore[attr-defined]  # see _ring
        self._turnstile = threading.Lock()
        self.together = Together(self.alone, self._connection_that_writes) if self.is_sqlite else None
        self._lock_path = Path(f"{self.url.database}.lock") if self.is_sqlite else None
        self._lock_file: int | None = None

    def _make_engine(self, pool_size: int) -> Engine:
        # an error must not carry what a caller said into a log
        options: dict[str, Any] = {
            "pool_size": pool_size,
            "max_overflow": pool_size,
            "hide_parameters": True,
        }
        if not self.is_sqlite:
            url = self.url.set(drivername="postgresql+psycopg")
            return sa.create_engine(url, pool_pre_ping=True, **options)
        assert self.url.database, "a database file is needed: state must survive"
        Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(self.url, **options)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine

    def _make_autocommit_engine(self, pool_size: int) -> Engine:
        """Connections on which a statement is a transaction: no BEGIN, no COMMIT, no ping, no roll-back."""
        return sa.create_engine(
            self.url.set(drivername="postgresql+psycopg"),
            isolation_level="AUTOCOMMIT",
            pool_reset_on_return=None,
            pool_size=pool_size,
            max_overflow=pool_size,
            hide_parameters=True,
        )

    @contextmanager
    def write(self, rewrites_tables: bool = False) -> Iterator[Session]:
        """One transaction that may write: committed at the end, rolled back on any error.

        Must not be entered again from inside itself, and no network call belongs inside. Only a migration
        ``rewrites_tables``: SQLite changes a column by making its table anew, which its check of references
        would forbid as soon as there are rows; so that check is made once at the end.
        """
        references = _references_checked_at_the_end if rewrites_tables else nullcontext
        with (
            self.alone(),
            self._connection_that_writes() as connection,
            references(connection),
            connection.begin(),
            # the session only joins the connection's transaction: what is prepared goes past it
            Session(connection, expire_on_commit=False) as session,
        ):
            yield session
            session.flush()
            if rewrites_tables:
                _fail_on_broken_references(session)

    def write_together(self, work: Callable[[Session], T]) -> T:
        """What ``work`` gives in a transaction like that of ``write``.

        On SQLite the commit is shared with whoever writes so at the same time, see ``intake.together``. So
        ``work`` may be called twice, and must touch nothing but its session.
        """
        if self.together is not None:
            return self.together.do(work)
        with self.write() as session:
            return work(session)

    @contextmanager
    def _connection_that_writes(self) -> Iterator[sa.Connection]:
        with self.engine.connect() as connection:
            # The marker must stand on the connection itself before the transaction begins, because the
            # begin listener reads it there.
            connection.info["writes"] = True
            yield connection

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One transaction that only reads; whatever it changed is rolled back."""
        with self.engine.connect() as connection:
            connection.info["writes"] = False
            with Session(connection, expire_on_commit=False, autoflush=False) as session:
                yield session  # closing it rolls back, and what was loaded stays readable

    @contextmanager
    def alone(self) -> Iterator[None]:
        """The turn to write: on SQLite one at a time, threads and processes alike; elsewhere nobody waits."""
        if self._lock_path is None:
            yield
            return
        with self._turnstile:
            # kept open, and so not to be taken through a fork: no more are the database's connections
            if self._lock_file is None:
                self._lock_file = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._lock_file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._lock_file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()
        self.autocommit_engine.dispose()
        with self._turnstile:
            if self._lock_file is not None:
                os.close(self._lock_file)
                self._lock_file = None


def _prepare_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # we begin transactions ourselves, see _begin_sqlite
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # a caller's words must survive a power cut once they were acknowledged
        "foreign_keys=ON",
        "busy_timeout=5000",
        "secure_delete=ON",  # erased means erased, also in the file's free pages
    ):
        connection.execute(f"PRAGMA {pragma}")


@contextmanager
def _references_checked_at_the_end(connection: sa.Connection) -> Iterator[None]:
    """Keep SQLite from checking references with each statement. It heeds this only outside a transaction."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _fail_on_broken_references(session: Session) -> None:
    if session.get_bind().dialect.name == "sqlite":
        broken = session.execute(sa.text("PRAGMA foreign_key_check")).all()
        assert not broken, f"rows refer to rows that are gone: {broken[:5]}"


def _begin_sqlite(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.info.get("writes") else "BEGIN")


#: By the database's kind, an INSERT that can say what is to happen on a conflict: each kind has its own.
INSERTS: dict[str, Callable[[type[Base] | sa.Table], postgresql.Insert | sqlite.Insert]] = {
    "postgresql": postgresql.insert,
    "sqlite": sqlite.insert,
}


def insert_into(session: Session, table: type[Base] | sa.Table) -> postgresql.Insert | sqlite.Insert:
    """The INSERT of ``INSERTS`` for the database that ``session`` works on."""
    return INSERTS[kind_of(session)](table)


def kind_of(session: Session) -> str:
    """The kind of the database that ``session`` works on, as ``INSERTS`` names it."""
    return session.get_bind().dialect.name


def keyring(session: Session) -> KeyRing:
    """The key ring of the database that ``session`` works on."""
    return _ring(session.get_bind().dialect)


def number_hash(session: Session, number: str) -> bytes:
    """The keyed hash under which a number (E.164) is found in any table."""
    return keyring(session).hash(number)
