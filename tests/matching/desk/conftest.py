"""A coordinator at her desk, a request with three helpers to choose from."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from intake import audit
from intake.desk.app import make_desk_app
from intake.lifecycle import ProposalStatus
from intake.models import AuditEntry
from intake.services import Services
from intake.staff_roles import Role
from matching.desk.sections import SECTIONS
from matching.models import Proposal
from tests.conftest import MovableClock
from tests.intake.desk.conftest import Desk
from tests.matching.district import HOFGEISMAR, WOLFHAGEN, District
from tests.support.pages import Page

MOBILE, LANDLINE = "+4915228817386", "+4956715550100"


@dataclass(frozen=True)
class Matching:
    """The desk with a request, its proposals by rank, and who decides."""

    desk: Desk
    district: District
    request: int
    ids: tuple[int, ...]
    page: Page

    def status(self, place: int) -> ProposalStatus:
        """Where the proposal of that place stands."""
        with self.district.db.read() as db:
            return db.get_one(Proposal, self.ids[place]).status

    def actions(self) -> list[str]:
        """What was noted in the audit log, which is unbroken."""
        with self.district.db.read() as db:
            assert audit.verify(db) is None
            return list(db.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)))

    def opens(self) -> Page:
        """The request's page, by way of the list."""
        self.page.opens("/desk/matching/").follows("Einkaufen, Wolfhagen")
        return self.page


@pytest.fixture
def matching(services: Services, clock: MovableClock) -> Matching:
    district = District(services)
    for place, number in enumerate((MOBILE, "+4915228895456", LANDLINE)):
        ags = HOFGEISMAR if place else WOLFHAGEN
        district.offers(ags, number, name=f"Frau Nachbarin {place + 1}", car=place < 2)
    request = district.needs(name="Erika Beispiel", details="Wocheneinkauf", wishes="bitte klingeln")
    district.refreshes()
    desk = Desk(make_desk_app(services, more=SECTIONS), services, clock)
    ids = tuple(row.id for row in district.proposals(request))
    return Matching(desk, district, request, ids, desk.somebody("carla", Role.COORDINATOR))
