"""``turn``: one durable turn of a call beside constant bytes, a bare durable commit, and the peers' way.

Whole calls are held (a greeting, five answers, a filing: 7 turns), each turn signed, each on a fresh call.
All servers run at once and are asked in turns, so that a busy machine disturbs all alike: trust the ratios.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from intake.db import Database
from intake.kinds import CallOutcome
from intake.models import Call
from tests.bench import profile_turn
from tests.bench.client import Taken, drive
from tests.bench.report import Goal, per, percentile, show_goals, show_table
from tests.bench.serving import Served, serve
from tests.bench.webhooks import Webhooks
from tests.support.postgres import PostgresDatabases

CONNECTIONS = (1, 16)
KINDS = ("commit", "turn", "peers")
DATABASES = ("sqlite", "postgresql")

#: The server without any database, as a pair of kind and database like the others.
BYTES = ("bytes", "none")

Server = tuple[str, str]
Cell = tuple[str, str, int]

#: Calls made ready for each second, so that no server is ever short of them; constant ones go round instead.
_CALLS_A_SECOND = 200


@dataclass
class Findings:
    """Each round's run of each cell (kind, database, connections), and how the calls stand in the record."""

    runs: dict[Cell, list[Taken]] = field(default_factory=dict)
    finished: dict[str, int] = field(default_factory=dict)
    filed: dict[str, int] = field(default_factory=dict)

    def rate(self, cell: Cell) -> float:
        """Turns for each second at the median of the rounds."""
        return statistics.median(run.rate for run in self.runs[cell])

    def ratio(self, cell: Cell, floor: Cell) -> float:
        """How much faster than ``floor``, at the median of the rounds."""
        pairs = zip(self.runs[cell], self.runs[floor], strict=True)
        return statistics.median(per(ours.rate, theirs.rate) for ours, theirs in pairs)

    def seconds(self, cell: Cell, group: str | None = None) -> list[float]:
        """The times of all answered turns of a cell, or of those of one group."""
        runs = self.runs[cell]
        return [s for run in runs for s in (run.all if group is None else run.seconds.get(group, []))]

    def failed(self, kind: str) -> int:
        """Turns that were not answered as they must be."""
        return sum(run.failed for cell, runs in self.runs.items() if cell[0] == kind for run in runs)


def arguments(parser: argparse.ArgumentParser) -> None:
    """How long, and whether to profile instead."""
    parser.add_argument(
        "--seconds", type=float, default=1.2, help="of each measurement (default: %(default)s)"
    )
    parser.add_argument("--rounds", type=int, default=2, help="measurements of each (default: %(default)s)")
    parser.add_argument("--profile", action="store_true", help="say where the time of a turn goes instead")


def run(args: argparse.Namespace) -> None:
    """Measure and print."""
    if args.profile:
        profile_turn.run()
    else:
        show(measure(args.seconds, args.rounds))


def measure(seconds: float, rounds: int, databases: Sequence[str] = DATABASES) -> Findings:
    """Ask every server in turns. ``seconds`` is the length of one measurement of one server."""
    found = Findings()
    with _servers(databases) as servers:
        makers = {server: _webhooks(server, served) for server, served in servers.items()}
        for server, served in servers.items():
            drive(served.port, makers[server].calls(2), 1, 60)
        for _ in range(rounds):
            for connections in CONNECTIONS:
                for server, served in servers.items():
                    many = max(connections, round(seconds * _CALLS_A_SECOND))
                    few = makers[server].endless(50) if server == BYTES else makers[server].calls(many)
                    taken = drive(served.port, few, connections, seconds)
                    found.runs.setdefault((*server, connections), []).append(taken)
        for (kind, name), served in servers.items():
            if kind == "turn":
                found.filed[name] = _filed(served) - 2  # the two that warmed it up
                cells = [(kind, name, connections) for connections in CONNECTIONS]
                found.finished[name] = sum(run.finished for cell in cells for run in found.runs[cell])
    return found


def _webhooks(server: Server, served: Served) -> Webhooks:
    return Webhooks(served.settings, any_answer=server[0] in ("bytes", "commit"))


@contextmanager
def _servers(databases: Sequence[str]) -> Iterator[dict[Server, Served]]:
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hotline-bench-")))
        servers = {BYTES: stack.enter_context(serve("bytes", root / "bytes"))}
        for name in databases:
            postgres = None
            if name == "postgresql":
                postgres = stack.enter_context(PostgresDatabases(uuid.uuid4().hex, durable=True))
            for kind in KINDS:
                url = stack.enter_context(postgres.fresh()) if postgres else ""
                servers[kind, name] = stack.enter_context(serve(kind, root / f"{kind}-{name}", url))
        yield servers


def _filed(served: Served) -> int:
    database = Database(served.settings.database_url, served.settings.keys)
    with database.read() as session:
        count = session.scalar(
            sa.select(sa.func.count()).select_from(Call).where(Call.outcome == CallOutcome.FILED)
        )
    database.close()
    return count or 0


def show(found: Findings) -> None:
    """The table of all cells, the times of a turn by what it does, and the goals."""
    heads = ("answers with", "database", "conn.", "turns/s", "p50 ms", "p99 ms", "failed")
    ratios = ("of bytes", "of commit", "of peers")
    show_table((*heads, *ratios), [_row(found, cell) for cell in sorted(found.runs, key=lambda c: c[::-1])])
    show_table(
        ("our turn that does (1 connection)", "database", "turns", "p50 ms", "p99 ms"),
        [
            (group, name, len(times), *_times(times))
            for name in found.filed
            for group in ("begin", "answer", "file")
            for times in [found.seconds(("turn", name, 1), group)]
        ],
    )
    show_goals(goals(found))
    show_table(
        ("what bounds it: the bare commit", "conn.", "of constant bytes", "our turn of it"),
        [
            (name, connections, found.ratio(bare, (*BYTES, connections)), found.ratio(ours, bare))
            for name in found.filed
            for connections in CONNECTIONS
            for bare, ours in [(("commit", name, connections), ("turn", name, connections))]
        ],
    )
    for name in found.filed:
        print(f"{name}: {found.finished[name]} calls held to their end, {found.filed[name]} filed")


def _row(found: Findings, cell: Cell) -> tuple[object, ...]:
    kind, name, connections = cell
    failed = sum(run.failed for run in found.runs[cell])
    floors = ((*BYTES, connections), ("commit", name, connections), ("peers", name, connections))
    ratios = [found.ratio(cell, floor) if floor in found.runs else "" for floor in floors]
    return (kind, name, connections, found.rate(cell), *_times(found.seconds(cell)), failed, *ratios)


def _times(seconds: list[float]) -> tuple[float, float]:
    """Milliseconds at the median and at the 99th percentile."""
    return 1000 * percentile(seconds, 0.5), 1000 * percentile(seconds, 0.99)


def goals(found: Findings) -> list[Goal]:
    """Ours against the floors and the peers, by the ratios of PERFORMANCE.md."""
    listed = [Goal("turns that failed", 0, found.failed("turn"))]
    for name in found.filed:
        for connections in CONNECTIONS:
            cell, where = ("turn", name, connections), f"{name}, {connections} conn."
            listed += [
                Goal(f"of constant bytes, {where}", 0.3, found.ratio(cell, (*BYTES, connections)), True),
                Goal(f"of the peers' way, {where}", 5, found.ratio(cell, ("peers", name, connections)), True),
            ]
        times = found.seconds(("turn", name, 16))
        tail = per(percentile(times, 0.99), percentile(times, 0.5))
        listed.append(Goal(f"p99 / p50, {name}, 16 conn.", 4, tail))
    return listed
