"""``claims``: many takers and a long queue. Nobody may get what another has, and nobody may go short.

16 takers (4 processes) on PostgreSQL and 8 (2 processes) on SQLite take from 100,000 queued callbacks, by
``claims.take_next`` and by the bare statement, in turns. Then: the queue page's questions behind a long queue
and a short one, in three shapes, and taking where nobody calls in the taker's own language.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from intake import queue
from intake.claims import take_next
from intake.crypto import generate_keys, parse_keys
from intake.db import Base, Database
from intake.desk import queue_view
from intake.kinds import BestTime, CallbackKind
from intake.lifecycle import CallbackStatus
from intake.models import Callback, Staff
from intake.staff_roles import Role
from matching import models as _matching_models  # noqa: F401 -- its tables belong to the schema
from tests.bench.claiming import Claims, Order, take_all
from tests.bench.report import Goal, per, percentile, show_goals, show_table
from tests.support.postgres import PostgresDatabases

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

#: How many processes of takers, and how many takers in each.
TAKERS = {"sqlite": (2, 4), "postgresql": (4, 4)}

LANGUAGES = ("de", "en")

#: The shapes of a queue: every so-manieth callback may not be rung yet; 0: all may.
SHAPES = {"all ready": 0, "half later": 2, "all later": 1}

#: How many of the callbacks are overdue, as a queue that long will have it.
_OVERDUE = 0.3

SHORT = 100

#: How often each question of the page is asked, for its median.
_LOOKS = 7


@dataclass
class Race:
    """What all takers of one run took."""

    claims: list[Claims]
    elapsed: float

    @property
    def rate(self) -> float:
        """Claims for each second."""
        return len(self.ids) / self.elapsed

    @property
    def ids(self) -> list[int]:
        return [taken for claim in self.claims for taken in claim.ids]

    @property
    def seconds(self) -> list[float]:
        return [second for claim in self.claims for second in claim.seconds]

    @property
    def doubles(self) -> int:
        """How many claims were of a callback that somebody had already."""
        return len(self.ids) - len(set(self.ids))

    @property
    def unfairness(self) -> float:
        """How much more the busiest taker got than the one who got least."""
        counts = [len(claim.ids) for claim in self.claims]
        return per(max(counts), min(counts)) or float("inf")


@dataclass
class Findings:
    """Races by database and way ("own", "bare"); rows held in the record and claimed; times in seconds.

    ``looks`` are by database, shape and rows behind the page; ``strangers`` by database.
    """

    races: dict[tuple[str, str], list[Race]] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)
    looks: dict[tuple[str, str, int], float] = field(default_factory=dict)
    strangers: dict[tuple[str, int], float] = field(default_factory=dict)

    def ratio(self, name: str) -> float:
        """Our way against the bare statement, at the median of the rounds."""
        pairs = zip(self.races[name, "own"], self.races[name, "bare"], strict=True)
        return statistics.median(per(own.rate, bare.rate) for own, bare in pairs)


def arguments(parser: argparse.ArgumentParser) -> None:
    """How long the queue is, and how long it is taken from."""
    parser.add_argument("--rows", type=int, default=100_000, help="queued callbacks (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=2.0, help="for each race (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=2, help="races of each way (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the queue's rows (default: %(default)s)")


def run(args: argparse.Namespace) -> None:
    """Measure and print."""
    show(measure(args.rows, args.seconds, args.rounds, args.seed))


def measure(
    rows: int, seconds: float, rounds: int, seed: int, takers: Mapping[str, tuple[int, int]] = TAKERS
) -> Findings:
    """Look at the page of a short queue, race in a long one, look again; on both databases."""
    found, keys, draw = Findings(), generate_keys(), random.Random(seed)
    for name, (processes, each) in takers.items():
        with _database(name, keys) as (url, database):
            staff = _add_staff(database, processes * each)
            _add_callbacks(database, draw, 0, SHORT)
            _look_at_shapes(found, name, database, SHORT, staff[0])
            _add_callbacks(database, draw, SHORT, rows)
            shares = [staff[n * each : (n + 1) * each] for n in range(processes)]
            for _ in range(rounds):
                for way in ("own", "bare"):
                    orders = [
                        Order(url, keys, way == "own", share, LANGUAGES, NOW, seconds) for share in shares
                    ]
                    found.races.setdefault((name, way), []).append(Race(take_all(orders), seconds))
                    found.held[name] = found.held.get(name, 0) + _give_back(database)
            _look_at_shapes(found, name, database, rows, staff[0])
    return found


@contextmanager
def _database(name: str, keys: str) -> Iterator[tuple[str, Database]]:
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        if name == "sqlite":
            with _opened(f"sqlite:///{Path(folder) / 'hotline.sqlite3'}", keys) as opened:
                yield opened
        else:
            with (
                PostgresDatabases(uuid.uuid4().hex, durable=True) as postgres,
                postgres.fresh() as url,
                _opened(url, keys) as opened,
            ):
                yield opened


@contextmanager
def _opened(url: str, keys: str) -> Iterator[tuple[str, Database]]:
    database = Database(url, parse_keys(keys))
    Base.metadata.create_all(database.engine)
    yield url, database
    database.close()


def _add_staff(database: Database, count: int) -> tuple[int, ...]:
    people = [
        Staff(login=f"op{n}", name=f"Op {n}", role=Role.OPERATOR, password_hash="-", created_at=NOW)
        for n in range(count)
    ]
    with database.write() as session:
        session.add_all(people)
        session.flush()
        return tuple(person.id for person in people)


def _add_callbacks(database: Database, draw: random.Random, first: int, end: int) -> None:
    """Queue callbacks that may all be rung; each has its number's last digits from ``first`` to ``end``."""
    with database.write() as session:
        session.execute(sa.insert(Callback), [_row(draw, number) for number in range(first, end)])
    _tidy(database)


