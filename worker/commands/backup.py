"""``hotline backup``: copy the embedded record into a file, while calls go on."""

from __future__ import annotations

import argparse
from pathlib import Path

from worker import backup
from worker.clock import utc_now
from worker.commands.common import CommandFailedError, database_of, settings_of


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where to."""
    parser.add_argument("target", type=Path, help="a new file, or a folder in which it is named by the time")
    parser.epilog = (
        "The copy is encrypted as the record is. Keep hotline.env apart from it, and delete copies in time: "
        "what was erased since lives on in them."
    )


def run(args: argparse.Namespace) -> int:
    """Take the backup."""
    settings = settings_of(args)
    target: Path = args.target
    if target.is_dir():
        target = target / f"hotline-{utc_now():%Y%m%dT%H%M%SZ}.sqlite3"
    try:
        record = backup.path_of(settings)
        database_of(settings).close()  # which says what to do where there is none
        backup.take(record, target)
    except (backup.BackupError, OSError) as error:
        raise CommandFailedError(str(error)) from None
    print(f"{target} ({target.stat().st_size / 1e6:.1f} MB); it opens with HOTLINE_KEYS, kept elsewhere")
    return 0
