"""The desk with people at it, and calls that have come in."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from intake import registry, staff
from intake.db import number_hash
from intake.desk.app import make_desk_app
from intake.hours import Window
from intake.kinds import CallOutcome
from intake.models import Call, Callback
from intake.services import Services
from intake.staff_roles import Role
from tests.conftest import MovableClock
from tests.support.pages import Page

CALLER = "+4956925551234"


@dataclass(frozen=True)
class Person:
    """An account and its password."""

    id: int
    login: str
    password: str


@dataclass(frozen=True)
class Desk:
    """A desk: who works there, and what came in."""

    app: Flask
    services: Services
    clock: MovableClock
    people: dict[str, Person] = field(default_factory=dict)

    def person(self, login: str, role: Role = Role.OPERATOR, languages: tuple[str, ...] = ("de",)) -> Person:
        """An account whose one-time password was changed already."""
        with self.services.db.write() as db:
            row, password = staff.add(db, self.clock(), login, login.title(), role, languages)
            row.must_change, row.tour_step = False, staff.TOUR_STEPS
        self.people[login] = Person(row.id, login, password)
        return self.people[login]

    def enter(self, person: Person, page: Page | None = None) -> Page:
        """Somebody logs in; on her own page again, where its session has ended."""
        page = page or Page(self.app)
        page.opens("/desk/login").presses("Anmelden", login=person.login, password=person.password)
        return page

    def somebody(self, login: str = "anna", role: Role = Role.OPERATOR) -> Page:
        """A fresh account, logged in."""
        return self.enter(self.person(login, role))

    def told(self, number: str = CALLER, **said: Any) -> registry.Told:
        """What a caller said: shopping in Wolfhagen unless said otherwise."""
        place = self.services.profile.places.lookup("34466")[0]
        usual = registry.Told(number, "de", "shopping", place.postcode, place.ags)
        return replace(usual, **said)

    def window(self, minutes: int = 60) -> Window:
        """A promised hour that ends so many minutes from now."""
        end = self.clock() + timedelta(minutes=minutes)
        return Window(end - timedelta(hours=1), end)

    def call_in(self, number: str = CALLER, minutes: int = 60, **said: Any) -> registry.Filing:
        """Somebody called for help and was promised a callback."""
        with self.services.db.write() as db:
            told = self.told(number, **said)
            return registry.file_request(db, self.clock(), told, self.window(minutes))

    def offer(self, number: str = CALLER) -> registry.Filing:
        """Somebody called to offer help."""
        with self.services.db.write() as db:
            told = self.told(number, category=None)
            return registry.file_helper_lead(db, self.clock(), told, self.window())

    def log_call(self, callback_id: int | None, state: dict[str, Any], **more: Any) -> int:
        """The row of a call, as the telephone side writes it."""
        at = self.clock()
        values: dict[str, Any] = {
            "outcome": CallOutcome.FILED,
            "step": "filed",
            "language": "de",
            "number": CALLER,
        }
        with self.services.db.write() as db:
            call = Call(
                call_sid=f"CA{callback_id}{len(state)}{more.get('step')}",
                number_hash=number_hash(db, CALLER),
                state=state,
                started_at=at,
                last_turn_at=at,
                callback_id=callback_id,
                **(values | more),
            )
            db.add(call)
            db.flush()
            return call.id

    def callback(self, callback_id: int) -> Callback:
        """The callback as it stands."""
        with self.services.db.read() as db:
            return db.get_one(Callback, callback_id)

    def local(self, at: datetime) -> datetime:
        """On the district's clock."""
        return at.astimezone(self.services.profile.tz)


@pytest.fixture
def desk(services: Services, clock: MovableClock) -> Desk:
    return Desk(make_desk_app(services), services, clock)
