"""A part of the running hotline: one child process in a process group of its own, with a log of its own."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from worker.logs import private_log

#: A part that ends soon is started again after the first pause, then twice that, up to the last.
FIRST_PAUSE, LAST_PAUSE = 0.5, 30.0

#: A part that has run so long counts as sound: it is started again at once, for callers wait.
SOUND_AFTER = 60.0

#: At a start a log larger than this is put aside, in place of the one put aside before.
LARGEST_LOG = 5_000_000

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


@dataclass
class Part:
    """One child. ``argv`` is run with ``environ``; what it prints goes to ``log``.

    ``inherits`` are the open files (descriptors) that it is given, under the same numbers.
    """

    name: str
    argv: Sequence[str]
    environ: Mapping[str, str]
    log: Path
    inherits: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    pause: float = FIRST_PAUSE
    started_at: float = field(default=0.0)
    start_again_at: float = field(default=0.0)

    def start(self) -> None:
        """Start the child. It dies with us, even if we are killed: see ``_die_with``."""
        if self.log.is_file() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".old.log"))
        parent = os.getpid()
        with private_log(self.log) as log:
            self.process = subprocess.Popen(  # noqa: S603 -- our own command lines
                self.argv,
                env=dict(self.environ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=self.inherits,
                process_group=0,  # Ctrl-C in the terminal is for us; we end the parts in order
                # nothing else runs in this process, so the fork is safe
                preexec_fn=lambda: _die_with(parent),  # noqa: PLW1509
            )
        self.started_at = time.monotonic()

    def ended(self) -> int | None:
        """The exit code if the child has just ended; the time for its next start is then set."""
        if self.process is None or (code := self.process.poll()) is None:
            return None
        now = time.monotonic()
        is_sound = now - self.started_at > SOUND_AFTER
        self.process = None
        self.start_again_at = now + (0.0 if is_sound else self.pause)
        self.pause = FIRST_PAUSE if is_sound else min(self.pause * 2, LAST_PAUSE)
        return code

    def is_to_start(self) -> bool:
        """Whether the child is not running and its pause is over."""
        return self.process is None and time.monotonic() >= self.start_again_at

    def ask_to_end(self) -> None:
        """Tell the child to end in order."""
        self._signal(signal.SIGTERM)

    def wait_or_kill(self, deadline: float) -> None:
        """Wait for the child until ``deadline`` (monotonic seconds), then kill it with all of its own."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            self.process.wait()
        self.process = None

    def _signal(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, number)


def _die_with(parent: int) -> None:
    """In the child: have Linux kill it when the parent dies, so that a killed supervisor leaves no daemon.

    It is as in a power cut, which every part stands. Elsewhere the next start finds the broker and uses it.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)
