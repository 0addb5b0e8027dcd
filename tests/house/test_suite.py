"""The suite itself: in CI nothing is skipped, and what is drawn there is drawn alike each time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .test_readme import ROOT

SKIPPED = """
import pytest

@pytest.mark.skip(reason="marked")
def test_marked(): ...

def test_in_its_midst():
    pytest.skip("in its midst")

@pytest.fixture
def absent():
    pytest.skip("has no browser")

def test_of_something_absent(absent): ...

@pytest.mark.xfail(reason="known to fail")
def test_known_to_fail():
    assert False
"""

A_WHOLE_FILE = """
import pytest
pytest.importorskip("nobody_has_this")
"""

DRAWN = """
from hypothesis import settings

def test_drawn_alike():
    assert settings.default.derandomize
    assert settings.default.database is None
"""


def _run(folder: Path, text: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a file of tests with the suite's rule about skips, and with no plugin beside."""
    (folder / "test_it.py").write_text(text, encoding="utf-8")
    clean = {name: value for name, value in os.environ.items() if name != "CI"}
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "tests.support.no_skips",
            "-q",
            "-rsx",
            "--rootdir",
            folder,
            folder,
        ],
        cwd=ROOT,
        env={**clean, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "-c /dev/null", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_is_skipped_fails_in_ci_with_its_reason(tmp_path: Path) -> None:
    found = _run(tmp_path, SKIPPED, CI="true")
    assert found.returncode == pytest.ExitCode.TESTS_FAILED, found.stdout
    assert "2 failed, 2 errors" in found.stdout
    assert "in CI nothing is skipped" in found.stdout
    for reason in ("marked", "in its midst", "has no browser"):
        assert reason in found.stdout
    elsewhere = _run(tmp_path, SKIPPED)
    assert elsewhere.returncode == pytest.ExitCode.OK
    assert "3 skipped, 1 xfailed" in elsewhere.stdout


def test_a_file_that_is_skipped_fails_in_ci(tmp_path: Path) -> None:
    found = _run(tmp_path, A_WHOLE_FILE, CI="true")
    assert found.returncode == pytest.ExitCode.INTERRUPTED
    assert "in CI nothing is skipped" in found.stdout


def test_what_hypothesis_draws_in_ci_is_the_same_each_time(tmp_path: Path) -> None:
    assert _run(tmp_path, DRAWN, CI="true").returncode == pytest.ExitCode.OK
    assert _run(tmp_path, DRAWN).returncode == pytest.ExitCode.TESTS_FAILED


def test_ci_says_that_it_is_one() -> None:
    assert "\nexport CI=true" in (ROOT / ".ci/run").read_text(encoding="utf-8")
