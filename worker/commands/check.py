"""``hotline check``: what is missing or wrong before the first call, in plain words, with the fix."""

from __future__ import annotations

import argparse

from intake.settings import SettingsError
from worker import preflight
from worker.commands.common import FAILED, home_of, running, settings_of
from worker.preflight import Finding


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
        settings = settings.model_copy(update={"public_base_url": found.base_url})
    return _tell(preflight.look(settings))


def _tell(findings: list[Finding]) -> int:
    for finding in findings:
        print(f"{'ok' if finding.ok else 'missing':<8} {finding.what:<10} {finding.words}")
    return 0 if all(finding.ok for finding in findings) else FAILED
