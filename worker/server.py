"""The production web server: gunicorn, configured here, with its log lines sent the way of all the others."""

from __future__ import annotations

import importlib
import sys
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger

from intake.settings import Settings
from worker.commands.common import faults_of

#: Threads beyond two for each processor only lengthen the slowest answers (measured); a few more are for
#: pages that wait for the simulated carrier.
THREADS = 6

#: Requests in hand may take so long to end when the server is told to stop.
GRACE_SECONDS = 4


class WebServer(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """Serves the whole house on ``bind`` ("127.0.0.1:8000") with threads, in one process or more."""

    def __init__(self, settings: Settings, bind: str, processes: int = 1) -> None:
        self._settings, self._bind, self._processes = settings, bind, processes
        super().__init__()

    def load_config(self) -> None:
        """Gunicorn's own settings."""
        for name, value in {
            "bind": self._bind,
            "workers": self._processes,
            "worker_class": "gthread",
            "threads": THREADS,
            "graceful_timeout": GRACE_SECONDS,
            "logger_class": _Log,
            "control_socket_disable": True,  # it would be one for all hotlines of the same user
        }.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The app. Imported here, in the serving process, so that the watching one stays small."""
        wsgi, wiring = (importlib.import_module(f"worker.{name}") for name in ("wsgi", "wiring"))
        try:
            services = wiring.make_services(self._settings)
            app = wsgi.make_wsgi(services)
            importlib.import_module("voice.app").rehearse(services)
            return app
        except Exception as error:
            if not (faults := faults_of(error)):
                raise
            sys.stderr.writelines(f"hotline: {fault}\n" for fault in faults)
            sys.exit(Arbiter.APP_LOAD_ERROR)


class _Log(Logger):  # type: ignore[misc]  # gunicorn ships no types
    """Leaves the lines to the root's handler. There is no access log: addresses and paths tell who calls."""

    def setup(self, cfg: Any) -> None:
        """Gunicorn's own set-up, less its handlers."""
        super().setup(cfg)
        self.error_log.handlers = []
        self.error_log.propagate = True
