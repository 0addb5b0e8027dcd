"""The broker seen from outside Celery: is it up, how many workers are alive, where is its socket.

Nothing that must survive is kept there: it may be emptied at any moment.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

#: A broker on the same machine answers in milliseconds; a webhook or a status page must not wait longer.
PATIENCE = 0.3

#: Each worker keeps such a key alive, so that workers can be counted without asking each one.
SIGN_OF_LIFE = "hotline:worker:"

#: Linux allows 107 bytes for the path of a socket (unix(7): sun_path); some systems allow a little less.
LONGEST_SOCKET_PATH = 100


class SocketFolderError(Exception):
    """The short folder for the broker's socket belongs to somebody else; the message says which."""


def connect(redis_url: str) -> Redis:
    """A client that gives up after ``PATIENCE`` seconds and never repeats by itself."""
    retry = Retry(NoBackoff(), 0)
    parts = urlsplit(redis_url)
    if parts.scheme == "redis+socket":
        database = parse_qs(parts.query).get("virtual_host", ["0"])[0]
        return Redis(unix_socket_path=parts.path, db=int(database), socket_timeout=PATIENCE, retry=retry)
    return Redis.from_url(redis_url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, retry=retry)


def is_up(redis_url: str) -> bool:
    """Whether the broker answers."""
    try:
        with connect(redis_url) as client:
            return bool(client.ping())
    except (RedisError, OSError):
        return False


def count_workers(redis_url: str) -> int | None:
    """How many workers gave a sign of life lately; None if the broker does not answer."""
    try:
        with connect(redis_url) as client:
            return sum(1 for _ in client.scan_iter(match=f"{SIGN_OF_LIFE}*", count=1000))
    except (RedisError, OSError):
        return None


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
