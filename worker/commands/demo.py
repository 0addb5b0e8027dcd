"""``hotline demo remove``: remove the demo helpers with all that came of them."""

from __future__ import annotations

import argparse

from worker import demo
from worker.clock import utc_now
from worker.commands.common import add_home, database_of, settings_of


def arguments(parser: argparse.ArgumentParser) -> None:
    """There is one action; adding is done by ``hotline up --demo``."""
    actions = parser.add_subparsers(dest="action", required=True)
    add_home(actions.add_parser("remove", help="remove the demo helpers; their requests are open again"))


def run(args: argparse.Namespace) -> int:
    """Remove them."""
    database = database_of(settings_of(args))
    with database.write() as session:
        removed = demo.remove(session, utc_now())
    database.close()
    print(f"{removed} demo helpers removed")
    return 0
