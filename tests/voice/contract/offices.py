"""The two who play the carrier here: our simulator with a witness before it, and Prism with Twilio's file."""

from __future__ import annotations

import io
import json
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask

from tests.support.hotline import free_port
from tests.support.serving import served
from voice.phone.driver import Telephone
from voice.phone.rest import make_rest_blueprint

from .openapi import Exchange

PATIENCE = 60.0


class Witness:
    """Stands before an app and writes down each exchange as it went over the wire."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app
        self.seen: list[Exchange] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        form = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(form)
        started: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], fault: Any = None) -> Any:
            started[:] = [status, {name.lower(): value for name, value in headers}]
            return start_response(status, headers, fault)

        answer = b"".join(self._app(environ, start))
        status, headers = started
        self.seen.append(
            Exchange(
                method=environ["REQUEST_METHOD"],
                path=environ["PATH_INFO"],
                query=environ["QUERY_STRING"],
                authorization=environ.get("HTTP_AUTHORIZATION", ""),
                content_type=environ.get("CONTENT_TYPE", ""),
                form=form.decode(),
                status=int(status.split()[0]),
                answer_type=headers.get("content-type", ""),
                answer=answer,
            )
        )
        return [answer]


class SimulatorOffice:
    """Our simulator's REST side on a free port, with everything that was asked and answered."""

    def __init__(self, phone: Telephone) -> None:
        self.phone = phone
        self.app = Flask(__name__)
        self.app.register_blueprint(make_rest_blueprint(phone.network))
        self.witness = Witness(self.app.wsgi_app)
        self.base = ""

    def views_seen(self) -> set[str]:
        """The simulator's own names of what was asked for and granted."""
        with self.app.test_request_context():
            urls = self.app.url_map.bind("")
        granted = [one for one in self.witness.seen if one.status < 400]
        return {urls.match(one.path, method=one.method)[0] for one in granted}

    def views(self) -> set[str]:
        """The simulator's own names of everything that it can be asked for."""
        return {rule.endpoint for rule in self.app.url_map.iter_rules() if rule.endpoint != "static"}


@contextmanager
def simulator(phone: Telephone) -> Iterator[SimulatorOffice]:
    """The simulator, served."""
    office = SimulatorOffice(phone)
    with served(office.witness) as office.base:
        yield office


@contextmanager
def prism(program: list[str], contract: dict[str, Any], folder: Path) -> Iterator[str]:
    """Prism with this file, refusing what the file does not allow; its address."""
    file, screen = folder / "contract.json", folder / "prism.log"
    file.write_text(json.dumps(contract), encoding="utf-8")
    port = free_port()
    command = [*program, "mock", "-h", "127.0.0.1", "-p", str(port), "--errors", str(file)]
    with screen.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        end = time.monotonic() + PATIENCE
        while b"Prism is listening" not in screen.read_bytes():
            assert process.poll() is None, screen.read_text(encoding="utf-8")
            assert time.monotonic() < end, "Prism did not come up"
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE)
