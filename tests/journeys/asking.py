"""Helpers are asked over the telephone: signed webhooks, the carrier's REST side, the worker's own tasks.

Only the carrier is the simulator's, and the time is its virtual clock's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from intake.db import Base, Database
from intake.lifecycle import ProposalStatus, RequestStatus
from intake.models import Callback
from intake.profile import Profile
from intake.services import Services
from intake.settings import Settings
from matching import missions, offers, ways
from matching.models import Mission, Proposal
from tests.matching.district import WOLFHAGEN, District
from tests.support.serving import served
from tests.voice.line import Line, open_line
from voice.carrier import Carrier
from voice.phone.driver import Call
from voice.phone.rest import make_rest_blueprint
from worker import duties

_Row = TypeVar("_Row", bound=Base)


class Asking:
    """One request, its helpers, and the hotline with its worker."""

    def __init__(self, line: Line, carrier: Carrier) -> None:
        self.line, self.phone, self._carrier = line, line.phone, carrier
        self.services: Services = line.services
        self.district = District(line.services)
        self.request = 0

    def is_needed(self, *numbers: str) -> Asking:
        """A request in Wolfhagen, and helpers with these numbers."""
        for place, number in enumerate(numbers):
            self.district.offers(WOLFHAGEN, number, name=f"Frau Nachbarin {place + 1}")
        self.request = self.district.needs(name="Erika Beispiel", address="Burgstraße 1")
        self.district.refreshes()
        return self

    def asks(self, *numbers: str, auto_next: bool = False) -> Asking:
        """The coordinator has the helpers with these numbers asked, all at once."""
        with self.services.db.write() as session:
            rows = [self._proposed(session, number) for number in numbers]
            who = self.district.coordinator
            offers.ask(session, self.services.profile, self.services.clock(), rows, who, "so", auto_next)
        return self.works()

    def works(self) -> Asking:
        """The worker's tasks, as each sweep runs them."""
        duties.run_due(self.services, self._carrier)
        missions.run_due(self.services)
        ways.close_stuck(self.services)
        self.district.refreshes()
        duties.run_due(self.services, self._carrier)
        self.phone.waits(2)
        return self

    def passes(self, **time: float) -> Asking:
        """Time goes by, and the worker works."""
        self.phone.waits(timedelta(**time).total_seconds())
        return self.works()

    def picks_up(self, number: str) -> Call:
        """The telephone at this number rings and is answered; the machine detection takes its time."""
        return self.phone.rings(number).answers()

    def texts(self, number: str) -> list[str]:
        """What was sent to this number."""
        return [text.body for text in self.phone.texts_to(number)]

    def status(self, number: str) -> list[ProposalStatus]:
        """Where the proposals to the helper with this number stand, oldest first."""
        with self.services.db.read() as session:
            rows = session.scalars(sa.select(Proposal).order_by(Proposal.id)).all()
            return [row.status for row in rows if row.helper.number == number]

    def rows(self, table: type[_Row]) -> list[_Row]:
        """Every row of a table."""
        with self.services.db.read() as session:
            return list(session.scalars(sa.select(table)))

    def callbacks(self) -> set[str]:
        """The kinds of the callbacks that are filed."""
        return {row.kind.value for row in self.rows(Callback)}

    @property
    def mission(self) -> Mission:
        """The only one."""
        (mission,) = self.rows(Mission)
        return mission

    @property
    def request_status(self) -> RequestStatus:
        return self.district.status(self.request)

    def _proposed(self, session: Session, number: str) -> Proposal:
        rows = session.scalars(sa.select(Proposal).where(Proposal.status == ProposalStatus.PROPOSED)).all()
        return next(row for row in rows if row.helper.number == number)


@contextmanager
def open_asking(settings: Settings, profile: Profile, db: Database) -> Iterator[Asking]:
    """The line of the telephone tests, and the carrier's REST side on a port of its own."""
    with open_line(settings, profile, db) as line:
        app = Flask(__name__)
        app.register_blueprint(make_rest_blueprint(line.phone.network))
        with served(app) as base:
            here = line.services.settings.model_copy(update={"api_base": base})
            yield Asking(line, Carrier(here))
