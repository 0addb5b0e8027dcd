"""The phone app behind real HTTP, with the simulator's telephone in front of it and a look at its rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import sqlalchemy as sa

from intake import audit, staff
from intake.db import Database
from intake.models import Call, Callback, Helper, Request
from intake.profile import Profile
from intake.services import Services
from intake.settings import Settings
from intake.staff_roles import Role
from voice.app import make_phone_app
from voice.phone.clock import VirtualClock
from voice.phone.driver import Telephone
from worker.simulator import simulated_carrier

from ..conftest import TUESDAY_TEN, Nudges
from ..support.serving import served


@dataclass
class Front:
    """The door the carrier knocks at; a test may put something in the app's place."""

    app: WSGIApplication | None = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        assert self.app is not None
        return self.app(environ, start_response)


@dataclass
class Line:
    """A telephone, and the hotline that it reaches."""

    phone: Telephone
    services: Services
    front: Front
    base: str
    nudges: Nudges = field(default_factory=Nudges)

    def calls(self) -> list[Call]:
        with self.services.db.read() as session:
            return list(session.scalars(sa.select(Call).order_by(Call.id)))

    def requests(self) -> list[Request]:
        with self.services.db.read() as session:
            return list(session.scalars(sa.select(Request).order_by(Request.id)))

    def callbacks(self) -> list[Callback]:
        with self.services.db.read() as session:
            return list(session.scalars(sa.select(Callback).order_by(Callback.id)))

    def helpers(self) -> list[Helper]:
        with self.services.db.read() as session:
            return list(session.scalars(sa.select(Helper).order_by(Helper.id)))

    def on_duty(self, login: str, number: str | None, languages: tuple[str, ...] = ("de",)) -> int:
        """A new operator who begins her duty now; her id."""
        now = self.services.clock()
        with self.services.db.write() as session:
            account, _ = staff.add(session, now, login, login, Role.OPERATOR, languages)
            if number:
                country = self.services.profile.country
                staff.set_number(session, now, audit.by_staff(account.id), account, number, country)
            staff.set_duty(session, now, account, on=True)
            return account.id

    @property
    def only_call(self) -> Call:
        (call,) = self.calls()
        return call


def broken(line: Line, path: str, times: int, after: bool) -> None:
    """The next ``times`` requests to a path are answered with a server error; ``after`` they were taken."""
    app, left = line.front.app, [times]
    assert app is not None

    def front(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] != path or not left[0]:
            return app(environ, start_response)
        left[0] -= 1
        if after:
            list(app(environ, lambda *args: lambda data: None))
        start_response("500 INTERNAL SERVER ERROR", [("Content-Type", "text/plain")])
        return [b"broken"]

    line.front.app = front


@contextmanager
def open_line(settings: Settings, profile: Profile, db: Database) -> Iterator[Line]:
    """The app on a free port of loopback, on the telephone's virtual clock."""
    front, clock, nudges = Front(), VirtualClock(TUESDAY_TEN), Nudges()
    with served(front) as base:
        here = settings.model_copy(update={"public_base_url": base})
        services = Services(here, profile, db, clock.utcnow, nudges)
        front.app = make_phone_app(services)
        yield Line(Telephone(simulated_carrier(here, profile.country), clock), services, front, base, nudges)
