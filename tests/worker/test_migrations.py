"""The migrations make exactly the tables of the models, on both databases, from any folder."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from intake.crypto import KeyRing
from intake.db import Base, Database
from intake.settings import Settings
from worker import migrate

from ..support.postgres import PostgresDatabases


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path, keys: KeyRing) -> Iterator[Settings]:
    """Settings that name a database in which there is nothing yet."""
    if request.param == "sqlite":
        yield Settings(home=tmp_path / "new", keys=keys)
        return
    databases: PostgresDatabases = request.getfixturevalue("postgres")
    with databases.fresh() as url:
        yield Settings(home=tmp_path, keys=keys, database_url=url)


@pytest.fixture
def database(empty: Settings) -> Iterator[Database]:
    migrate.migrate(empty)
    database = Database(empty.database_url, empty.keys)
    yield database
    database.close()


def test_migrations_make_the_models_tables(database: Database) -> None:
    with database.read() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    assert migrate.step_of(database) == migrate.newest_step()


def test_a_second_time_changes_nothing(empty: Settings, database: Database) -> None:
    migrate.migrate(empty)
    assert migrate.step_of(database) == migrate.newest_step()


def test_every_step_can_be_taken_back(database: Database) -> None:
    with database.write() as session:
        command.downgrade(migrate.config_for(session.connection()), "base")
    assert migrate.step_of(database) is None
    with database.write() as session:
        command.upgrade(migrate.config_for(session.connection()), "head")
    assert migrate.step_of(database) == migrate.newest_step()


def test_a_folder_of_any_name_and_any_cwd_will_do(
    tmp_path: Path, keys: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "100 % somewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    migrate.migrate(Settings(home=Path("var"), keys=keys))
    assert (elsewhere / "var" / "hotline.sqlite3").is_file()


def test_sqlite_file_is_its_owners_alone(tmp_path: Path, keys: KeyRing) -> None:
    settings = Settings(home=tmp_path / "new", keys=keys)
    migrate.migrate(settings)
    database = Database(settings.database_url, keys)
    with database.write() as session:
        session.connection().exec_driver_sql("CREATE TABLE more (id INTEGER)")
    written = sorted((tmp_path / "new").glob("hotline.sqlite3*"))
    assert len(written) > 1
    for path in written:
        assert path.name.endswith(".lock") or not stat.S_IMODE(path.stat().st_mode) & 0o077, path.name
    database.close()
