"""What every test may use: the district's profile, a clock that can be moved, and real databases."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from playwright.sync_api import Browser, expect, sync_playwright

from intake import staff
from intake.crypto import KeyRing, generate_keys, parse_keys
from intake.db import Base, Database
from intake.profile import Profile, load_profile
from intake.services import Job, Services
from intake.settings import PROFILES, Settings
from matching import models as _matching_models  # noqa: F401 -- its tables belong to the schema

from .support import records
from .support.hotline import Hotline, until
from .support.needs import program
from .support.postgres import PostgresDatabases, empty

pytest_plugins = ["tests.support.no_skips"]

#: A Tuesday morning in opening hours, in winter time: 10:00 in the district.
TUESDAY_TEN = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write the golden files anew; read the difference before committing",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those marked ``long`` first; among them, and among the others, the order stays as random as it was."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


class MovableClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def moves(self, **delta: float) -> datetime:
        self.now += timedelta(**delta)
        return self.now


class Nudges(list[Job]):
    """Remembers who was woken."""

    def __call__(self, job: Job) -> None:
        self.append(job)


@pytest.fixture(scope="session")
def profile() -> Profile:
    """The first district, where an approved question goes out at once and nobody has to have a second factor:
    who means these says so.
    """
    district = load_profile(PROFILES / "landkreis-kassel")
    return district.model_copy(
        update={
            "limits": district.limits.model_copy(update={"offer_undo_seconds": 0}),
            "accounts": district.accounts.model_copy(update={"second_factor": ()}),
        }
    )


@pytest.fixture(scope="session")
def keys() -> KeyRing:
    return parse_keys(generate_keys())


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[PasswordHasher]:
    """Passwords are hashed at the least cost, but in processes of their own; the real hasher."""
    real = staff.hasher
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(staff, "hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield real


@pytest.fixture(scope="session", autouse=True)
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Templates are compiled once for a test process, not anew by each app that a test makes."""
    cache = FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {"bytecode_cache": cache})
        yield


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(TUESDAY_TEN)


@pytest.fixture
def nudges() -> Nudges:
    return Nudges()


@pytest.fixture(scope="session")
def postgres(testrun_uid: str) -> Iterator[PostgresDatabases]:
    with PostgresDatabases(testrun_uid) as databases:
        yield databases


@pytest.fixture(scope="session")
def sqlite_tables(tmp_path_factory: pytest.TempPathFactory, keys: KeyRing) -> Path:
    """A file with all tables and no row, to be copied."""
    path = tmp_path_factory.mktemp("tables") / "hotline.sqlite3"
    database = Database(f"sqlite:///{path}", keys)
    Base.metadata.create_all(database.engine)
    database.close()
    return path


@pytest.fixture(scope="session")
def sqlite_record(tmp_path_factory: pytest.TempPathFactory, keys: KeyRing) -> Database:
    """Where all tests of this process find their SQLite database, each an empty one."""
    return Database(f"sqlite:///{tmp_path_factory.mktemp('record') / 'hotline.sqlite3'}", keys)


@pytest.fixture
def sqlite_db(sqlite_record: Database, sqlite_tables: Path) -> Iterator[Database]:
    path = Path(sqlite_record.url.database or "")
    for left in path.parent.iterdir():
        left.unlink()
    shutil.copy(sqlite_tables, path)
    with records.lent(sqlite_record):
        yield sqlite_record


@pytest.fixture(scope="session")
def postgres_record(postgres: PostgresDatabases, keys: KeyRing) -> Iterator[Database]:
    """As ``sqlite_record``: making a database anew takes longer than most tests do."""
    with postgres.fresh() as url:
        database = Database(url, keys)
        Base.metadata.create_all(database.engine)
        database.close()
        yield database


@pytest.fixture
def postgres_db(postgres_record: Database) -> Iterator[Database]:
    with records.lent(postgres_record):
        yield postgres_record
    empty(postgres_record.url.render_as_string(hide_password=False))


@pytest.fixture(params=["sqlite", "postgresql"])
def any_db(request: pytest.FixtureRequest) -> Database:
    """Each kind of database in turn: what holds on one has to hold on the other."""
    database: Database = request.getfixturevalue("sqlite_db" if request.param == "sqlite" else "postgres_db")
    return database


@pytest.fixture
def settings(tmp_path: Path, keys: KeyRing) -> Settings:
    return Settings(
        home=tmp_path,
        keys=keys,
        public_base_url="http://127.0.0.1:8000",
        account_sid="AC" + "0" * 32,
        auth_token="a-token-for-tests",
        carrier_number="+4956110031177",
    )


@pytest.fixture
def services(
    settings: Settings, profile: Profile, sqlite_db: Database, clock: MovableClock, nudges: Nudges
) -> Services:
    return Services(settings, profile, sqlite_db, clock, nudges)


@pytest.fixture(scope="session")
def up() -> Iterator[Hotline]:
    """A whole hotline for all tests of this process that only add to it, because its start takes so long."""
    with Hotline() as hotline:
        until(lambda: "Ctrl-C ends" in (hotline.home / "screen.log").read_text(), "the greeting")
        yield hotline


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's browser, one for each test process. It waits for all as long as for presses."""
    expect.set_options(timeout=30_000)
    path = program("chromium", "chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()
