"""Brings the database's schema to the newest step, from any folder and on any database."""

from __future__ import annotations

import os
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import make_url

from intake.db import Database
from intake.settings import Settings

_FOLDER = Path(__file__).parent / "migrations"

#: PostgreSQL's advisory lock that lets one machine at a time migrate. Any constant of our own will do.
_MIGRATION_LOCK = 7_311_002


def migrate(settings: Settings) -> None:
    """Make the database if it is SQLite's and new, and take every step that is still to be taken.

    All steps are one transaction. Two processes that migrate at once do it one after the other.
    """
    _make_private(settings.database_url)
    database = Database(settings.database_url, settings.keys)
    try:
        with database.write(rewrites_tables=True) as session:
            if not database.is_sqlite:
                session.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
            command.upgrade(config_for(session.connection()), "head")
    finally:
        database.close()


def newest_step() -> str:
    """The name of the newest step that this version of the house knows."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None, "the house comes with its migrations"
    return head


def knows(step: str) -> bool:
    """Whether this version of the house has that step; a later version's it does not."""
    return any(script.revision == step for script in ScriptDirectory.from_config(_config()).walk_revisions())


def step_of(database: Database) -> str | None:
    """The step that the database is at; None if it was never migrated."""
    with database.read() as session:
        return MigrationContext.configure(session.connection()).get_current_revision()


def config_for(connection: sa.Connection) -> Config:
    """Alembic's configuration for steps inside the transaction that ``connection`` is in."""
    config = _config()
    config.attributes["connection"] = connection
    return config


def _config() -> Config:
    config = Config()
    # a percent sign in the path would be taken for a placeholder
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    return config


def _make_private(database_url: str) -> None:
    """SQLite's file is made readable by its owner alone; SQLite gives its side files the same mode."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        path = Path(url.database)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
