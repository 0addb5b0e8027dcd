"""What the commands share: the settings, the running instance, and how a failure is told."""

from __future__ import annotations

import argparse
import json
import os
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url

from intake.db import Database
from intake.settings import PROFILES, Settings, load_settings, read_home_file

#: Exit codes. Bad use or settings is 2, as argparse has it; 70 is sysexits.h's "internal error".
FAILED, BAD_USE, UNEXPECTED = 1, 2, 70

RUN_FILE = "run.json"

#: The profile that comes with the house, and is used where none is named.
FIRST_PROFILE = "landkreis-kassel"


def faults_of(error: Exception) -> list[str]:
    """The lines that name each thing to mend, of an error that has such: settings, profile, prompts."""
    return list(getattr(error, "faults", ()))


class CommandFailedError(Exception):
    """The command cannot do its work. The message is one line that says why and what to do."""

    def __init__(self, message: str, code: int = FAILED) -> None:
        super().__init__(message)
        self.code = code


def add_home(parser: argparse.ArgumentParser) -> None:
    """Let a command, or an action below it, be told the home; given nowhere, it is not in the arguments."""
    parser.add_argument(
        "--home",
        default=argparse.SUPPRESS,
        help="folder of data and secrets (default: $HOTLINE_HOME or ./var)",
    )


def home_of(args: argparse.Namespace) -> Path:
    """The home: ``--home``, else ``HOTLINE_HOME``, else ``./var``."""
    return Path(getattr(args, "home", "") or os.environ.get("HOTLINE_HOME") or "var")


def settings_of(args: argparse.Namespace) -> Settings:
    """The settings of the home that ``args`` name; raises ``SettingsError``."""
    return load_settings(os.environ, home_of(args))


def profile_folder_of(args: argparse.Namespace) -> Path:
    """The profile's folder, found without settings: a profile can be checked before there are keys."""
    named = os.environ.get("HOTLINE_PROFILE") or read_home_file(home_of(args)).get("HOTLINE_PROFILE")
    built_in = PROFILES / (named or FIRST_PROFILE)
    return Path(named) if named and not built_in.is_dir() else built_in


def database_of(settings: Settings) -> Database:
    """The database, which must be there already: reading must not make an empty one."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).is_file():
        raise CommandFailedError("there is no database yet; 'hotline up' or 'hotline migrate' makes it")
    return Database(settings.database_url, settings.keys)


@dataclass(frozen=True)
class Running:
    """A ``hotline up`` that runs on this home: its process and its address."""

    pid: int
    base_url: str


def running(home: Path) -> Running | None:
    """The running instance that wrote its facts into the home, if it still lives."""
    try:
        facts = json.loads((home / RUN_FILE).read_text(encoding="utf-8"))
        found = Running(int(facts["pid"]), str(facts["base_url"]))
        os.kill(found.pid, 0)
    except (OSError, ValueError, KeyError):
        return None
    return found


def at(settings: Settings, found: Running) -> Settings:
    """The settings as the running instance has them: its addresses follow from its port."""
    here = {"public_base_url": found.base_url} | ({"api_base": found.base_url} if settings.phone else {})
    return settings.model_copy(update=here)


def fetch(url: str, timeout: float = 2) -> int | None:
    """The status with which ``url`` answers; None if nobody does within ``timeout`` seconds."""
    try:
        # the address is our own, from our own settings
        with urllib.request.urlopen(url, timeout=timeout) as reply:  # noqa: S310
            return int(reply.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None
