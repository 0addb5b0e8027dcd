"""Nudges wake a worker, and whoever nudges never waits and never fails, whatever the broker does."""

from __future__ import annotations

import queue
import socket
from collections.abc import Iterator

import pytest
from celery import Celery

from intake.services import Job
from intake.settings import Settings
from worker.celery_app import make_celery, make_sender
from worker.nudge import TASK_OF, Nudger
from worker.schedule import SWEEP
from worker.tasks import TASKS

from .conftest import Broker

PATIENCE = 30


@pytest.fixture
def dropped() -> queue.Queue[Job]:
    return queue.Queue()


@pytest.fixture
def nudger(with_broker: Settings, dropped: queue.Queue[Job]) -> Nudger:
    return Nudger(make_sender(with_broker), dropped.put)


@pytest.fixture
def consumer(with_broker: Settings) -> Iterator[Celery]:
    app = make_celery(with_broker)
    yield app
    app.close()


def _next_task(app: Celery) -> str:
    with app.connection_for_read() as connection, connection.SimpleQueue(app.conf.task_default_queue) as box:
        message = box.get(timeout=PATIENCE)
        message.ack()
        assert message.payload[:2] == [[], {}], "a message carries nothing but its name"
        return str(message.headers["task"])


@pytest.mark.parametrize("job", list(Job))
def test_each_job_sends_its_task(nudger: Nudger, consumer: Celery, job: Job) -> None:
    nudger(job)
    assert _next_task(consumer) == TASK_OF[job]


def test_every_job_has_a_task_and_every_task_is_swept() -> None:
    assert set(TASK_OF) == set(Job)
    assert set(TASK_OF.values()) <= set(TASKS)
    assert SWEEP not in TASKS


def test_a_broker_that_is_down_costs_the_nudge_and_nothing_else(
    nudger: Nudger, broker: Broker, dropped: queue.Queue[Job], consumer: Celery
) -> None:
    broker.kill()
    nudger(Job.ASSIGN)
    assert dropped.get(timeout=PATIENCE) is Job.ASSIGN
    broker.start()
    nudger(Job.DUTIES)
    assert _next_task(consumer) == TASK_OF[Job.DUTIES]


def test_a_broker_that_hangs_holds_up_nobody(
    settings: Settings, dropped: queue.Queue[Job], broker: Broker
) -> None:
    with socket.socket(socket.AF_UNIX) as hanging:
        path = broker.socket.with_name("hangs.sock")
        hanging.bind(str(path))
        hanging.listen()
        url = f"redis+socket://{path}?virtual_host=0"
        nudger = Nudger(make_sender(settings.model_copy(update={"redis_url": url})), dropped.put)
        for _ in range(1000):  # waiting for each would take five minutes; together they are a few nudges
            nudger(Job.ASSIGN)
        assert dropped.get(timeout=PATIENCE) is Job.ASSIGN
