"""``hotline web``: serve the pages and the webhooks. Any number may run, on any number of machines."""

from __future__ import annotations

import argparse

from gunicorn.arbiter import Arbiter

from intake.settings import DEFAULT_PORT
from worker import logs
from worker.commands.common import BAD_USE, CommandFailedError, settings_of
from worker.server import WebServer


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where to listen, and with how many processes."""
    parser.add_argument(
        "--bind",
        default=f"127.0.0.1:{DEFAULT_PORT}",
        metavar="HOST:PORT",
        help="where to listen (default: %(default)s); a proxy with TLS belongs in front of it. A socket that "
        "was opened by systemd goes before it",
    )
    parser.add_argument("--processes", type=int, default=1, help="serving processes (default: 1)")


def run(args: argparse.Namespace) -> int:
    """Serve until told to stop."""
    logs.configure()
    settings = settings_of(args)
    if settings.phone and args.processes != 1:
        raise CommandFailedError("the simulated calls live in one process: use --processes 1", BAD_USE)
    try:
        WebServer(settings, args.bind, args.processes).run()
    except SystemExit as end:  # gunicorn's way to return
        return BAD_USE if end.code == Arbiter.APP_LOAD_ERROR else int(end.code or 0)
    return 0
