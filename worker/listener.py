"""The socket at which a hotline listens, held by the process that lives longest.

Whoever serves inherits it. While a server that died is started anew, calls so wait in the socket's queue
instead of being refused: the carrier would ask the same dead port once more, and then speak for us.
"""

from __future__ import annotations

import socket
import time

from worker.commands.common import BAD_USE, CommandFailedError

#: So many connections may wait; the kernel allows no more than its own limit (net.core.somaxconn).
BACKLOG = 2048

#: Seconds between two tries to get a port.
_PAUSE = 0.2


def listen(host: str, port: int, patience: float) -> socket.socket:
    """A socket that listens there (port 0: any); a port that is in use is waited for ``patience`` seconds.

    Raises ``CommandFailedError`` with one line that says why it cannot be had.
    """
    if not 0 <= port <= 65535:
        raise CommandFailedError(f"--port {port}: give a number from 0 to 65535", BAD_USE)
    deadline = time.monotonic() + patience
    while True:
        try:
            return socket.create_server((host, port), backlog=BACKLOG)
        except PermissionError:
            raise CommandFailedError(f"port {port} needs a right we do not have; use --port") from None
        except OSError:
            if time.monotonic() > deadline:
                raise CommandFailedError(f"port {port} is in use; choose another with --port") from None
        time.sleep(_PAUSE)


def inherited(listener: socket.socket) -> str:
    """How a server is told to take over a socket that it inherits (gunicorn's ``bind``)."""
    return f"fd://{listener.fileno()}"
