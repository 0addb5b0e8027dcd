"""Servers in the tests' own process: they answer in threads, and are gone as soon as nobody needs them."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from wsgiref.types import WSGIApplication

from werkzeug.serving import WSGIRequestHandler, make_server


class Quiet(WSGIRequestHandler):
    """Its requests are not the tests' output."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """The tests look at what came of them."""


@contextmanager
def running(server: socketserver.BaseServer) -> Iterator[None]:
    """The server answers for as long as this lasts."""
    # told to end it looks up from its work no later than this, half a second otherwise
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def served(app: WSGIApplication) -> Iterator[str]:
    """The address of an app over real HTTP, on a free port of loopback."""
    server = make_server("127.0.0.1", 0, app, request_handler=Quiet, threaded=True)
    with running(server):
        yield f"http://127.0.0.1:{server.server_port}"
