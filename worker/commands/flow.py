"""``hotline flow``: draw the call flow from its own table, or measure the ways through it."""

from __future__ import annotations

import argparse

from intake.profile import load_profile
from voice.diagram import mermaid
from voice.measure import table
from voice.prompts import load_prompts
from worker.commands.common import profile_folder_of


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to print."""
    wanted = parser.add_mutually_exclusive_group(required=True)
    wanted.add_argument("--mermaid", action="store_true", help="the flow as a Mermaid chart")
    wanted.add_argument(
        "--measure", action="store_true", help="how long the ten commonest journeys take, as a Markdown table"
    )


def run(args: argparse.Namespace) -> int:
    """Print the drawing or the table."""
    print(mermaid() if args.mermaid else _measured(args), end="")
    return 0


def _measured(args: argparse.Namespace) -> str:
    district = load_profile(profile_folder_of(args))
    return table(load_prompts(district.languages), district)
