"""``hotline check``: what is missing or wrong before the first call, in plain words, with the fix."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from intake.settings import SettingsError
from worker import preflight
from worker.commands.common import FAILED, at, home_of, running, settings_of
from worker.finding import Finding


def arguments(parser: argparse.ArgumentParser) -> None:
    """There is nothing to choose."""
    parser.epilog = "Ends with 1 if anything is missing."


def run(args: argparse.Namespace) -> int:
    """Print a line for each thing that was looked at."""
    try:
        settings = settings_of(args)
    except SettingsError as error:
        return _tell([Finding("settings", False, fault) for fault in error.faults])
    found = running(home_of(args))
    if found is not None:
        settings = at(settings, found)
    return _tell(preflight.look(settings))


def _tell(findings: Iterable[Finding]) -> int:
    """Print each as it comes, so that what was found is told even if a later look fails."""
    well = True
    for finding in findings:
        well = well and finding.ok
        print(f"{'ok' if finding.ok else 'missing':<8} {finding.what:<10} {finding.words}", flush=True)
    return 0 if well else FAILED
