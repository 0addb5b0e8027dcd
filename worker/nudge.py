"""Waking a worker after a commit. A nudge may be lost: the row is in the database, and the sweep finds it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from celery import Celery

from intake.services import Job

#: Which task each job wakes.
TASK_OF: dict[Job, str] = {
    Job.ASSIGN: "hotline.assign",
    Job.PROPOSALS: "hotline.proposals",
    Job.DUTIES: "hotline.duties",
    Job.VOICE_MESSAGES: "hotline.voice_messages",
}

#: A nudge nobody took within so many seconds is stale: by then the sweep has come by.
EXPIRES = 30

log = logging.getLogger(__name__)


class Nudger:
    """``nudge(job)``: returns at once, sends from a thread of its own, drops and counts what cannot be sent.

    A webhook so waits for the broker neither when it is down nor when it hangs. Nudges for the same job that
    come while one is on its way are one nudge. ``dropped`` is called once for each nudge given up.
    """

    def __init__(self, sender: Celery, dropped: Callable[[Job], None]) -> None:
        self._sender = sender
        self._dropped = dropped
        self._changed = threading.Condition()
        self._waiting: dict[Job, None] = {}  # in the order they came
        self._thread: threading.Thread | None = None

    def __call__(self, job: Job) -> None:
        """Wake a worker for ``job``; never raises, never waits."""
        with self._changed:
            self._waiting[job] = None
            if self._thread is None:  # not before the first nudge: a web server may fork until then
                self._thread = threading.Thread(target=self._run, name="nudges", daemon=True)
                self._thread.start()
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                job = next(iter(self._waiting))
                del self._waiting[job]
            self._send(job)

    def _send(self, job: Job) -> None:
        try:
            self._sender.send_task(TASK_OF[job], expires=EXPIRES, retry=False, ignore_result=True)
        except Exception as error:  # whatever the broker or its client throws, the thread must live on
            log.warning("nudge dropped", extra={"job": job.value, "reason": type(error).__name__})
            self._dropped(job)
