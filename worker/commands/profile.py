"""``hotline profile check``: name every fault of a district's profile."""

from __future__ import annotations

import argparse
from pathlib import Path

from intake.desk.scripts import script_faults
from intake.profile import check_profile, load_profile
from worker.commands.common import FAILED, add_home, profile_folder_of


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which folder to check."""
    actions = parser.add_subparsers(dest="action", required=True)
    check = actions.add_parser("check", help="name every fault of the profile")
    check.add_argument("folder", type=Path, nargs="?", help="default: $HOTLINE_PROFILE or the built-in one")
    add_home(check)


def run(args: argparse.Namespace) -> int:
    """Print each fault on a line; 1 if there are any."""
    folder = args.folder or profile_folder_of(args)
    faults = [*check_profile(folder), *script_faults(folder)]
    print("\n".join(faults or [f"{folder}: no faults", *_to_come(folder)]))
    return FAILED if faults else 0


def _to_come(folder: Path) -> list[str]:
    """What a sound profile still lacks before its pages are in public."""
    missing = load_profile(folder).site.missing
    return [f"before the public pages are in public, add {', '.join(missing)} to [site]"] if missing else []
