"""When the worker acts by itself. The schedule only says "sweep": what is due stands in the database.

The scheduler runs as a thread of each worker and remembers nothing, so there is no schedule file to be
spoiled by a power cut. Two workers sweep twice as often, which is harmless, because a row is claimed once.
"""

from __future__ import annotations

from typing import Any

from celery import bootsteps
from celery.beat import EmbeddedService

SWEEP = "hotline.sweep"

#: Seconds between two sweeps. With the pace of the reconnect it keeps the promise: assigned within 30 s of
#: the broker's return.
SWEEP_EVERY = 10

SCHEDULE: dict[str, dict[str, Any]] = {
    # A sweep that nobody took before the next one is not needed any more.
    SWEEP: {"task": SWEEP, "schedule": SWEEP_EVERY, "options": {"expires": SWEEP_EVERY}},
}


class BeatThread(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery ships no types
    """Runs the schedule inside the worker. Celery's own switch forks a process of 60 MB for the same."""

    label = "Schedule"

    def create(self, worker: Any) -> Any:
        """The thread, which the worker starts and stops with its other parts."""
        return EmbeddedService(worker.app, thread=True, scheduler_cls="celery.beat:Scheduler")

    def stop(self, worker: Any) -> None:  # noqa: ARG002 -- Celery's signature
        """Tell the thread to end, and do not wait: it may be looking for a broker that is down."""
        self.obj.service.stop(wait=False)
