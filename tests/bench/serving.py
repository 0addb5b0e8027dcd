"""The servers that are measured: each the hotline's own web server, with one app or another behind it.

``python -m tests.bench.serving KIND --home HOME --port PORT`` serves one until it is told to stop.
"""

from __future__ import annotations

import argparse
import itertools
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import psycopg
import requests

from intake.db import Base, Database
from intake.profile import load_profile
from intake.services import Services
from intake.settings import Settings, ensure_home, load_settings
from matching import models as _matching_models  # noqa: F401 -- its tables belong to the schema
from tests.bench.peers import make_peers_app
from tests.support.hotline import free_port, until
from worker.clock import utc_now
from worker.server import WebServer
from worker.wsgi import make_wsgi

#: How many bytes the constant commit writes: about as many as one turn's state.
_PAYLOAD = 2048

#: Rows among which the constant commit goes round, so that two of them seldom want the same.
_ROWS = 64

CONSTANT = (
    '<?xml version="1.0" encoding="UTF-8"?><Response>'
    '<Gather action="/voice/turn/2" actionOnEmptyResult="true" finishOnKey="#" input="dtmf" method="POST" '
    'numDigits="1" timeout="10"><Say language="de-DE" voice="Polly.Vicki-Neural">Worum geht es? '
    "Einkaufen: die Eins. Apotheke oder Botengang: die Zwei. Fahrt oder Begleitung: die Drei. "
    "Gespräch oder anderes: die Vier.</Say></Gather></Response>"
).encode()


def make_services(settings: Settings) -> Services:
    """The hotline's parts on a fresh schema; nobody is nudged, because there is no worker."""
    database = Database(settings.database_url, settings.keys)
    Base.metadata.create_all(database.engine)
    profile = load_profile(settings.profile_folder)
    return Services(settings, profile, database, utc_now, lambda _job: None)


def make_turn_app(settings: Settings) -> WSGIApplication:
    """The hotline's web side, whole."""
    return make_wsgi(make_services(settings))


def make_bytes_app(_settings: Settings) -> WSGIApplication:
    """Constant bytes: the server alone."""
    return _constant(lambda: None)


def make_commit_app(settings: Settings) -> WSGIApplication:
    """Constant bytes after one commit that is as durable as a turn's, by the bare driver."""
    is_sqlite = settings.database_url.startswith("sqlite")
    return _constant(_sqlite_commit(settings) if is_sqlite else _postgres_commit(settings))


def _constant(first: Callable[[], None]) -> WSGIApplication:
    headers = [("Content-Type", "text/xml; charset=utf-8"), ("Content-Length", str(len(CONSTANT)))]

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["wsgi.input"].read()
        first()
        start_response("200 OK", headers)
        return [CONSTANT]

    return app


def _payloads() -> Iterator[bytes]:
    """Never the same twice: SQLite does not write what stands there already."""
    return (b"%0*d" % (_PAYLOAD, number) for number in itertools.count())


def _sqlite_commit(settings: Settings) -> Callable[[], None]:
    path = settings.database_url.removeprefix("sqlite:///")
    alone, here, payloads = threading.Lock(), threading.local(), _payloads()

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        return connection

    first = connect()
    first.execute("CREATE TABLE constant (id INTEGER PRIMARY KEY, kept BLOB)")
    first.executemany("INSERT INTO constant VALUES (?, '')", [(row,) for row in range(_ROWS)])
    first.close()

    def commit() -> None:
        here.connection = getattr(here, "connection", None) or connect()
        row = threading.get_ident() % _ROWS
        with alone:
            here.connection.execute("BEGIN IMMEDIATE")
            here.connection.execute("UPDATE constant SET kept = ? WHERE id = ?", (next(payloads), row))
            here.connection.execute("COMMIT")

    return commit


def _postgres_commit(settings: Settings) -> Callable[[], None]:
    here, payloads = threading.local(), _payloads()
    with psycopg.connect(settings.database_url) as first:
        first.execute("CREATE TABLE constant (id int PRIMARY KEY, kept bytea)")
        first.execute("INSERT INTO constant SELECT g, '' FROM generate_series(0, %s) g", (_ROWS,))

    def commit() -> None:
        # a statement of its own is a transaction of its own: one round trip
        here.connection = getattr(here, "connection", None) or psycopg.connect(
            settings.database_url, autocommit=True
        )
        row = threading.get_ident() % _ROWS
        here.connection.execute("UPDATE constant SET kept = %s WHERE id = %s", (next(payloads), row))

    return commit


APPS: dict[str, Callable[[Settings], WSGIApplication]] = {
    "turn": make_turn_app,
    "bytes": make_bytes_app,
    "commit": make_commit_app,
    "peers": make_peers_app,
}


class _Server(WebServer):
    """The hotline's web server, as it is, with an app of our choice."""

    def __init__(self, kind: str, settings: Settings, port: int) -> None:
        self._kind = kind
        super().__init__(settings, f"127.0.0.1:{port}")

    def load(self) -> Any:
        return APPS[self._kind](self._settings)


def make_home(home: Path, database_url: str) -> Settings:
    """A home with keys and a carrier's credentials on that database."""
    values = {
        "DATABASE_URL": database_url or f"sqlite:///{home / 'hotline.sqlite3'}",
        "PUBLIC_BASE_URL": "https://hotline.example.org",
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "a-token-for-benchmarks",
        "TWILIO_NUMBER": "+4956110031177",
    }
    ensure_home(home, values)
    return load_settings({}, home)


@dataclass(frozen=True)
class Served:
    """A running server: its port, the settings that its webhooks are signed by, its watching process."""

    port: int
    settings: Settings
    pid: int


@contextmanager
def serve(kind: str, home: Path, database_url: str = "") -> Iterator[Served]:
    """One of ``APPS`` in a process of its own, ready to be asked; ended afterwards."""
    settings, port = make_home(home, database_url), free_port()
    command = [sys.executable, "-m", __spec__.name, kind, "--home", str(home), "--port", str(port)]
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        until(lambda: process.poll() is not None or _answers(port), f"the server {kind}")
        if process.poll() is not None:
            raise RuntimeError((home / "server.log").read_text())
        yield Served(port, settings, process.pid)
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    try:
        requests.get(f"http://127.0.0.1:{port}/", timeout=2)
    except requests.RequestException:
        return False
    return True


def main() -> None:
    """Serve one app until told to stop."""
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=APPS)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    args = parser.parse_args()
    _Server(args.kind, load_settings({}, args.home), args.port).run()


if __name__ == "__main__":
    main()
