"""``hotline keys``: print a fresh key ring, or rotate: add a new key, and write everything anew under it."""

from __future__ import annotations

import argparse
import os

from intake.crypto import Undecryptable, add_key, generate_keys, write_keys
from intake.settings import change_home_file
from worker import rotation
from worker.commands.common import CommandFailedError, database_of, home_of, running, settings_of


def arguments(parser: argparse.ArgumentParser) -> None:
    """What is to be done with the ring."""
    parser.add_argument(
        "action",
        nargs="?",
        choices=("print", "add", "rewrite"),
        default="print",
        help="print: a fresh ring (default); add: a new key before those of the ring; "
        "rewrite: write everything anew under the newest",
    )
    parser.epilog = (
        "To rotate: stop everything, 'hotline keys add', start everything, 'hotline keys rewrite'. Keep a "
        "copy of each ring in a safe place: what a key sealed, and every backup of it, is lost with the key."
    )


def run(args: argparse.Namespace) -> int:
    """Do it, and say what is to be done next."""
    {"print": _print, "add": _add, "rewrite": _rewrite}[args.action](args)
    return 0


def _print(_args: argparse.Namespace) -> None:
    print(generate_keys())


def _add(args: argparse.Namespace) -> None:
    """A new key, first in the ring: in the home's file, or printed where the environment has the ring."""
    if running(home_of(args)) is not None:
        # what a command wrote under the new key, the running processes could not read
        raise CommandFailedError("the hotline is running: stop it first, and start it again afterwards")
    settings = settings_of(args)
    ring = add_key(settings.keys)
    if os.environ.get("HOTLINE_KEYS"):
        print(f"Stop everything, then set this, everywhere:\nHOTLINE_KEYS={write_keys(ring)}")
        return
    change_home_file(settings.home, {"HOTLINE_KEYS": write_keys(ring)})
    print(f"{ring.active} is the newest key now. Copy hotline.env to its safe place, start the hotline,")
    print("then run 'hotline keys rewrite'.")


def _rewrite(args: argparse.Namespace) -> None:
    """Everything under the newest key; calls may go on."""
    settings = settings_of(args)
    database = database_of(settings)
    try:
        rows = rotation.rewrite(database)
    except Undecryptable as error:
        raise CommandFailedError(
            f"{error}; put that key back behind the newest, and run this again"
        ) from None
    finally:
        database.close()
    print(f"{rows} rows written anew under {settings.keys.active}.")
    print("An older key may be taken out of HOTLINE_KEYS; backups from before still need it.")
