"""Packages fetched with npm at test time and kept between runs, outside the project.

Twilio publishes its OpenAPI file in one; Prism, which plays the carrier from such a file, is another; a third
is axe-core, the rules of accessible pages. Their texts are other people's, so they are never committed. No
script of a package is run on installing it.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from .needs import missing

#: They change with time; they are raised on purpose, so that a red test is never the calendar's doing.
CONTRACT = "@twilio/cli-core@8.3.2"
PRISM = "@stoplight/prism-cli@5.16.0"
AXE = "axe-core@4.14.1"

#: Where it stands in the package.
_CONTRACT_FILE, _AXE_FILE = "src/services/twilio-api/twilio_api_v2010.json", "axe.min.js"

_CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "buergertelefon-tests"

#: Prism brings some 300 packages; on a slow line that takes its time.
_PATIENCE = 240


def contract_file() -> dict[str, Any]:
    """Twilio's own OpenAPI file of the 2010 API."""
    content: dict[str, Any] = json.loads(_file_of(CONTRACT, _CONTRACT_FILE))
    return content


@cache
def axe_source() -> str:
    """The text of axe-core."""
    return _file_of(AXE, _AXE_FILE)


def prism_program() -> list[str]:
    """The beginning of a command line that runs Prism."""
    folder = _kept(PRISM, _fetch_prism)
    package = folder / "node_modules" / "@stoplight" / "prism-cli"
    entry = json.loads((package / "package.json").read_text(encoding="utf-8"))["bin"]["prism"]
    return ["node", str(package / entry)]


def _kept(package: str, fetch: Callable[[Path], Path]) -> Path:
    """What ``fetch`` makes of a package, kept for the next run.

    Without npm or a network: a failure in CI, a skip with the reason elsewhere.
    """
    home = _CACHE / package.replace("/", "-")
    home.mkdir(parents=True, exist_ok=True)
    done = home / "done"
    try:
        with (home / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # test processes side by side fetch once
            if not done.exists():
                with tempfile.TemporaryDirectory(dir=home) as folder:
                    fetch(Path(folder)).rename(done)
    except (OSError, subprocess.SubprocessError) as error:
        missing(f"{package} cannot be fetched (install Debian's npm, and let it reach its registry): {error}")
    return done


def _file_of(package: str, name: str) -> str:
    """The text of one file of a package."""

    def fetch(folder: Path) -> Path:
        _npm(folder, "pack", package, "--pack-destination", ".")
        with tarfile.open(next(folder.glob("*.tgz"))) as packed:
            member = packed.extractfile(f"package/{name}")
            assert member is not None, f"{package} holds {name} no longer"
            content = folder / "content"
            content.write_bytes(member.read())
        return content

    return _kept(package, fetch).read_text(encoding="utf-8")


def _fetch_prism(folder: Path) -> Path:
    home = folder / "home"
    home.mkdir()
    _npm(home, "install", PRISM, "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", ".")
    return home


def _npm(folder: Path, *arguments: str) -> None:
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise FileNotFoundError("there is no npm")
    subprocess.run(
        [npm, *arguments, "--silent"], cwd=folder, check=True, timeout=_PATIENCE, capture_output=True
    )
