"""The broker seen from outside Celery: is it up, how many workers are alive.

Nothing that must survive is kept there: it may be emptied at any moment.
"""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

#: A broker on the same machine answers in milliseconds; a webhook or a status page must not wait longer.
PATIENCE = 0.3

#: Each worker keeps such a key alive, so that workers can be counted without asking each one.
SIGN_OF_LIFE = "hotline:worker:"


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
