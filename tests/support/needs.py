"""What a suite needs beside Python, and what happens where it is not there."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest


def missing(told: str) -> NoReturn:
    """Something that a suite needs is not there: CI fails, a machine of one's own skips with the reason."""
    if os.environ.get("CI"):
        pytest.fail(told)
    pytest.skip(told)


def program(name: str, package: str) -> str:
    """The path of a program that Debian's ``package`` brings."""
    return shutil.which(name) or missing(f"there is no {name}: install Debian's {package}")
