"""A whole hotline as people start it: ``hotline up`` in a home of its own, and what they do with it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import psutil
import requests

from intake.settings import PROFILES, load_settings
from voice.phone.driver import Telephone
from worker.commands import status
from worker.simulator import simulated_carrier

from . import commands
from .browser import Browser

_T = TypeVar("_T")

#: Far beyond what anything here takes; a machine that is busy must not fail a test.
PATIENCE = 60.0


#: What ``free_port`` gave away: bound, so that nobody is given them a second time as any port that is free.
_reserved: list[socket.socket] = []


def free_port() -> int:
    """A port on loopback that nobody listens at. It is kept for who asked, whose server may listen at it."""
    probe = socket.socket()
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do; so both may have it
    probe.bind(("127.0.0.1", 0))
    _reserved.append(probe)
    port: int = probe.getsockname()[1]
    return port


def until(look: Callable[[], _T | None], what: str) -> _T:
    """What ``look`` finds, as soon as it finds something; fails by ``what`` when patience ends."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited in vain: {what}")


class Hotline:
    """``with Hotline() as hotline``: up and ready; at the end Ctrl-C, and nothing may live on.

    ``district`` is what stands in the profile and what is to stand there instead.
    """

    def __init__(
        self, *arguments: str, district: Mapping[str, str] | None = None, **environment: str
    ) -> None:
        # short, because a broker's socket lies in it and such paths have a limit
        self.home = Path(tempfile.mkdtemp(prefix="hl-"))
        self.port = free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("HOTLINE_", "TWILIO_"))}
        self.environment = {
            **clean,
            "HOTLINE_PROFILE": str(self._sleepless_district(district or {})),
            **environment,
        }
        self._arguments = arguments
        self._process: subprocess.Popen[bytes] | None = None

    def _sleepless_district(self, changes: Mapping[str, str]) -> Path:
        """The built-in district, where anybody may be rung at any hour and approved questions go out at once.

        For these tests run by the real clock. ``changes`` are made as well.
        """
        folder = self.home / "district"
        shutil.copytree(PROFILES / "landkreis-kassel", folder)
        profile = folder / "profile.toml"
        text = profile.read_text(encoding="utf-8")
        for theirs, ours in (
            ('call_window = "08:00-20:00"', 'call_window = "00:00-23:59:59.999999"'),
            ("offer_undo_seconds = 60", "offer_undo_seconds = 0"),
            *changes.items(),
        ):
            assert theirs in text
            text = text.replace(theirs, ours)
        profile.write_text(text, encoding="utf-8")
        return folder

    def __enter__(self) -> Hotline:
        try:
            self.start()
        except BaseException:
            self.__exit__(None, None, None)  # a start that failed must leave nobody behind either
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._process is not None and self._process.poll() is None:
                self.stop()
        finally:
            shutil.rmtree(self.home, ignore_errors=True)

    def start(self) -> None:
        """Start it and wait until it is ready."""
        command = [sys.executable, "-m", "worker", "up", "--port", str(self.port), "--home", str(self.home)]
        with (self.home / "screen.log").open("ab") as screen:
            self._process = subprocess.Popen(
                [*command, *self._arguments], stdout=screen, stderr=screen, env=self.environment
            )
        until(self._is_ready, "the hotline to be ready")

    def stop(self) -> None:
        """Press Ctrl-C, wait for the end, and see that no part lives on."""
        assert self._process is not None
        parts = psutil.Process(self._process.pid).children(recursive=True)
        self._process.send_signal(signal.SIGINT)
        self._process.wait(PATIENCE)
        _, alive = psutil.wait_procs(parts, 10)
        assert alive == [], "parts lived on after the end"

    def parts(self, word: str) -> list[psutil.Process]:
        """The running parts whose command line has this word in it."""
        assert self._process is not None
        children = psutil.Process(self._process.pid).children(recursive=True)
        return [part for part in children if word in " ".join(part.cmdline())]

    def kill_part(self, word: str) -> None:
        """kill -9 the parts whose command line has this word in it."""
        found = self.parts(word)
        assert found, f"no part is called {word}"
        for part in found:
            part.kill()

    def run(self, *arguments: str) -> str:
        """A command of the hotline on this home; what it printed."""
        result = commands.run((*arguments, "--home", str(self.home)), self.environment)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    def status(self) -> dict[str, Any]:
        """What ``hotline status --json`` says, without a process for each look."""
        return status.look(load_settings(self.environment, self.home))

    def telephone(self) -> Telephone:
        """A telephone whose calls reach this hotline as the carrier's would: signed, over HTTP."""
        here = {"public_base_url": self.base_url, "api_base": self.base_url}
        settings = load_settings({}, self.home).model_copy(update=here)
        return Telephone(simulated_carrier(settings, "DE"))

    def somebody(self, role: str) -> Browser:
        """A new account of that role, logged in with a password of its own."""
        login, own = f"{role}-{free_port()}", "vier Wörter für heute"
        printed = self.run("staff", "add", login, "--role", role)
        browser = Browser(self.base_url).opens("/desk/login")
        browser.presses("Anmelden", login=login, password=printed.split()[-1])
        browser.presses("Passwort ändern", old=printed.split()[-1], new=own, again=own)
        return browser

    def _is_ready(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError((self.home / "screen.log").read_text(errors="replace"))
        try:
            return requests.get(f"{self.base_url}/readyz", timeout=2).ok
        except requests.RequestException:
            return False
