"""A socket that somebody else holds, so that it outlives the server: systemd's, as that of ``hotline up``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import requests

from intake.crypto import generate_keys
from tests.support.hotline import until
from worker.listener import listen

#: The socket is descriptor 3, and the environment says how many there are and which process is meant.
AS_SYSTEMD_DOES = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execv(sys.executable, [sys.executable, "-m", "worker", "web"])
"""


def test_a_web_server_serves_at_the_socket_that_systemd_opened(
    tmp_path: Path, clean_environment: dict[str, str]
) -> None:
    with listen("127.0.0.1", 0, 0) as door, (tmp_path / "web.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-c", AS_SYSTEMD_DOES, str(door.fileno())],
            env={**clean_environment, "HOTLINE_HOME": str(tmp_path), "HOTLINE_KEYS": generate_keys()},
            pass_fds=(door.fileno(),),
            stdout=log,
            stderr=log,
        )
        try:
            address = f"http://127.0.0.1:{door.getsockname()[1]}/healthz"
            until(lambda: _is_answered(address), "the server to answer at the socket")
        finally:
            server.terminate()
            assert server.wait(60) == 0


def _is_answered(address: str) -> bool:
    try:
        return requests.get(address, timeout=5).ok
    except requests.RequestException:
        return False
