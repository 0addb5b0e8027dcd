"""``up``: how long ``hotline up`` takes until it is ready, and how much memory all its processes use.

Memory is the sum of the proportional set sizes (PSS): what several processes share is counted once.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from dataclasses import dataclass, field

import psutil

from tests.bench.report import Goal, show_goals, show_table
from tests.support.hotline import Hotline, until

_MIB = 1024 * 1024

#: Where ``hotline up`` tells other commands of itself.
_RUN_FILE = "run.json"


@dataclass
class Findings:
    """Seconds until ready of each start, seen from outside and told; MiB of each process after a call."""

    starts: list[float] = field(default_factory=list)
    told: list[float] = field(default_factory=list)
    memory: dict[str, float] = field(default_factory=dict)


def arguments(parser: argparse.ArgumentParser) -> None:
    """How long to wait before the memory is looked at."""
    parser.add_argument("--rest", type=float, default=5, help="seconds at rest (default: %(default)s)")


def run(args: argparse.Namespace) -> None:
    """Measure and print."""
    show(measure(args.rest))


def measure(rest: float) -> Findings:
    """A first start on an empty home, a call, a rest; then a second start on what is there."""
    found = Findings()
    hotline = Hotline()
    began = time.monotonic()
    with hotline:
        _note_start(found, hotline, began)
        hotline.run("phone", "--from", "056925551234", "--keys", "1 1 1 34466 1 1")
        time.sleep(rest)
        found.memory = _memory(hotline)
        hotline.stop()
        began = time.monotonic()
        hotline.start()
        _note_start(found, hotline, began)
    return found


def _note_start(found: Findings, hotline: Hotline, began: float) -> None:
    """Note when everything, the worker too, was ready."""
    starts = len(found.starts) + 1
    said = until(lambda: _said(hotline) if len(_said(hotline)) == starts else None, "the word of being ready")
    found.starts.append(time.monotonic() - began)
    found.told.append(float(said[-1]))


def _said(hotline: Hotline) -> list[str]:
    screen = (hotline.home / "screen.log").read_text(encoding="utf-8", errors="replace")
    return re.findall(r"ready after ([\d.]+) s", screen)


def _memory(hotline: Hotline) -> dict[str, float]:
    """MiB of each process of the hotline by what it is."""
    first = psutil.Process(json.loads((hotline.home / _RUN_FILE).read_text())["pid"])
    sizes: dict[str, float] = {}
    for process in (first, *first.children(recursive=True)):
        command = process.cmdline()
        name = command[2] if command[1:3] != ["-m", "worker"] else f"hotline {command[3]}"
        name = "broker" if "valkey" in command[0] else name
        place = sum(key.startswith(name) for key in sizes) + 1
        sizes[f"{name} {place}" if place > 1 else name] = process.memory_full_info().pss / _MIB
    return sizes


def show(found: Findings) -> None:
    """Starts, memory by process, and the goals."""
    heads = ("start", "seconds, seen from outside", "seconds, as it says")
    show_table(heads, zip(("first", "second"), found.starts, found.told, strict=True))
    total = sum(found.memory.values())
    show_table(("process", "PSS MiB"), [*found.memory.items(), ("all", total)])
    show_goals(goals(found))


def goals(found: Findings) -> list[Goal]:
    """Ready while one still looks at the screen, and small enough for a machine that is not new."""
    return [
        Goal("ready, first start", 5, found.starts[0], unit=" s"),
        Goal("ready, second start", 5, found.starts[1], unit=" s"),
        Goal("memory of all processes", 500, sum(found.memory.values()), unit=" MiB"),
    ]
