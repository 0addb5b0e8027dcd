"""``hotline keys``: print a fresh key ring for ``HOTLINE_KEYS``."""

from __future__ import annotations

import argparse

from intake.crypto import generate_keys


def arguments(parser: argparse.ArgumentParser) -> None:
    """There is nothing to choose."""
    parser.epilog = "Keep a copy in a safe place: what was written under a key is lost with it."


def run(_args: argparse.Namespace) -> int:
    """Print the ring."""
    print(generate_keys())
    return 0
