"""One worker process: Celery's worker with our tasks, the schedule as a thread, and a sign of life."""

from __future__ import annotations

import contextlib
import os
import platform
from typing import Any

from celery import bootsteps, signals
from kombu.exceptions import KombuError
from redis import RedisError

from intake.services import Services
from intake.settings import Settings
from worker import broker, tasks
from worker.celery_app import make_celery
from worker.schedule import SWEEP, SWEEP_EVERY, BeatThread

#: Seconds between two signs of life, and how long one holds: two may be missed.
SIGN_EVERY, SIGN_HOLDS = 2, 7


class SignOfLife(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery ships no types
    """Keeps a key of this worker alive in the broker while it takes messages, so that it can be counted."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, consumer: Any) -> None:
        """Give a sign now and then again and again, from the worker's own timer."""
        self._broker = broker.connect(consumer.app.conf.broker_url)
        self._key = f"{broker.SIGN_OF_LIFE}{platform.node()}:{os.getpid()}"
        self._give()
        self._timer = consumer.timer.call_repeatedly(SIGN_EVERY, self._give)

    def stop(self, _consumer: Any) -> None:
        """No more signs; the last one is taken back if the broker still answers."""
        self._timer.cancel()
        self._try(lambda: self._broker.delete(self._key))
        self._broker.close()

    def _give(self) -> None:
        self._try(lambda: self._broker.set(self._key, "1", ex=SIGN_HOLDS))

    def _try(self, act: Any) -> None:
        # the consumer notices by itself that the broker is gone, and says so in the log
        with contextlib.suppress(RedisError, OSError):
            act()


class FirstSweep(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery ships no types
    """Sweeps whenever the broker is reached, at the start and after it was away: nudges were lost then."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, consumer: Any) -> None:
        """Send the sweep; if the broker is gone again, the consumer comes back here."""
        with contextlib.suppress(KombuError):
            consumer.app.send_task(SWEEP, expires=SWEEP_EVERY, retry=False)


def run_worker(settings: Settings, services: Services) -> int:
    """Work until told to stop (SIGTERM or SIGINT: finish the tasks in hand, then end); the exit code."""
    # Celery sets up logging of its own unless somebody listens here.
    signals.setup_logging.connect(_logging_is_set_up)
    app = make_celery(settings)
    tasks.register(app, tasks.make_hands(services))
    app.steps["worker"].add(BeatThread)
    app.steps["consumer"].update({SignOfLife, FirstSweep})
    worker = app.Worker(quiet=True, without_mingle=True, without_gossip=True, without_heartbeat=True)
    worker.start()
    return int(worker.exitcode or 0)


def _logging_is_set_up(**_: Any) -> None:
    """Nothing to do: ``logs.configure`` ran when the process began."""
