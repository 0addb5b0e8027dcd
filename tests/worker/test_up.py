"""``hotline up`` as a machine that has nothing sees it. What goes on inside is in the journeys."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest

from tests.support.hotline import Hotline, until
from worker import embedded

from .conftest import Command

pytestmark = pytest.mark.long


def _screen(hotline: Hotline) -> str:
    return (hotline.home / "screen.log").read_text()


def _parts(hotline: Hotline) -> list[psutil.Process]:
    assert hotline._process is not None
    return psutil.Process(hotline._process.pid).children(recursive=True)


def test_it_tells_where_everything_is_and_passwords_once(up: Hotline) -> None:
    screen = _screen(up)
    for path in ("/", "/desk/", "/phone/"):
        assert f"{up.base_url}{path}\n" in screen
    assert re.findall(r"^    (\w+) +\w{4}(?:-\w{4}){3}$", screen, re.MULTILINE) == [
        "operator",
        "coordinator",
        "admin",
    ]


def test_what_it_keeps_is_its_owners_alone(up: Hotline) -> None:
    assert stat.S_IMODE(up.home.stat().st_mode) == 0o700
    for folder in ("broker", "log"):
        assert stat.S_IMODE((up.home / folder).stat().st_mode) == 0o700
    for name in ("hotline.env", "hotline.sqlite3", "hotline.sqlite3-wal", "log/web.log", "log/worker.log"):
        assert stat.S_IMODE((up.home / name).stat().st_mode) == 0o600, name


def test_everything_is_well_says_check(up: Hotline) -> None:
    assert "missing" not in up.run("check")


def test_a_call_from_the_terminal_is_filed(up: Hotline) -> None:
    before = up.status()["calls"].get("filed", 0)
    heard = up.run("phone", "--from", "056925559999", "--keys", "1 1 1 34466 1 1")
    assert "Wolfhagen" in heard
    assert up.status()["calls"]["filed"] == before + 1


def test_a_second_one_on_the_same_home_says_so(up: Hotline, hotline: Command) -> None:
    result = hotline("up", "--home", str(up.home), "--port", "0")
    assert result.returncode == 3
    assert result.stderr.count("\n") == 1
    assert up.base_url in result.stderr


def test_a_port_in_use_is_one_clear_line(hotline: Command, tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = hotline("up", "--home", str(tmp_path), "--port", str(port))
    assert result.returncode == 1
    assert result.stderr == f"hotline: port {port} is in use; choose another with --port\n"


@pytest.mark.parametrize("part", ["valkey", "worker worker", "worker web"])
def test_a_part_that_dies_is_started_again(up: Hotline, part: str) -> None:
    name = {"valkey": "broker"}.get(part, part.rsplit(maxsplit=1)[-1])
    times = _screen(up).count(f"{name} runs again")
    up.kill_part(part)
    until(lambda: _screen(up).count(f"{name} runs again") > times, f"{part} to run again")
    until(lambda: up.status()["workers"] == 1 and up._is_ready(), "everything to be back")


def test_killed_it_leaves_nobody_behind_and_starts_again() -> None:
    with Hotline("--demo") as hotline:
        parts = _parts(hotline)
        assert hotline._process is not None
        until(lambda: "Ctrl-C ends" in _screen(hotline), "the greeting")
        hotline._process.kill()
        hotline._process.wait()
        _, alive = psutil.wait_procs(parts, 30)
        assert alive == []
        hotline.start()
        until(lambda: _screen(hotline).count("Ctrl-C ends") == 2, "the second greeting")
        assert _screen(hotline).count("shown only now") == 1, "the passwords are told once"
        assert _screen(hotline).count("demo helpers added") == 1
        assert "demo helpers removed" in hotline.run("demo", "remove")


def test_a_home_with_a_long_path_gets_a_short_socket_and_takes_it_away(
    clean_environment: dict[str, str],
) -> None:
    root = Path(tempfile.mkdtemp(prefix="hl-"))
    home = root / ("long-" * 20) / "home"
    try:
        socket_path = embedded.socket_path(home)
        assert socket_path.parent != home
        command = [sys.executable, "-m", "worker", "up", "--home", str(home), "--port", "0"]
        process = subprocess.Popen(command, env=clean_environment, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert any("ready after" in line for line in process.stdout)
        process.send_signal(signal.SIGTERM)
        assert "everything is kept" in process.stdout.read()
        process.stdout.close()
        assert process.wait(60) == 0
        assert not socket_path.parent.exists()
    finally:
        shutil.rmtree(root)
    assert not os.path.lexists(home)
