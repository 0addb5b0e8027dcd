"""``hotline migrate``: bring the database to the newest schema."""

from __future__ import annotations

import argparse

from worker import migrate
from worker.commands.common import settings_of


def arguments(parser: argparse.ArgumentParser) -> None:
    """There is nothing to choose."""
    parser.epilog = "May be run at any time and on several machines at once; the database is changed once."


def run(args: argparse.Namespace) -> int:
    """Take every step that is still to be taken."""
    migrate.migrate(settings_of(args))
    print(f"the database is at step {migrate.newest_step()}")
    return 0
