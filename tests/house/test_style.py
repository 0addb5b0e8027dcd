"""The house's own rules: floors, types, style, and nothing at the top level but what the design names."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("intake", "matching", "voice", "worker")
TOP_LEVEL = {"pyproject.toml", "README.md", "tests", *ROOMS}

#: A little above what we aim at (400 lines, 60 lines), so that a test never forces a split in a bad place.
LONGEST_FILE = 450
LONGEST_FUNCTION = 70


def _tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [Path(line) for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


@pytest.mark.long
@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy"],
    ],
    ids=["ruff", "format", "mypy"],
)
def test_the_checkers_are_content(command: list[str]) -> None:
    result = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_imports_run_downward_only() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_top_level_holds_what_the_design_names() -> None:
    names = {path.parts[0] for path in _tracked()}
    assert {name for name in names if not name.startswith(".")} == TOP_LEVEL


def test_no_file_and_no_function_is_longer_than_a_newcomer_can_read() -> None:
    long: list[str] = []
    for path in _tracked():
        if path.suffix != ".py":
            continue
        text = (ROOT / path).read_text(encoding="utf-8")
        if text.count("\n") > LONGEST_FILE:
            long.append(f"{path}: {text.count(chr(10))} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno > LONGEST_FUNCTION:
                long.append(f"{path}:{node.lineno} {node.name}")
    assert long == []


def test_every_room_has_its_sign_and_nothing_else_in_it() -> None:
    for room in ROOMS:
        tree = ast.parse((ROOT / room / "__init__.py").read_text(encoding="utf-8"))
        assert ast.get_docstring(tree), room
        assert len(tree.body) == 1, f"{room}/__init__.py is a sign, not a place for code"


def test_every_public_function_says_what_it_is_for() -> None:
    silent: list[str] = []
    for path in _tracked():
        if path.suffix != ".py" or path.parts[0] not in ROOMS or "versions" in path.parts:
            continue
        for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
            public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
            if public and not ast.get_docstring(node):  # type: ignore[arg-type]  # narrowed by `public`
                silent.append(f"{path}: {node.name}")  # type: ignore[attr-defined]  # narrowed by `public`
    assert silent == []


def test_no_secret_no_registry_and_no_path_of_a_machine_is_committed() -> None:
    forbidden = ("/work/", "/root/", "pypi.org", "registry.npmjs", "index-url", "extra-index")
    found = [
        f"{path}: {word}"
        for path in _tracked()
        if path.name != Path(__file__).name
        for word in forbidden
        if word in (ROOT / path).read_text(encoding="utf-8", errors="ignore")
    ]
    assert found == []
