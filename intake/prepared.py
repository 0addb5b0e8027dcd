"""Statements that are compiled once and handed to the driver: the shortest way to the database and back.

Building a statement, looking it up in a cache and carrying it through a session costs several times what the
driver and the database need for it (the benchmarks ``claims`` and ``turn`` show it). Where dozens of hands
take from one queue, or hundreds of callers press their keys at once, that is what they wait for.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session

from intake.db import Database

_Processor = Callable[[Any], Any]
_Row = tuple[Any, ...]


@dataclass(frozen=True)
class _Compiled:
    """The driver's text, the parameters that are always the same, and how values are converted both ways."""

    sql: str
    fixed: Mapping[str, Any]
    to_driver: Mapping[str, _Processor]
    from_driver: Sequence[_Processor | None]

    def given(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Every parameter as the driver takes it."""
        convert = self.to_driver
        return {
            **self.fixed,
            **{key: convert[key](value) if key in convert else value for key, value in values.items()},
        }

    def read(self, row: _Row | None) -> _Row | None:
        """What the driver gave, as the columns' types make it."""
        if row is None:
            return None
        return tuple(
            value if convert is None else convert(value)
            for convert, value in zip(self.from_driver, row, strict=True)
        )


class Prepared:
    """A statement with named parameters, none of which may be missing; of its rows the first one is given.

    ``run`` makes an UPDATE, INSERT or DELETE a transaction of its own; ``within`` runs any inside another.
    """

    def __init__(self, statement: sa.UpdateBase | sa.Select[Any]) -> None:
        self._statement = statement
        # for each database by itself: its key ring stands on its dialect
        self._for_driver: WeakKeyDictionary[Dialect, _Compiled] = WeakKeyDictionary()

    def within(self, session: Session, **values: Any) -> _Row | None:
        """Run it in the transaction of ``session``, after what the session has not written yet.

        Objects that the session has loaded do not hear of what it changes.
        """
        session.flush()
        connection = session.get_bind()
        assert isinstance(connection, sa.Connection), (
            "a session of the database's doors stands on a connection"
        )
        compiled = self._for(connection.dialect)
        driver: Any = connection.connection.driver_connection
        cursor = driver.execute(compiled.sql, compiled.given(values))
        return compiled.read(cursor.fetchone()) if compiled.from_driver else None

    def run(self, db: Database, **values: Any) -> _Row | None:
        """Run it and commit, in one round trip.

        A connection that turns out to be dead is replaced once. Where the server had done its work before the
        connection died, it is done twice: fit only for what may be, such as a take whose lease runs out.
        """
        compiled = self._for(db.engine.dialect)
        on_its_database = _on_sqlite if db.is_sqlite else _on_postgresql
        return compiled.read(on_its_database(db, compiled.sql, compiled.given(values)))

    def _for(self, dialect: Dialect) -> _Compiled:
        found = self._for_driver.get(dialect)
        if found is None:
            found = self._for_driver[dialect] = _compile(self._statement, dialect)
        return found


def _compile(statement: sa.UpdateBase | sa.Select[Any], dialect: Dialect) -> _Compiled:
    named = sqlite.dialect(paramstyle="named") if dialect.name == "sqlite" else dialect
    compiled = statement.compile(dialect=named)
    found = {key: bind.type.dialect_impl(dialect) for key, bind in compiled.binds.items()}
    made = {key: kind.bind_processor(dialect) for key, kind in found.items()}
    to_driver = {key: processor for key, processor in made.items() if processor is not None}
    known = {key: value for key, value in compiled.params.items() if value is not None}
    fixed = {key: to_driver[key](value) if key in to_driver else value for key, value in known.items()}
    columns = (column.type.dialect_impl(dialect) for column in statement.exported_columns)
    from_driver = tuple(kind.result_processor(dialect, None) for kind in columns)
    return _Compiled(str(compiled), fixed, to_driver, from_driver)


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
