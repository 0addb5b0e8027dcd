"""``calls``: many calls at once, with the pauses of people, on a whole ``hotline up``.

Every call is the commonest one: a greeting, five answers, a filing, and the carrier's word that it is over.
All are on the line at the same time; each turn comes on a connection of its own, as a carrier's may.
"""

from __future__ import annotations

import argparse
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from intake.settings import load_settings
from tests.bench.client import Connection, Conversation, Turn
from tests.bench.report import Goal, percentile, show_goals, show_table
from tests.bench.webhooks import Webhooks
from tests.support.hotline import Hotline, until


@dataclass
class Findings:
    """Seconds of each turn by what it does; failures; calls filed in the record; the most calls at once.

    ``first`` are those of one call before all others, which finds everything cold.
    """

    calls: int
    first: list[float] = field(default_factory=list)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    failed: int = 0
    reports_failed: int = 0
    finished: int = 0
    filed: int = 0
    most_at_once: int = 0

    @property
    def all(self) -> list[float]:
        return [second for group in self.seconds.values() for second in group]


@dataclass
class _Crowd:
    """What all the callers' threads share."""

    port: int
    pause: float
    found: Findings
    lock: threading.Lock = field(default_factory=threading.Lock)
    on_the_line: int = 0

    @contextmanager
    def counted(self) -> Iterator[None]:
        """One more call on the line."""
        with self.lock:
            self.on_the_line += 1
            self.found.most_at_once = max(self.found.most_at_once, self.on_the_line)
        try:
            yield
        finally:
            with self.lock:
                self.on_the_line -= 1


def arguments(parser: argparse.ArgumentParser) -> None:
    """How many calls, and how long people take to answer."""
    parser.add_argument("--calls", type=int, default=300, help="at once (default: %(default)s)")
    parser.add_argument(
        "--pause", type=float, default=5.0, help="mean seconds before an answer (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the pauses (default: %(default)s)")


def run(args: argparse.Namespace) -> None:
    """Measure and print."""
    with Hotline() as hotline:
        show(measure(hotline, args.calls, args.pause, args.seed))


def measure(hotline: Hotline, calls: int, pause: float, seed: int) -> Findings:
    """Hold all the calls at once."""
    found = Findings(calls)
    settings = load_settings({}, hotline.home).model_copy(update={"public_base_url": hotline.base_url})
    first, *conversations = Webhooks(settings).with_reports(calls + 1)
    until(lambda: "ready after" in (hotline.home / "screen.log").read_text(), "the worker to be ready")
    found.first = [_timed(hotline.port, turn) for turn in first]
    filed_before = _filed(hotline)
    crowd = _Crowd(hotline.port, pause, found)
    threads = [
        threading.Thread(target=_call, args=(crowd, talk, random.Random(f"{seed}:{number}")))
        for number, talk in enumerate(conversations)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found.filed = _filed(hotline) - filed_before
    return found


def _filed(hotline: Hotline) -> int:
    filed: int = hotline.status()["calls"].get("filed", 0)
    return filed


def _call(crowd: _Crowd, conversation: Conversation, dice: random.Random) -> None:
    """One caller: begins within the mean pause, and takes a third to five thirds of it to answer."""
    *turns, farewell = conversation
    time.sleep(dice.uniform(0, crowd.pause))
    with crowd.counted():
        for number, turn in enumerate(turns):
            if number:
                time.sleep(crowd.pause * dice.uniform(1 / 3, 5 / 3))
            began = time.perf_counter()
            if not _ask(crowd.port, turn.data, turn.holds):
                with crowd.lock:
                    crowd.found.failed += 1
                return
            with crowd.lock:
                crowd.found.seconds.setdefault(turn.group, []).append(time.perf_counter() - began)
    said_goodbye = _ask(crowd.port, farewell.data, farewell.holds)
    with crowd.lock:
        crowd.found.finished += 1
        crowd.found.reports_failed += not said_goodbye


def _timed(port: int, turn: Turn) -> float:
    """Seconds for a turn that must not fail."""
    began = time.perf_counter()
    if not _ask(port, turn.data, turn.holds):
        raise RuntimeError("the first call failed")
    return time.perf_counter() - began


def _ask(port: int, data: bytes, holds: bytes) -> bool:
    connection = Connection(port)
    try:
        status, body = connection.ask(data)
    except OSError:
        return False
    finally:
        connection.close()
    return status in (200, 204) and holds in body


def show(found: Findings) -> None:
    """The times of a turn by what it does, and the goals."""
    rows = [
        (name, len(times), *(1000 * percentile(times, share) for share in (0.5, 0.95, 0.99, 1)))
        for name, times in (
            ("all", found.all),
            *found.seconds.items(),
            ("(the very first call)", found.first),
        )
    ]
    show_table(("turn that does", "turns", "p50 ms", "p95 ms", "p99 ms", "longest ms"), rows)
    print(f"{found.most_at_once} calls at once, {found.finished} held to their end, {found.filed} filed\n")
    show_goals(goals(found))


def goals(found: Findings) -> list[Goal]:
    """No turn fails, every call is filed, and nobody waits."""
    return [
        Goal("turns that failed", 0, found.failed),
        Goal("reports of a call's end that failed", 0, found.reports_failed),
        Goal("calls filed", found.calls, found.filed, at_least=True),
        Goal("calls at once", found.calls, found.most_at_once, at_least=True),
        Goal("p99 of a turn", 100, 1000 * percentile(found.all, 0.99), unit=" ms"),
    ]
