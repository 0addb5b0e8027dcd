"""The migrations make exactly the tables of the models, on both databases, from any folder."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.schema import CreateIndex

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


def _has_a_direction(index: sa.Index) -> bool:
    return any(not isinstance(column, sa.Column) for column in index.expressions)


def test_migrations_make_the_models_tables(database: Database) -> None:
    indexes = [index for table in Base.metadata.tables.values() for index in table.indexes]
    by_text = {index.name: index for index in indexes if database.is_sqlite and _has_a_direction(index)}

    def compared(_object: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
        return kind != "index" or name not in by_text

    with database.read() as session:
        options = {"compare_type": True, "include_object": compared}
        context = MigrationContext.configure(session.connection(), opts=options)
        assert compare_metadata(context, Base.metadata) == []
        for name, index in by_text.items():  # SQLite tells nothing of a direction but the text it was given
            query = sa.text("SELECT sql FROM sqlite_master WHERE name = :name")
            made = session.scalar(query, {"name": name})
            assert made.split() == str(CreateIndex(index).compile(session.connection())).split()
    assert migrate.step_of(database) == migrate.newest_step()


def test_a_second_time_changes_nothing(empty: Settings, database: Database) -> None:
    migrate.migrate(empty)
    assert migrate.step_of(database) == migrate.newest_step()


def test_every_step_can_be_taken_back(database: Database) -> None:
    with database.write(rewrites_tables=True) as session:
        command.downgrade(migrate.config_for(session.connection()), "base")
    assert migrate.step_of(database) is None
    with database.write(rewrites_tables=True) as session:
        command.upgrade(migrate.config_for(session.connection()), "head")
    assert migrate.step_of(database) == migrate.newest_step()


def test_a_record_with_rows_in_every_table_keeps_them(empty: Settings) -> None:
    database = Database(empty.database_url, empty.keys)
    with database.write(rewrites_tables=True) as session:
        command.upgrade(migrate.config_for(session.connection()), "0001")
    with database.write() as session:
        old = sa.MetaData()
        old.reflect(session.connection())
        filled = [table for table in old.sorted_tables if table.name != "alembic_version"]
        for table in filled:
            session.execute(table.insert(), _row(table))
    migrate.migrate(empty)
    with database.read() as session:
        for table in filled:
            count = sa.select(sa.func.count()).select_from(sa.table(table.name))
            assert session.scalar(count) == 1, table.name
    database.close()


def _row(table: sa.Table) -> dict[str, Any]:
    """A row that fills every column of a table; what it refers to is the first row of the other table."""
    return {column.name: 1 if column.foreign_keys else _value(column.type) for column in table.columns}


def _value(kind: sa.types.TypeEngine[Any]) -> Any:
    if isinstance(kind, sa.String):
        return "1"
    if isinstance(kind, sa.Boolean):
        return True
    if isinstance(kind, sa.DateTime):
        return datetime(2026, 11, 24, tzinfo=UTC)
    if isinstance(kind, sa.LargeBinary):
        return b"1"
    if isinstance(kind, sa.JSON):
        return {}
    return 1


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
