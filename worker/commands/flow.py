"""``hotline flow``: draw the call flow from its own table."""

from __future__ import annotations

import argparse

from voice.diagram import mermaid


def arguments(parser: argparse.ArgumentParser) -> None:
    """The language of the drawing."""
    parser.add_argument("--mermaid", action="store_true", required=True, help="as a Mermaid chart")


def run(_args: argparse.Namespace) -> int:
    """Print the drawing."""
    print(mermaid(), end="")
    return 0
