"""``hotline phone``: call the hotline from this terminal, by hand or with keys given beforehand."""

from __future__ import annotations

import argparse
import sys

from intake.profile import load_profile
from voice.phone.terminal import run_terminal
from worker.commands.common import BAD_USE, CommandFailedError, at, fetch, home_of, running, settings_of
from worker.simulator import simulated_carrier


def arguments(parser: argparse.ArgumentParser) -> None:
    """Who calls, and which keys are pressed."""
    parser.add_argument(
        "--from",
        dest="caller",
        default="056925551234",
        help="the caller's number, or anonymous (default: %(default)s)",
    )
    parser.add_argument(
        "--keys",
        help="groups of keys, a blank between, one group for each question; - is silence, "
        "=yes_please says so, as an answer or on tape, h hangs up",
    )
    parser.epilog = 'Example: hotline phone --keys "1 1 1 34466 1 1"'


def run(args: argparse.Namespace) -> int:
    """Call, and print what was heard."""
    settings = settings_of(args)
    if not settings.phone:
        raise CommandFailedError("the simulator is off: this hotline has a carrier of its own", BAD_USE)
    found = running(home_of(args))
    if found is not None:
        settings = at(settings, found)
    if fetch(f"{settings.public_base_url}/healthz") != 200:
        raise CommandFailedError(f"nobody answers at {settings.public_base_url}; is 'hotline up' running?")
    carrier = simulated_carrier(settings, load_profile(settings.profile_folder).country)
    return run_terminal(carrier, args.caller, args.keys, sys.stdout, sys.stdin)
