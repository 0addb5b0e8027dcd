"""The house's web side as one WSGI app: which door a path leads to.

The apps keep their own headers and rules. Paths arrive whole, because each app answers under its own prefix
and the carrier signs the whole address.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from intake.desk.app import make_desk_app
from intake.services import Services
from intake.site.app import make_site_app
from matching.desk.sections import SECTIONS as MATCHING
from voice.app import make_phone_app
from voice.desk.pages import SECTION as PROMPTS
from worker import broker, metrics, readiness
from worker.simulator import make_simulator_app

#: Where the carrier's REST side answers in the simulator; its version is the first part of the path.
REST_PREFIX = "/2010-04-01"

#: What the rooms above the desk bring to it.
DESK_SECTIONS = (*MATCHING, PROMPTS)


def make_wsgi(services: Services) -> WSGIApplication:
    """Everything under one address. Raises ``PromptsError`` if the prompts have faults."""
    doors: dict[str, WSGIApplication] = {
        "/voice": make_phone_app(services),
        "/desk": make_desk_app(services, more=DESK_SECTIONS),
        **_machine_doors(services),
    }
    if services.settings.phone:
        simulator = make_simulator_app(services)
        doors |= {"/phone": simulator, REST_PREFIX: simulator}
    return _Doors(doors, make_site_app(services))


class _Doors:
    """Sends each request to the app whose prefix its path begins with, and leaves the path as it is."""

    def __init__(self, doors: dict[str, WSGIApplication], otherwise: WSGIApplication) -> None:
        self._doors, self._otherwise = doors, otherwise

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        first = "/" + environ.get("PATH_INFO", "").lstrip("/").partition("/")[0]
        return self._doors.get(first, self._otherwise)(environ, start_response)


def _machine_doors(services: Services) -> dict[str, WSGIApplication]:
    """The addresses that machines ask: alive, ready, figures. Nothing personal in any of them."""
    registry = metrics.make_registry(services)
    check = readiness.Readiness(services)

    def alive() -> tuple[bool, bytes]:
        return True, b'{"alive": true}\n'

    def ready() -> tuple[bool, bytes]:
        faults = check.faults()
        told: dict[str, Any] = {"ready": not faults, "faults": faults}
        told["broker"] = "up" if broker.is_up(services.settings.redis_url) else "down"
        return not faults, json.dumps(told).encode() + b"\n"

    def figures() -> tuple[bool, bytes]:
        return True, metrics.render(registry)

    return {
        "/healthz": _page(alive, "application/json"),
        "/readyz": _page(ready, "application/json"),
        "/metrics": _page(figures, metrics.CONTENT_TYPE),
    }


def _page(answer: Callable[[], tuple[bool, bytes]], content_type: str) -> WSGIApplication:
    """A page for machines: 200 if all is well, else 503."""

    def app(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        well, body = answer()
        headers = [
            ("Content-Type", content_type),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        start_response("200 OK" if well else "503 Service Unavailable", headers)
        return [body]

    return app
