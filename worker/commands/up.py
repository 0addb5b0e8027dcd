"""``hotline up``: everything on this machine with one command, on a machine that has nothing."""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from intake.db import Database
from intake.profile import Profile
from intake.settings import DEFAULT_PORT, Settings, read_home_file
from worker import broker, demo, embedded, first_start, migrate
from worker.clock import utc_now
from worker.commands.common import (
    RUN_FILE,
    CommandFailedError,
    fetch,
    home_of,
    running,
)
from worker.listener import inherited, listen
from worker.parts import Part
from worker.supervisor import Supervisor

#: A second ``hotline up`` on the same home ends with this code.
RUNS_ALREADY = 3

#: Seconds for which a port is waited for that may be held by what is left of a killed hotline.
PORT_PATIENCE = 5.0

HOST = "127.0.0.1"


def arguments(parser: argparse.ArgumentParser) -> None:
    """The port, and whether to add demo data."""
    parser.add_argument(
        "--port", type=int, default=DEFAULT_PORT, help="port on this machine (default: %(default)s; 0: any)"
    )
    parser.add_argument("--demo", action="store_true", help="add synthetic helpers, plainly marked")
    parser.epilog = "Ctrl-C ends everything; the next start finds everything again."


def run(args: argparse.Namespace) -> int:
    """Start, look after the parts until told to stop, and end them in order."""
    began = time.monotonic()
    home = home_of(args).resolve()
    # a part that was killed may hold the port a little longer than its supervisor lives
    patience = PORT_PATIENCE if (home / RUN_FILE).exists() else 0
    with _only_one(home), listen(HOST, args.port, patience) as listener:
        base_url = f"http://{HOST}:{listener.getsockname()[1]}"
        try:
            settings, profile = first_start.prepare_home(home, os.environ, base_url)
        except embedded.SocketFolderError as error:
            raise CommandFailedError(str(error)) from None
        _say(f"starting in {home}")
        migrate.migrate(settings)
        environ = _environ(settings, base_url)
        parts = _parts(settings, listener, environ)
        own = _embedded_socket(settings)
        supervisor = Supervisor(parts, _say, own)
        supervisor.start()
        try:
            with _run_file(home, environ["PUBLIC_BASE_URL"]):
                if args.demo:
                    _add_demo(settings, profile)
                if supervisor.run_until(lambda: _is_ready(settings, base_url)):
                    _say(f"ready after {time.monotonic() - began:.1f} s")
                    _greet(settings, profile, base_url)
                    supervisor.run_until(lambda: False)
        finally:
            _say("ending")
            listener.close()  # from now on the carrier is refused, and takes its fallback
            supervisor.end()
            embedded.clean_up(home)
            _say("ended; everything is kept")
    return 0


@contextmanager
def _only_one(home: Path) -> Iterator[None]:
    """Hold the home for this process; the lock ends with it, however it ends."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (home / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            other = running(home)
            where = f" at {other.base_url} (process {other.pid})" if other else ""
            raise CommandFailedError(f"a hotline runs on {home} already{where}", RUNS_ALREADY) from None
        yield


@contextmanager
def _run_file(home: Path, base_url: str) -> Iterator[None]:
    """Leave a note for other commands while we run."""
    path = home / RUN_FILE
    path.write_text(json.dumps({"pid": os.getpid(), "base_url": base_url}), encoding="utf-8")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _embedded_socket(settings: Settings) -> Path | None:
    """The socket of our own broker; None where the settings name one that somebody else runs."""
    path = embedded.socket_path(settings.home)
    return path if settings.redis_url.startswith(f"redis+socket://{path}") else None


def _environ(settings: Settings, base_url: str) -> dict[str, str]:
    """What the children are told beside the home's file: the addresses that follow from the port."""
    named = {**read_home_file(settings.home), **os.environ}
    environ = {**os.environ, "HOTLINE_HOME": str(settings.home.resolve()), "PYTHONUNBUFFERED": "1"}
    environ["PUBLIC_BASE_URL"] = named.get("PUBLIC_BASE_URL") or base_url
    if settings.phone and not os.environ.get("TWILIO_ACCOUNT_SID"):
        environ["TWILIO_API_BASE"] = base_url
    return environ


def _parts(settings: Settings, listener: socket.socket, environ: Mapping[str, str]) -> list[Part]:
    """The children: broker (if it is ours), web server, worker."""
    home = settings.home.resolve()
    hotline = [sys.executable, "-m", "worker"]
    web = [*hotline, "web", "--bind", inherited(listener)]
    parts = [
        Part("web", web, environ, home / "log" / "web.log", inherits=(listener.fileno(),)),
        Part("worker", [*hotline, "worker"], environ, home / "log" / "worker.log"),
    ]
    own = _embedded_socket(settings)
    if own is not None:
        folder = home / "broker"
        folder.mkdir(mode=0o700, exist_ok=True)
        parts.insert(
            0, Part("broker", embedded.server_argv(own, folder), environ, home / "log" / "broker.log")
        )
    return parts


def _add_demo(settings: Settings, profile: Profile) -> None:
    database = Database(settings.database_url, settings.keys)
    with database.write() as session:
        added = demo.add(session, profile, utc_now())
    database.close()
    if added:
        _say(f"{added} demo helpers added; 'hotline demo remove' removes them")


def _is_ready(settings: Settings, base_url: str) -> bool:
    return fetch(f"{base_url}/readyz", timeout=1) == 200 and bool(broker.count_workers(settings.redis_url))


def _greet(settings: Settings, profile: Profile, base_url: str) -> None:
    """Tell the addresses and, the first time, the passwords, which are made no earlier than they are told."""
    print(f"\n  Site   {base_url}/\n  Desk   {base_url}/desk/")
    if settings.phone:
        print(f"  Phone  {base_url}/phone/")
    database = Database(settings.database_url, settings.keys)
    passwords = first_start.add_first_accounts(database, profile, utc_now())
    database.close()
    if passwords:
        print("\n  One-time passwords for the desk, shown only now:")
        print("\n".join(f"    {login:<12} {password}" for login, password in passwords.items()))
    print("\n  Ctrl-C ends everything.\n", flush=True)


def _say(line: str) -> None:
    print(f"hotline: {line}", flush=True)
