"""A small district for tests: who needs what, who offers what, planned and decided on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from intake import registry, staff
from intake.db import Database, number_hash
from intake.hours import Window
from intake.lifecycle import HelperStatus, ProposalStatus, RequestStatus
from intake.models import Helper, Request
from intake.registry import Told
from intake.services import Services
from intake.staff_roles import Role
from matching import proposals
from matching.kept import KeptPlan
from matching.models import Proposal

WOLFHAGEN, HOFGEISMAR = "06633028", "06633013"


class District:
    """Adds requests and helpers, and refreshes the proposals."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.db: Database = services.db
        self._numbers = 0
        with self.db.write() as session:
            account, _ = staff.add(session, services.clock(), "clara", "Clara", Role.COORDINATOR, ("de",))
        self.coordinator = account.id

    def needs(self, category: str = "shopping", ags: str = WOLFHAGEN, **more: Any) -> int:
        """An open request; its id."""
        self._numbers += 1
        now = self.services.clock()
        told = Told(number=f"+4956925{self._numbers:06d}", language="de", category=category, ags=ags)
        with self.db.write() as session:
            window = Window(now, now + timedelta(hours=1))
            filing = registry.file_request(session, now, told, window)
            request = session.get_one(Request, filing.request_id)
            registry.move(request, RequestStatus.OPEN, now)
            for name, value in more.items():
                setattr(request, name, value)
        return request.id

    def offers(self, ags: str = WOLFHAGEN, number: str = "+4915228817386", **more: Any) -> int:
        """An active helper; her id."""
        now = self.services.clock()
        values: dict[str, Any] = {
            "status": HelperStatus.ACTIVE,
            "name": "Frau Nachbarin",
            "categories": ["shopping", "driving"],
            "vetted": ["shopping", "driving"],
            "languages": ["de"],
            "radius_km": 30,
            "capacity": 1,
            "car": True,
            **more,
        }
        with self.db.write() as session:
            helper = Helper(
                ags=ags,
                number=number,
                number_hash=number_hash(session, number),
                created_at=now,
                status_at=now,
                **values,
            )
            session.add(helper)
            session.flush()
        return helper.id

    def refreshes(self, kept: KeptPlan | None = None) -> int:
        """Plan, with a plan kept from before if there is one; how many rows were touched."""
        return proposals.refresh(self.services, kept)

    def proposals(self, request_id: int, *statuses: ProposalStatus) -> list[Proposal]:
        """The request's proposals in these statuses (PROPOSED if none is named), by rank."""
        wanted = statuses or (ProposalStatus.PROPOSED,)
        with self.db.read() as session:
            return list(
                session.scalars(
                    sa.select(Proposal)
                    .where(Proposal.request_id == request_id, Proposal.status.in_(wanted))
                    .order_by(Proposal.rank, Proposal.id)
                )
            )

    def status(self, request_id: int) -> RequestStatus:
        """Where the request stands."""
        with self.db.read() as session:
            return session.get_one(Request, request_id).status
