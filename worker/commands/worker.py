"""``hotline worker``: one worker process with its schedule. Any number of them may run."""

from __future__ import annotations

import argparse

from worker import logs
from worker.commands.common import settings_of
from worker.process import run_worker
from worker.wiring import make_services


def arguments(parser: argparse.ArgumentParser) -> None:
    """There is nothing to choose."""
    parser.epilog = "Ends after the tasks in hand on SIGTERM or Ctrl-C."


def run(args: argparse.Namespace) -> int:
    """Work until told to stop."""
    logs.configure()
    settings = settings_of(args)
    return run_worker(settings, make_services(settings))
