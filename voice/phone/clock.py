"""The engine's clocks, and how long spoken words last on them.

The engine counts seconds from an arbitrary zero. Tests move a :class:`VirtualClock` by hand, so a call of
two minutes takes no time; the browser telephone runs on :class:`RealClock`.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

WORDS_PER_MINUTE = 120
"""How fast a voice speaks to old people on the telephone (CALLER.md measures its calls with it)."""
PLAYED_FILE_SECONDS = 3.0
"""What a played recording is taken to last: the simulator does not open audio files."""
KEY_TONE_SECONDS = 0.25
"""A tone of ``<Play digits>``; a ``w`` in it waits twice as long (Twilio: half a second)."""


class Clock(Protocol):
    """Seconds since an arbitrary zero, and what time of day that is."""

    def now(self) -> float:
        """Seconds since this clock's zero."""

    def at(self, seconds: float) -> datetime:
        """The aware UTC time that a reading of :meth:`now` stands for."""


class VirtualClock:
    """A clock that moves only when it is told to.

    ``start`` is the aware time of its zero. Give the hotline under test a clock that reads
    :meth:`utcnow`, and both live at the same moment.
    """

    def __init__(self, start: datetime | None = None) -> None:
        self._start = start or datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
        self._now = 0.0

    def now(self) -> float:
        return self._now

    def at(self, seconds: float) -> datetime:
        return self._start + timedelta(seconds=seconds)

    def utcnow(self) -> datetime:
        """The virtual time of day, for handing to the hotline as its clock."""
        return self.at(self._now)

    def move_to(self, seconds: float) -> None:
        """Move on to a reading of the clock; never back."""
        self._now = max(self._now, seconds)


class RealClock:
    """The machine's own clock; steps of the system time do not disturb it."""

    def __init__(self) -> None:
        self._zero = time.monotonic()
        self._start = datetime.now(UTC)

    def now(self) -> float:
        return time.monotonic() - self._zero

    def at(self, seconds: float) -> datetime:
        return self._start + timedelta(seconds=seconds)


def speaking_seconds(text: str) -> float:
    """How long a text takes to speak: its words at :data:`WORDS_PER_MINUTE`."""
    return len(text.split()) * 60 / WORDS_PER_MINUTE


def tone_seconds(digits: str) -> float:
    """How long ``<Play digits>`` sounds."""
    return sum(KEY_TONE_SECONDS * (2 if digit in "wW" else 1) for digit in digits)
