"""``hotline``: one command line for everything. Failures are one line and an exit code, never a traceback."""

from __future__ import annotations

import argparse
import importlib
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import sqlalchemy.exc

from worker import logs
from worker.commands.common import (
    BAD_USE,
    FAILED,
    UNEXPECTED,
    CommandFailedError,
    add_home,
    faults_of,
    home_of,
)

#: Each command with its help. A command's module is imported when it is called, so that ``status`` does not
#: wait for the web server's imports.
COMMANDS: dict[str, str] = {
    "up": "start everything on this machine",
    "web": "serve the web pages and the webhooks",
    "worker": "run a worker with its schedule",
    "migrate": "bring the database to the newest schema",
    "backup": "copy the record into a file, while calls go on",
    "restore": "put a backup back",
    "check": "say what is missing or wrong, and how to mend it",
    "status": "count calls, requests, callbacks and so on",
    "phone": "call the hotline from this terminal",
    "staff": "accounts of the district's team",
    "places": "import the table of places",
    "profile": "check the district's profile",
    "flow": "draw the call flow, or measure it",
    "fallback-file": "print the last words as a file to be served elsewhere",
    "keys": "print a fresh key ring, or rotate the keys",
    "demo": "remove the demo data",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that ``argv`` names and return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    chosen = next((word for word in words if not word.startswith("-")), None)
    parser, module = _parser(chosen)
    args = parser.parse_args(words)
    if module is None:
        parser.print_help(sys.stderr)
        return BAD_USE
    logs.configure(logging.WARNING)
    return _told(module, args)


def _parser(chosen: str | None) -> tuple[argparse.ArgumentParser, ModuleType | None]:
    parser = argparse.ArgumentParser(prog="hotline", description=__doc__)
    commands = parser.add_subparsers(metavar="command", dest="command")
    module = None
    for name, text in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text)
        add_home(command)
        if name == chosen:
            module = importlib.import_module(f"worker.commands.{name.replace('-', '_')}")
            module.arguments(command)
    return parser, module


def _told(module: ModuleType, args: argparse.Namespace) -> int:
    """Run the command; tell each kind of failure in one line."""
    try:
        return int(module.run(args))
    except KeyboardInterrupt:
        return _fail("stopped", 130)  # what a shell gives for SIGINT
    except BrokenPipeError:
        return FAILED  # whoever read our output has gone; there is nobody to tell
    except Exception as error:  # the last line of defence: nobody is shown a traceback
        return _fail(*_explained(error, home_of(args)))


def _explained(error: Exception, home: Path) -> tuple[str, int]:
    """The words for a failure, and the exit code."""
    if faults := faults_of(error):
        return "\n".join(faults), BAD_USE
    if isinstance(error, CommandFailedError):
        return str(error), error.code
    if isinstance(error, sqlalchemy.exc.OperationalError):
        reason = str(error.orig).splitlines()[0]
        return f"database: {reason}; is it running, and was 'hotline migrate' run?", FAILED
    log = logs.keep(error, home)
    return f"unexpected {type(error).__name__}; the details are in {log}", UNEXPECTED


def _fail(message: str, code: int) -> int:
    sys.stderr.writelines(f"hotline: {line}\n" for line in message.splitlines())
    return code


if __name__ == "__main__":
    sys.exit(main())
