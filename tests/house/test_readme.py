"""The README stays true: its commands, names and picture are those of the code."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from intake.profile import load_profile
from intake.settings import NAMES, PROFILES
from voice.diagram import mermaid
from voice.measure import table
from voice.prompts import load_prompts

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _command(mark: str) -> str:
    """The one line of shell behind a mark."""
    found = re.search(rf"<!-- {mark} -->\n```sh\n(.+)\n```", README)
    assert found, f"the README has no one-line command behind {mark}"
    return found[1]


def test_the_first_command_starts_the_hotline_and_the_second_runs_the_tests() -> None:
    assert _command("start").endswith("hotline up")
    assert _command("test").endswith("pytest")
    for command in (_command("start"), _command("test")):
        assert "python3 -m venv" in command
        assert ".ci/constraints.txt" in command


def test_ci_runs_the_readmes_second_command() -> None:
    """The lines of ``.ci/run`` that read it out of the README, run by themselves."""
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    reading = re.search(r'eval "\$\((.+)\)"\n$', script)
    assert reading
    read = subprocess.run(
        ["bash", "-c", reading[1]], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    assert read.strip() == _command("test")


def test_the_picture_is_drawn_from_the_flow() -> None:
    found = re.search(r"<!-- flow -->\n```mermaid\n(.+?)```\n<!-- /flow -->", README, re.DOTALL)
    assert found
    assert found[1] == mermaid(), "draw it again with 'hotline flow --mermaid'"


def test_the_table_is_measured_on_the_flow() -> None:
    district = load_profile(PROFILES / "landkreis-kassel")
    measured = table(load_prompts(district.languages), district)
    for found in re.findall(r"<!-- measure -->\n(.+?)<!-- /measure -->", README, re.DOTALL):
        assert found == measured, "measure it again with 'hotline flow --measure'"


def test_every_variable_is_told() -> None:
    untold = [name for name in NAMES if f"`{name}`" not in README and name != "HOTLINE_PHONE"]
    assert untold == []


def test_every_command_that_it_names_is_there() -> None:
    quoted = " ".join(re.findall(r"`([^`\n]+)`", README))
    named = set(re.findall(r"\bhotline ([a-z][a-z-]*)", quoted))
    assert "up" in named
    known = subprocess.run(
        [sys.executable, "-m", "worker", "--help"], check=True, capture_output=True, text=True
    ).stdout
    assert {name for name in named if name not in known} == set()


def test_every_file_and_folder_that_it_names_is_there() -> None:
    named = re.findall(r"`((?:intake|matching|voice|worker|\.ci)/[\w./-]+)`", README)
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []
