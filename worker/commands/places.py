"""``hotline places import``: replace the profile's table of places by a GeoNames postal file."""

from __future__ import annotations

import argparse
from pathlib import Path

from intake.profile import import_places
from worker.commands.common import add_home, profile_folder_of


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which file to read, and whose table to replace."""
    actions = parser.add_subparsers(dest="action", required=True)
    action = actions.add_parser("import", help="read a GeoNames postal file (such as DE.txt)")
    action.add_argument("file", type=Path)
    action.add_argument(
        "--profile", type=Path, help="the profile's folder (default: $HOTLINE_PROFILE or the built-in one)"
    )
    add_home(action)


def run(args: argparse.Namespace) -> int:
    """Read the file and write the table."""
    folder = args.profile or profile_folder_of(args)
    rows = import_places(folder, args.file)
    print(f"{folder}: {rows} places")
    return 0