def _row(draw: random.Random, number: int) -> dict[str, object]:
    due = NOW + timedelta(seconds=draw.randrange(60, 3 * 24 * 3600))
    if draw.random() < _OVERDUE:
        due = NOW - timedelta(seconds=draw.randrange(60, 24 * 3600))
    called = NOW - timedelta(seconds=draw.randrange(60, 24 * 3600))
    return {
        "kind": CallbackKind.INTAKE,
        "status": CallbackStatus.QUEUED,
        "need": draw.choice(("shopping", "medicine", "driving", "other")),
        "number": f"+49561{20_000_000 + number}",
        "number_hash": number.to_bytes(32, "big"),
        "language": "de" if draw.random() < 0.9 else draw.choice(("en", "tr", "ru")),
        "ags": "06633028",
        "best_time": BestTime.ANY,
        "urgency": draw.choice((0, 0, 0, 1)),
        "promised_from": due - timedelta(hours=1),
        "promised_until": due,
        "not_before": called,
        "due_at": due,
        "tries": 0,
        "times_called": 1,
        "last_called_at": called,
        "created_at": called,
    }


def _shape(database: Database, later: int) -> None:
    """Put off every ``later``-th callback; 0: none."""
    put_off = Callback.id % later == 0 if later else sa.false()
    with database.write() as session:
        session.execute(
            sa.update(Callback)
            .values(not_before=sa.case((put_off, NOW + timedelta(days=1)), else_=NOW))
            .execution_options(synchronize_session=False)
        )
    _tidy(database)


def _tidy(database: Database) -> None:
    """What PostgreSQL does by itself in the long run: sweep up old rows, count the new ones."""
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE callbacks")


def _give_back(database: Database) -> int:
    """Put what was taken back into the queue; how many were held."""
    with database.write() as session:
        held = sum(queue.in_hand(session).values())
        queue.free_expired(session, NOW + 2 * queue.LEASE_UNOPENED)
    _tidy(database)
    return held


def _look_at_shapes(found: Findings, name: str, database: Database, rows: int, staff_id: int) -> None:
    for shape, later in SHAPES.items():
        _shape(database, later)
        found.looks[name, shape, rows] = _look(database, staff_id)
    _shape(database, 0)
    found.strangers[name, rows] = _take_as_stranger(database, staff_id)


def _look(database: Database, staff_id: int) -> float:
    """Seconds for all of the page's questions, at the median."""

    def look() -> None:
        with database.read() as session:
            queue_view.look(session, NOW, staff_id)

    return _median(look)


def _take_as_stranger(database: Database, staff_id: int) -> float:
    """Seconds to take where nobody in the queue speaks the taker's languages, at the median."""

    def take() -> None:
        take_next(database, NOW, staff_id, ("pl",))

    seconds = _median(take)
    _give_back(database)
    return seconds


def _median(action: Callable[[], None]) -> float:
    action()
    times = []
    for _ in range(_LOOKS):
        began = time.perf_counter()
        action()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def show(found: Findings) -> None:
    """The races, the page, and the goals."""
    heads = ("claims", "database", "takers", "claims/s", "p50 ms", "p99 ms", "doubles", "most to least")
    show_table(heads, [_row_of(way, name, races) for (name, way), races in found.races.items()])
    show_table(
        ("queue page, all questions", "database", "rows", "ms"),
        [(shape, name, rows, 1000 * seconds) for (name, shape, rows), seconds in found.looks.items()],
    )
    show_table(
        ("take_next, nobody speaks the taker's language", "rows", "ms"),
        [(name, rows, 1000 * seconds) for (name, rows), seconds in found.strangers.items()],
    )
    show_goals(goals(found))


def _row_of(way: str, name: str, races: list[Race]) -> tuple[object, ...]:
    seconds = [second for race in races for second in race.seconds]
    p50, p99 = (1000 * percentile(seconds, share) for share in (0.5, 0.99))
    rate = statistics.median(race.rate for race in races)
    doubles, unfair = sum(race.doubles for race in races), max(race.unfairness for race in races)
    return (way, name, len(races[0].claims), rate, p50, p99, doubles, unfair)


def goals(found: Findings) -> list[Goal]:
    """Those of PERFORMANCE.md for claims; for the page, ten times as long is the same order of time."""
    listed = []
    longest = max(rows for _, _, rows in found.looks)
    for name in found.held:
        races = found.races[name, "own"]
        doubles, unfair = sum(race.doubles for race in races), max(race.unfairness for race in races)
        listed += [
            Goal(f"take_next of the bare statement, {name}", 0.6, found.ratio(name), True),
            Goal(f"doubles, {name}", 0, doubles),
            Goal(f"most to least busy taker, {name}", 1.5, unfair),
        ]
        for shape in SHAPES:
            ratio = per(found.looks[name, shape, longest], found.looks[name, shape, SHORT])
            listed.append(Goal(f"page, {longest:,} rows of {SHORT}, {shape}, {name}", 10, ratio))
    return listed
