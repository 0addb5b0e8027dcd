"""``hotline …`` as a process of its own, forked from one that has imported already what the commands need.

The imports take most of the second that a command takes. That commands also start by themselves is seen in
``worker/test_command_line.py``, and wherever a whole hotline is started.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from worker.__main__ import COMMANDS, main

#: The commands that end by themselves, and this module for its own function.
_AT_HAND = [__name__, *(f"worker.commands.{name.replace('-', '_')}" for name in COMMANDS)]
for _lasting in ("up", "web", "worker"):
    _AT_HAND.remove(f"worker.commands.{_lasting}")

#: Seconds after which a command is hopeless.
_PATIENCE = 60

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(_AT_HAND)


def run(words: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run ``hotline`` with these words and this environment; what it printed, and its exit code."""
    with tempfile.TemporaryDirectory(prefix="hl-") as folder:
        screens = [Path(folder) / name for name in ("out", "err")]
        process = _processes.Process(target=_command, args=(tuple(words), dict(environment), screens))
        process.start()
        process.join(_PATIENCE)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(words, _PATIENCE)
        printed = [screen.read_text(encoding="utf-8") for screen in screens]
        return subprocess.CompletedProcess(words, process.exitcode, *printed)


def _command(words: tuple[str, ...], environment: dict[str, str], screens: list[Path]) -> None:
    """In the new process: be the command."""
    os.environ.clear()
    os.environ.update(environment)
    for stream, screen in zip((sys.stdout, sys.stderr), screens, strict=True):
        os.dup2(os.open(screen, os.O_WRONLY | os.O_CREAT, 0o600), stream.fileno())
    sys.exit(main(words))
