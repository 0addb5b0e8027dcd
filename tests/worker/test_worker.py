"""A real worker process on a real broker: woken by nudges, kept going by the sweep, killed and restarted."""

from __future__ import annotations

import contextlib
import queue
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from intake import staff
from intake.crypto import generate_keys, parse_keys
from intake.db import Database
from intake.hours import Window
from intake.lifecycle import CallbackStatus
from intake.models import Callback
from intake.registry import Told, file_request
from intake.services import Job
from intake.settings import Settings
from intake.staff_roles import Role
from worker import broker as broker_view
from worker.celery_app import make_sender
from worker.clock import utc_now
from worker.migrate import migrate
from worker.nudge import Nudger

from ..support.hotline import PATIENCE, until
from .conftest import Broker


class Office:
    """A database with one operator on duty, and workers that look after it."""

    def __init__(self, home: Path, broker: Broker, environment: dict[str, str]) -> None:
        ring = generate_keys()
        self.settings = Settings(home=home, keys=parse_keys(ring), redis_url=broker.url)
        self._environment = {
            **environment,
            "HOTLINE_HOME": str(home),
            "HOTLINE_KEYS": ring,
            "REDIS_URL": broker.url,
        }
        self._log = home / "worker.log"
        self._calls = 0
        migrate(self.settings)
        self.db = Database(self.settings.database_url, self.settings.keys)
        with self.db.write() as session:
            account, _ = staff.add(session, utc_now(), "eva", "Eva", Role.OPERATOR, ("de",))
            staff.set_duty(session, utc_now(), account, True)

    def worker(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "worker", "worker"], env=self._environment, stdout=log, stderr=log
            )

    def somebody_calls(self) -> int:
        self._calls += 1
        now = utc_now()
        told = Told(number=f"+49561100311{self._calls:02}", language="de", category="shopping")
        with self.db.write() as session:
            filing = file_request(session, now, told, Window(now, now + timedelta(hours=1)))
        return filing.callback_id

    def is_assigned(self, callback_id: int) -> bool:
        with self.db.read() as session:
            status = session.scalar(sa.select(Callback.status).where(Callback.id == callback_id))
        return status is CallbackStatus.ASSIGNED

    def workers(self) -> int | None:
        return broker_view.count_workers(self.settings.redis_url)


@pytest.fixture
def office(tmp_path: Path, broker: Broker, clean_environment: dict[str, str]) -> Iterator[Office]:
    office = Office(tmp_path, broker, clean_environment)
    yield office
    office.db.close()


@contextlib.contextmanager
def running(office: Office) -> Iterator[subprocess.Popen[bytes]]:
    process = office.worker()
    try:
        until(office.workers, "a sign of life of the worker")
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)


def test_a_nudge_has_a_callback_assigned_at_once_and_the_schedule_soon(office: Office) -> None:
    dropped: queue.Queue[Job] = queue.Queue()
    nudge = Nudger(make_sender(office.settings), dropped.put)
    with running(office) as worker:
        callback_id = office.somebody_calls()
        nudge(Job.ASSIGN)
        until(lambda: office.is_assigned(callback_id), "the assignment")
        callback_id = office.somebody_calls()
        until(lambda: office.is_assigned(callback_id), "the schedule's sweep, as no nudge told of it")
    assert worker.returncode == 0, "told to end it ends in order"
    assert office.workers() == 0, "and takes its sign of life back"
    assert dropped.empty()


def test_the_sweep_finds_what_no_nudge_told_of(office: Office, broker: Broker) -> None:
    """Also after the broker was emptied and restarted, and after a worker was killed."""
    with running(office) as worker:
        broker_view.connect(office.settings.redis_url).flushall()
        broker.kill()
        callback_id = office.somebody_calls()
        broker.start()
        until(lambda: office.is_assigned(callback_id), "the sweep after the broker's return")
        worker.kill()
    callback_id = office.somebody_calls()
    with running(office):
        until(lambda: office.is_assigned(callback_id), "the sweep of the next worker")
