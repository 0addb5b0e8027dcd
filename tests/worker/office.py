"""The simulated carrier's REST side over real HTTP, on a line that can be in trouble."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterable
from contextlib import ExitStack
from types import TracebackType
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask
from werkzeug.serving import make_server

from intake.settings import Settings
from tests.conftest import TUESDAY_TEN
from tests.support.serving import Quiet, running
from voice.phone.clock import VirtualClock
from voice.phone.engine import Exchange
from voice.phone.network import Network
from voice.phone.rest import make_rest_blueprint
from worker.simulator import simulated_carrier


class Office:
    """Listens at ``port`` inside its ``with``; ``trouble`` befalls the next request only.

    It is the office of a network of its own, or of the one it is given.
    """

    def __init__(self, settings: Settings, network: Network | None = None) -> None:
        self.clock = VirtualClock(TUESDAY_TEN)
        self.network = network or Network(Exchange(simulated_carrier(settings, "DE"), self.clock))
        self.trouble = ""
        self._open = ExitStack()
        self._app = Flask(__name__)
        self._app.register_blueprint(make_rest_blueprint(self.network))

    def __enter__(self) -> Office:
        server = make_server("127.0.0.1", 0, self, request_handler=Quiet, threaded=True)
        self.port = server.server_port
        self._open.enter_context(running(server))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        trouble, self.trouble = self.trouble, ""
        if trouble == "rate":
            start_response("429 Too Many Requests", [("Content-Type", "application/json")])
            return [json.dumps({"code": 20429, "message": "Too many requests", "status": 429}).encode()]
        answer = self._app(environ, start_response)
        if trouble == "answer lost":
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        return answer
