"""A statement that is compiled once and runs alone: the shortest way to the database and back.

Building a statement, looking it up in a cache and carrying it through a session costs several times what the
driver and the database need for it (the benchmark ``claims`` shows it). Where dozens of hands take from one
queue, that is what they wait for.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Dialect

from intake.db import Database

_Processor = Callable[[Any], Any]
_Compiled = tuple[str, dict[str, Any], Mapping[str, _Processor]]
_Row = tuple[Any, ...]


class Prepared:
    """An UPDATE, INSERT or DELETE with named parameters. ``run`` makes it a transaction of its own."""

    def __init__(self, statement: sa.UpdateBase) -> None:
        self._statement = statement
        self._for_driver: dict[str, _Compiled] = {}

    def run(self, db: Database, **values: Any) -> _Row | None:
        """Run it and commit, in one round trip; the first row it returns. No parameter may be missing.

        A connection that turns out to be dead is replaced once. Where the server had done its work before the
        connection died, it is done twice: fit only for what may be, such as a take whose lease runs out.
        """
        name = db.engine.dialect.name
        if name not in self._for_driver:
            self._for_driver[name] = self._compiled(db.engine.dialect)
        sql, fixed, processors = self._for_driver[name]
        given = {key: processors[key](value) if key in processors else value for key, value in values.items()}
        on_its_database = _on_sqlite if db.is_sqlite else _on_postgresql
        return on_its_database(db, sql, {**fixed, **given})

    def _compiled(self, dialect: Dialect) -> _Compiled:
        """The driver's text, the parameters that are always the same, and how the others are converted."""
        if dialect.name == "sqlite":
            dialect = sqlite.dialect(paramstyle="named")
        compiled = self._statement.compile(dialect=dialect)
        found = {key: bind.type.dialect_impl(dialect) for key, bind in compiled.binds.items()}
        made = {key: kind.bind_processor(dialect) for key, kind in found.items()}
        processors = {key: processor for key, processor in made.items() if processor is not None}
        known = {key: value for key, value in compiled.params.items() if value is not None}
        fixed = {key: processors[key](value) if key in processors else value for key, value in known.items()}
        return str(compiled), fixed, processors


def _on_sqlite(db: Database, sql: str, values: Mapping[str, Any]) -> _Row | None:
    with closing(db.engine.raw_connection()) as pooled:
        connection: sqlite3.Connection = pooled.driver_connection  # type: ignore[assignment]  # typed as any
        with db.alone():
            # no BEGIN and no COMMIT: without them SQLite makes one statement a transaction by itself
            rows = connection.execute(sql, values).fetchall()
        return rows[0] if rows else None


def _on_postgresql(db: Database, sql: str, values: Mapping[str, Any]) -> _Row | None:
    for is_last in (False, True):
        with closing(db.autocommit_engine.raw_connection()) as pooled:
            connection: psycopg.Connection[_Row] = pooled.driver_connection  # type: ignore[assignment]
            try:
                return connection.execute(sql, values).fetchone()
            except psycopg.OperationalError as error:
                if is_last or not connection.closed:
                    raise
                pooled.invalidate(error)
        db.autocommit_engine.dispose()  # the server went away: all others in the pool are as dead
    raise AssertionError("the last try returns or raises")
