"""``hotline restore``: put a backup back, or tidy up after PostgreSQL's own tools have put one back."""

from __future__ import annotations

import argparse
from pathlib import Path

from worker import backup, migrate
from worker.clock import utc_now
from worker.commands.common import BAD_USE, CommandFailedError, database_of, home_of, running, settings_of


def arguments(parser: argparse.ArgumentParser) -> None:
    """What from."""
    parser.add_argument(
        "source", type=Path, nargs="?", help="a file of 'hotline backup'; without it, after pg_restore"
    )
    parser.epilog = (
        "Stop everything first. The record as it was is kept beside the new one. Texts and calls that may "
        "have gone out since the backup are looked up at the carrier instead of being repeated."
    )


def run(args: argparse.Namespace) -> int:
    """Put it back, bring it to the newest schema, and have in doubt what may have been done since."""
    if running(home_of(args)) is not None:
        raise CommandFailedError("the hotline is running: stop it first")
    settings, now = settings_of(args), utc_now()
    if args.source is not None:
        try:
            aside = backup.put_back(settings, args.source, now)
        except (backup.BackupError, OSError) as error:
            raise CommandFailedError(str(error)) from None
        print(f"the record is that of {args.source}; the one before is kept as {aside}")
    elif settings.database_url.startswith("sqlite"):
        raise CommandFailedError("name the file to put back", BAD_USE)
    migrate.migrate(settings)
    database = database_of(settings)
    with database.write() as session:
        doubted = backup.doubt(session, now)
    database.close()
    print(f"{doubted} texts and calls will be looked up at the carrier; now run 'hotline check' and start")
    return 0
