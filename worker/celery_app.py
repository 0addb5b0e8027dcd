"""The Celery app: what is said to the broker and how. Tasks are in ``tasks``, their times in ``schedule``.

The database is the queue. A message only wakes a worker, carries nothing but a task's name, and may be lost
or come twice. So messages are acknowledged late, expire soon, and no result is kept.
"""

from __future__ import annotations

from typing import Any

from celery import Celery
from celery.app.amqp import AMQP
from kombu.connection import Connection

from intake.settings import Settings
from worker.broker import PATIENCE
from worker.schedule import SCHEDULE

#: A message that a dead worker had taken is given to another after this many seconds. Longer than the longest
#: task, else that one would run twice; doing it twice is harmless, but wasteful.
VISIBILITY_TIMEOUT = 600

#: Seconds between two tries to reach a broker that is down. Celery's own pause grows to 30 seconds, and with
#: the sweep on top a callback would wait longer than the 30 seconds we promise after the broker's return.
RECONNECT_EVERY = 3

#: Tasks wait for the database and the carrier, not for the processor: a few threads in one process are enough
#: and take the least memory. SQLite lets one of them write at a time anyway.
THREADS = 4


class _SteadyConnection(Connection):
    """A connection that tries again at a steady pace; there is no setting for it in Celery."""

    def ensure_connection(self, *args: Any, **kwargs: Any) -> Any:
        """As in kombu, but the pause between two tries never grows beyond ``RECONNECT_EVERY``."""
        pace = {"interval_start": 1, "interval_step": 1, "interval_max": RECONNECT_EVERY}
        return super().ensure_connection(*args, **pace, **kwargs)  # type: ignore[no-untyped-call]  # kombu's gap


class _SteadyAmqp(AMQP):  # type: ignore[misc]  # Celery ships no types
    Connection = _SteadyConnection


def make_celery(settings: Settings) -> Celery:
    """The app as a worker uses it: patient with the broker, and with the schedule of the sweep."""
    app = _bare_app(settings)
    app.conf.beat_schedule = SCHEDULE
    app.conf.broker_transport_options = {
        "visibility_timeout": VISIBILITY_TIMEOUT,
        # look for messages of dead workers each second instead of every hundred
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
        "socket_keepalive": True,
    }
    return app


def make_sender(settings: Settings) -> Celery:
    """The app as whoever nudges uses it: it gives up at once, because the sweep will find the row."""
    app = _bare_app(settings)
    app.conf.broker_transport_options = {
        "max_retries": 0,
        "socket_timeout": PATIENCE,
        "socket_connect_timeout": PATIENCE,
    }
    app.conf.task_publish_retry = False
    app.conf.broker_pool_limit = 1
    return app


def _bare_app(settings: Settings) -> Celery:
    app = Celery("hotline", broker=settings.redis_url, amqp=_SteadyAmqp, set_as_current=False)
    app.conf.update(
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_store_errors_even_if_ignored=False,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_default_queue="hotline",
        task_create_missing_queues=False,
        worker_pool="threads",
        worker_concurrency=THREADS,
        # the broker may come back at any time, so it is looked for as long as the worker lives
        broker_connection_max_retries=None,
        broker_connection_retry_on_startup=True,
        # nobody steers or watches workers through the broker: they are counted by their sign of life
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        timezone="UTC",
    )
    return app
