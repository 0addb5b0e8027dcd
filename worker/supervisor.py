"""Keeps the parts of ``hotline up`` running: starts them together, restarts what dies, ends them in order."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

from worker import embedded
from worker.parts import Part

#: How often the parts are looked at.
LOOK_EVERY = 0.1

#: How long the parts may take to finish what they have in hand; then they are killed.
GRACE = 6.0

Say = Callable[[str], None]


class Supervisor:
    """Runs ``parts``; the first in the list is ended last. ``say`` gets a short line for each event.

    ``broker_socket`` is that of the embedded broker, if there is one: where a broker answers there already
    (its supervisor was killed where children do not die with it), it is used instead of a second one.
    """

    def __init__(self, parts: Sequence[Part], say: Say, broker_socket: Path | None) -> None:
        self._parts = parts
        self._say = say
        self._socket = broker_socket
        self._stopping = False

    def start(self) -> None:
        """Start every part, and end in order when told to."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        for part in self._parts:
            self._start(part)

    def run_until(self, done: Callable[[], bool]) -> bool:
        """Look after the parts until ``done()``; False if we were told to stop before."""
        while not self._stopping:
            if done():
                return True
            for part in self._parts:
                self._look_at(part)
            time.sleep(LOOK_EVERY)
        return False

    def end(self) -> None:
        """End the parts: first those that use the broker, then the embedded."""
        first, *others = self._parts
        for part in others:
            part.ask_to_end()
        deadline = time.monotonic() + GRACE
        for part in others:
            part.wait_or_kill(deadline)
        if first.process is None and self._socket:
            embedded.shut_down(self._socket)
        first.ask_to_end()
        first.wait_or_kill(time.monotonic() + GRACE)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _look_at(self, part: Part) -> None:
        code = part.ended()
        if code is not None:
            self._say(f"{part.name} ended with code {code}; see {part.log}; it is started again")
        if part.is_to_start():
            self._start(part)
            if part.process is not None:
                self._say(f"{part.name} runs again")

    def _start(self, part: Part) -> None:
        if part is self._parts[0] and self._socket and embedded.answers(self._socket):
            return  # asked again at each look, so it is started as soon as the other one is gone
        part.start()
