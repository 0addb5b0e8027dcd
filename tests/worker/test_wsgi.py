"""Which door a path leads to, and what machines are told. The apps behind have tests of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from werkzeug.test import Client

from intake.db import Database
from intake.hours import Window
from intake.registry import Told, file_request
from intake.services import Job, Services
from intake.settings import Settings
from worker import metrics
from worker.migrate import migrate
from worker.wsgi import make_wsgi


@pytest.fixture
def migrated(services: Services, settings: Settings) -> Iterator[Services]:
    """Services on a database that was made by the migrations."""
    ours = settings.model_copy(update={"database_url": f"sqlite:///{settings.home / 'real.sqlite3'}"})
    migrate(ours)
    database = Database(ours.database_url, ours.keys)
    yield Services(ours, services.profile, database, services.clock, services.nudge)
    database.close()


@pytest.fixture
def web(migrated: Services) -> Client:
    return Client(make_wsgi(migrated))


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/desk/", 303),
        ("/desk", 303),
        ("/voice/answer", 403),
        ("/voice/nonsense", 403),
        ("/healthz", 200),
        ("/readyz", 200),
        ("/metrics", 200),
        ("/nonsense", 404),
        ("/phone/", 404),
        ("/2010-04-01/Accounts", 404),
    ],
)
def test_each_path_has_its_door(web: Client, path: str, status: int) -> None:
    assert web.get(path).status_code == status


def test_the_simulator_is_there_only_when_switched_on(migrated: Services) -> None:
    on = migrated.settings.model_copy(update={"phone": True})
    web = Client(
        make_wsgi(Services(on, migrated.profile, migrated.db, migrated.clock, migrated.nudge)),
    )
    assert web.get("/phone/").status_code == 200
    assert web.get(f"/2010-04-01/Accounts/{on.account_sid}/Calls.json").status_code == 401


def test_ready_without_a_broker_and_not_without_the_schema(web: Client, services: Services) -> None:
    told = json.loads(web.get("/readyz").text)
    assert told == {"ready": True, "faults": [], "broker": "down"}
    without = Client(make_wsgi(services)).get("/readyz")
    assert without.status_code == 503
    assert json.loads(without.text)["faults"] == [
        "the database is not at the newest schema: run 'hotline migrate'"
    ]


def test_figures_count_and_tell_nothing_personal(web: Client, migrated: Services) -> None:
    now = migrated.clock()
    told = Told(number="+4956925551234", language="de", category="shopping", postcode="34466")
    with migrated.db.write() as session:
        file_request(session, now, told, Window(now, now + timedelta(hours=1)))
    metrics.count_dropped(Job.ASSIGN)
    text = web.get("/metrics").text
    assert 'hotline_requests{status="new"} 1.0' in text
    assert 'hotline_callbacks{status="queued"} 1.0' in text
    assert 'hotline_due{kind="callback"} 1.0' in text
    assert 'hotline_nudges_dropped_total{job="assign"}' in text
    assert "5551234" not in text
    assert "34466" not in text
