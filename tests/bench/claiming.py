"""A process of takers: each a thread that takes callbacks one after the other, by one way or another."""

from __future__ import annotations

import fcntl
import multiprocessing
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier

import psycopg

from intake import queue
from intake.claims import take_next
from intake.crypto import parse_keys
from intake.db import Database

#: Takes one callback for an account: its id, or None if there is none left.
Take = Callable[[], int | None]

_BARE_POSTGRES = (
    "UPDATE callbacks SET status = 'assigned', holder_id = %s, lease_until = %s, opened_at = NULL"
    " WHERE id = (SELECT id FROM callbacks WHERE status = 'queued' AND not_before <= %s"
    " ORDER BY due_at, urgency DESC, id LIMIT 1 FOR UPDATE SKIP LOCKED) AND status = 'queued' RETURNING id"
)
_BARE_SQLITE = _BARE_POSTGRES.replace("%s", "?").replace(" FOR UPDATE SKIP LOCKED", "")


@dataclass(frozen=True)
class Order:
    """What the takers of one process are to do. ``own``: by the hotline's function, else the bare statement.

    ``staff`` has one account for each taker; ``languages`` are theirs.
    """

    url: str
    keys: str
    own: bool
    staff: tuple[int, ...]
    languages: tuple[str, ...]
    now: datetime
    seconds: float


@dataclass
class Claims:
    """Which callbacks one account took, and how many seconds each taking took."""

    staff_id: int
    ids: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


def take_all(orders: list[Order]) -> list[Claims]:
    """Let one process for each order take at the same time; everybody's claims."""
    context = multiprocessing.get_context("spawn")  # a fork would share database connections
    results: Queue[list[Claims]] = context.Queue()
    start = context.Barrier(sum(len(order.staff) for order in orders))
    processes = [context.Process(target=work, args=(order, start, results)) for order in orders]
    for process in processes:
        process.start()
    claims = [claim for _ in processes for claim in results.get(timeout=120)]
    for process in processes:
        process.join()
    return claims


def work(order: Order, start: Barrier, results: Queue[list[Claims]]) -> None:
    """One process: all its takers begin with those of the other processes."""
    database = Database(order.url, parse_keys(order.keys), pool_size=len(order.staff))
    claims = [Claims(staff_id) for staff_id in order.staff]
    threads = [threading.Thread(target=_takes, args=(order, database, start, claim)) for claim in claims]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database.close()
    results.put(claims)


def _takes(order: Order, database: Database, start: Barrier, claims: Claims) -> None:
    def own() -> int | None:
        return take_next(database, order.now, claims.staff_id, order.languages)

    if order.own:
        with database.autocommit_engine.connect():  # the connection is made before the start
            pass
        _repeat(own, order.seconds, start, claims)
    elif database.is_sqlite:
        _bare_sqlite(order, start, claims)
    else:
        _bare_postgres(order, start, claims)


def _repeat(take: Take, seconds: float, start: Barrier, claims: Claims) -> None:
    start.wait(60)
    end = time.perf_counter() + seconds
    while (began := time.perf_counter()) < end and (taken := take()) is not None:
        claims.seconds.append(time.perf_counter() - began)
        claims.ids.append(taken)


def _bare_postgres(order: Order, start: Barrier, claims: Claims) -> None:
    lease = order.now + queue.LEASE_UNOPENED
    with psycopg.connect(order.url, autocommit=True) as connection:

        def take() -> int | None:
            row = connection.execute(_BARE_POSTGRES, (claims.staff_id, lease, order.now)).fetchone()
            return row[0] if row else None

        _repeat(take, order.seconds, start, claims)


#: Threads of one process queue here before they ask for the file's lock, as they do in the hotline.
_turnstile = threading.Lock()


def _bare_sqlite(order: Order, start: Barrier, claims: Claims) -> None:
    path = order.url.removeprefix("sqlite:///")
    now, lease = (_as_stored(at) for at in (order.now, order.now + queue.LEASE_UNOPENED))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA secure_delete=ON")

        def take() -> int | None:
            with _turnstile, open(f"{path}.lock", "w") as lock:  # noqa: PTH123 -- bare means bare
                fcntl.flock(lock, fcntl.LOCK_EX)
                connection.execute("BEGIN IMMEDIATE")
                row = connection.execute(_BARE_SQLITE, (claims.staff_id, lease, now)).fetchone()
                connection.execute("COMMIT")
            return row[0] if row else None

        _repeat(take, order.seconds, start, claims)


def _as_stored(at: datetime) -> str:
    """A moment as SQLAlchemy keeps it in SQLite."""
    return f"{at.astimezone(UTC).replace(tzinfo=None):%Y-%m-%d %H:%M:%S.%f}"
