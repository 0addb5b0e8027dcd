"""Demo helpers are plainly marked, reach nobody real, and go without a trace."""

from __future__ import annotations

import re

import sqlalchemy as sa

from intake import staff
from intake.db import Database
from intake.lifecycle import HelperStatus, RequestStatus
from intake.models import Callback, Duty, Helper, Request
from intake.profile import Profile
from intake.registry import Completion, Told, complete_request, new_request
from intake.services import Services
from intake.staff_roles import Role
from matching import offers, proposals
from matching.models import Mission, Proposal
from tests.conftest import MovableClock
from worker import demo

#: Numbers that the Bundesnetzagentur keeps free for film and television.
DRAMA = re.compile(r"\+4930231250?\d{3}|\+4917604069\d{3}")


def test_they_are_spread_over_the_district_and_ring_nobody(
    any_db: Database, profile: Profile, clock: MovableClock
) -> None:
    with any_db.write() as session:
        added = demo.add(session, profile, clock())
        assert demo.add(session, profile, clock()) == 0
    with any_db.read() as session:
        helpers = session.scalars(sa.select(Helper)).all()
        assert len(helpers) == added
        assert {h.ags for h in helpers} == {p.ags for p in profile.places.all() if p.in_district}
        for helper in helpers:
            assert helper.demo
            assert helper.status is HelperStatus.ACTIVE
            assert (helper.name or "").startswith("Demo-")
            assert DRAMA.fullmatch(helper.number or "")


def _open_request(services: Services) -> int:
    now = services.clock()
    told = Told(number="+4956925551234", language="de", category="shopping", postcode="34466", ags="06633028")
    with services.db.write() as session:
        request = new_request(session, now, told, "phone")
        complete_request(
            session,
            now,
            request,
            Completion(
                category="shopping",
                postcode="34466",
                ags=told.ags or "",
                in_district=True,
                language="de",
                name="Erika Mustermann",
                address="Burgstraße 1",
                details="",
                wishes="",
                urgency=0,
                recurring=False,
                half_days=(),
            ),
        )
        return request.id


def test_they_go_with_all_that_came_of_them(services: Services, clock: MovableClock) -> None:
    with services.db.write() as session:
        added = demo.add(session, services.profile, clock())
    request_id = _open_request(services)
    assert proposals.refresh(services) > 0
    with services.db.write() as session:
        first = session.scalars(sa.select(Proposal).where(Proposal.rank == 1)).one()
        account, _ = staff.add(session, clock(), "karl", "Karl", Role.COORDINATOR, ("de",))
        offers.approve(session, services.profile, clock(), first, account.id)
        assert offers.accept(session, services.profile, clock(), first, "test") is not None
    with services.db.write() as session:
        assert demo.remove(session, clock()) == added
        assert demo.remove(session, clock()) == 0
    with services.db.read() as session:
        for table in (Helper, Proposal, Mission, Duty):
            assert session.scalar(sa.select(sa.func.count()).select_from(table)) == 0
        assert session.get_one(Request, request_id).status is RequestStatus.OPEN
        assert set(session.scalars(sa.select(Callback.outcome))) == {"demo removed"}
    assert proposals.refresh(services) == 0
