"""One database object lent to test after test.

What SQLAlchemy compiled for one test need not be compiled again for the next, which would take a third of the
time of a test of pages. What a test listens to is its own affair all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from intake.db import Database


@contextmanager
def lent(database: Database) -> Iterator[None]:
    """Let one test have it, with engines of its own before the same compiled statements."""
    lasting = database.engine, database.autocommit_engine
    database.engine, database.autocommit_engine = (engine.execution_options() for engine in lasting)
    if database.is_sqlite:
        database.autocommit_engine = database.engine  # as it makes them itself
    try:
        yield
    finally:
        database.close()
        database.engine, database.autocommit_engine = lasting
