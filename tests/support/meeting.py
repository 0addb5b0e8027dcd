"""Lets two transactions meet on PostgreSQL: the second begins while the first stands in its middle."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from intake.db import Database

_TABLES = "(requests|callbacks|proposals|missions)"

#: A statement that holds or changes a row whose status moves.
_HOLDS = re.compile(rf"^UPDATE {_TABLES}\b|\bFROM {_TABLES}\b.*\bFOR (NO KEY )?UPDATE", re.DOTALL)

_WAITING = sa.text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND state = 'active' AND wait_event_type = 'Lock'"
)

#: A test that hangs has failed.
_AT_MOST = 20

Act = Callable[[], object]


class _Doing(threading.Thread):
    """Does something in a thread of its own, and keeps what it fails with."""

    def __init__(self, act: Act) -> None:
        super().__init__()
        self._act = act
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self._act()
        except BaseException as error:
            self.error = error


def meet(db: Database, first: Act, second: Act) -> None:
    """Stop ``first`` at the first row that it holds until ``second`` waits or is done; then let both go on.

    Raises what either of them raises.
    """
    with _stopped_at_its_first_row(db) as (stands, go_on):
        one = _Doing(first)
        assert stands.wait(_AT_MOST), f"the first never held a row: {one.error!r}"
        two = _Doing(second)
        while two.is_alive() and not _somebody_waits(db):
            two.join(0.01)
        go_on.set()
        for each in (one, two):
            each.join(_AT_MOST)
            assert not each.is_alive(), "they wait for each other"
    for each in (one, two):
        if each.error is not None:
            raise each.error


@contextmanager
def _stopped_at_its_first_row(db: Database) -> Iterator[tuple[threading.Event, threading.Event]]:
    stands, go_on = threading.Event(), threading.Event()

    def see(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not stands.is_set() and _HOLDS.search(statement):
            stands.set()
            go_on.wait(_AT_MOST)

    event.listen(db.engine, "after_cursor_execute", see)
    try:
        yield stands, go_on
    finally:
        go_on.set()
        event.remove(db.engine, "after_cursor_execute", see)


def _somebody_waits(db: Database) -> bool:
    with db.autocommit_engine.connect() as connection:
        return bool(connection.scalar(_WAITING))
