"""Servers in the tests' own process: they answer in threads, and are gone as soon as nobody needs them."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wsgi import ClosingIterator


class Quiet(WSGIRequestHandler):
    """Its requests are not the tests' output."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """The tests look at what came of them."""


class _Door:
    """Lets requests in to an app until it is shut.

    A page that is still open may ask something in the last moment, on a connection that it keeps: what it
    changes then may be the next test's.
    """

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app
        self._changed = threading.Condition()
        self._inside = 0
        self._is_open = True

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with self._changed:
            if not self._is_open:
                start_response("503 SERVICE UNAVAILABLE", [("Content-Length", "0")])
                return []
            self._inside += 1
        try:
            with closing(ClosingIterator(self._app(environ, start_response))) as answer:
                return list(answer)
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    def shut(self) -> None:
        """Wait for those inside, and let nobody in any more."""
        with self._changed:
            self._is_open = False
            self._changed.wait_for(lambda: self._inside == 0)


@contextmanager
def running(server: socketserver.BaseServer) -> Iterator[None]:
    """The server answers for as long as this lasts, and then nothing goes on in its app."""
    door = None
    if isinstance(server, BaseWSGIServer):
        server.app = door = _Door(server.app)
    # told to end it looks up from its work no later than this, half a second otherwise
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        if door is not None:
            door.shut()
        server.server_close()


@contextmanager
def served(app: WSGIApplication) -> Iterator[str]:
    """The address of an app over real HTTP, on a free port of loopback."""
    server = make_server("127.0.0.1", 0, app, request_handler=Quiet, threaded=True)
    with running(server):
        yield f"http://127.0.0.1:{server.server_port}"
