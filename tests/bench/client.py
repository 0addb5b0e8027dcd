"""A small HTTP client that costs little beside the server it measures: raw sockets, requests made before."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

_CHUNK = 65_536
_TIMEOUT = 30.0


@dataclass(frozen=True)
class Turn:
    """A webhook on the wire, whole; what its answer must hold, and in which group its time is counted."""

    data: bytes
    holds: bytes
    group: str


Conversation = Sequence[Turn]


@dataclass
class Taken:
    """What a run took: seconds of each answered turn by group, turns that failed, and the whole run."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    failed: int = 0
    finished: int = 0
    elapsed: float = 0.0

    @property
    def all(self) -> list[float]:
        return list(itertools.chain.from_iterable(self.seconds.values()))

    @property
    def rate(self) -> float:
        """Answered turns for each second."""
        return len(self.all) / self.elapsed if self.elapsed else 0.0

    def add(self, other: Taken) -> None:
        """Count another connection's turns among ours."""
        for group, seconds in other.seconds.items():
            self.seconds.setdefault(group, []).extend(seconds)
        self.failed += other.failed
        self.finished += other.finished


class Connection:
    """One connection that is kept open; opened again if the server closed it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None

    def ask(self, data: bytes) -> tuple[int, bytes]:
        """Send a request and read its answer: status and body. Raises ``OSError``."""
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), _TIMEOUT)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(data)
        got = self._socket.recv(_CHUNK)
        while b"\r\n\r\n" not in got:
            got += self._more()
        head, _, body = got.partition(b"\r\n\r\n")
        while len(body) < _length(head):
            body += self._more()
        if b"connection: close" in head.lower():
            self.close()
        return int(head[9:12]), body

    def _more(self) -> bytes:
        assert self._socket is not None
        chunk = self._socket.recv(_CHUNK)
        if not chunk:
            raise ConnectionError("the server closed the connection in the middle of an answer")
        return chunk

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    if head.startswith((b"HTTP/1.1 204", b"HTTP/1.0 204")):
        return 0
    raise ConnectionError("an answer without a length")


def drive(port: int, supply: Iterable[Conversation], connections: int, seconds: float) -> Taken:
    """Hold conversations on so many connections, one after the other on each, for about so long.

    A conversation that has begun is held to its end. Ends early when the supply does.
    """
    source, lock, results = iter(supply), threading.Lock(), Taken()
    end = time.perf_counter() + seconds

    def talk() -> None:
        mine, connection = Taken(), Connection(port)
        while time.perf_counter() < end and (conversation := _next(source, lock)) is not None:
            mine.finished += _hold(connection, conversation, mine)
        connection.close()
        with lock:
            results.add(mine)

    threads = [threading.Thread(target=talk) for _ in range(connections)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results.elapsed = time.perf_counter() - began
    return results


def _next(source: Iterator[Conversation], lock: threading.Lock) -> Conversation | None:
    with lock:
        return next(source, None)


def _hold(connection: Connection, conversation: Conversation, taken: Taken) -> bool:
    """One conversation; whether every turn was answered as it must be. The first failed one ends it."""
    for turn in conversation:
        began = time.perf_counter()
        try:
            status, body = connection.ask(turn.data)
        except OSError:
            status, body = 0, b""
            connection.close()
        took = time.perf_counter() - began
        if status != 200 or turn.holds not in body:
            taken.failed += 1
            return False
        taken.seconds.setdefault(turn.group, []).append(took)
    return True
