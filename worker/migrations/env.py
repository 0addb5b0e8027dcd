"""Alembic's way into the house: which tables there are, and how their types are written in a revision."""

from __future__ import annotations

import os
from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext

from intake.db import Base, Database, Encrypted, UtcDateTime
from intake.models import Call
from intake.settings import load_settings
from matching.models import Proposal

#: Importing one model of each room has filled the metadata with all of its tables.
assert Call.metadata is Proposal.metadata is Base.metadata


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our own column types as the plain types they are stored as."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, Encrypted):
        return "sa.LargeBinary()"
    if isinstance(item, sa.Enum):
        return f"sa.String({item.length})"
    return False


def run(connection: sa.Connection) -> None:
    """Run the wanted steps in the transaction that ``connection`` is in."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_item=render_item,
        # SQLite changes a column by writing its table anew
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given: sa.Connection | None = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:  # Alembic's own command line, which a developer uses to write a next step
    settings = load_settings(os.environ)
    with Database(settings.database_url, settings.keys).write() as session:
        run(session.connection())
