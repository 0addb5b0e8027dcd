"""Several are asked, reminded, called instead, thanked; and where nobody accepts, the next one is asked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa

from intake.db import Database
from intake.kinds import DutyKind, OfferCallOutcome, OfferWay
from intake.lifecycle import DutyStatus, MissionStatus, ProposalStatus
from intake.models import Duty, Request
from intake.profile import Profile
from intake.services import Services
from intake.settings import Settings
from matching import offers, outgoing, ways
from matching.models import Mission, OfferCall, Proposal
from matching.offers import OfferError
from tests.conftest import TUESDAY_TEN, MovableClock, Nudges

from .district import WOLFHAGEN, District

ANNA, BERTA, CARLA, LANDLINE = "+4915228817386", "+4915228895456", "+4915254599371", "+4956925551234"
S = ProposalStatus


class Asking:
    """A request, its helpers by rank, and a coordinator who has them asked."""

    def __init__(self, services: Services, *numbers: str) -> None:
        self.services, self.db = services, services.db
        self.district = District(services)
        for number in numbers:
            self.district.offers(WOLFHAGEN, number)
        self.request = self.district.needs(name="Erika Beispiel", address="Burgstraße 1")
        self.refreshes()
        self.ids = [row.id for row in self.district.proposals(self.request)]

    def refreshes(self) -> None:
        self.district.refreshes()

    def asks(self, *places: int, reason: str = "", auto_next: bool = False) -> None:
        with self.db.write() as session:
            rows = [session.get_one(Proposal, self.ids[place]) for place in places]
            now, who = self.services.clock(), self.district.coordinator
            offers.ask(session, self.services.profile, now, rows, who, reason, auto_next)

    def goes_out(self, *places: int) -> None:
        """The carrier has taken the texts."""
        with self.db.write() as session:
            for place in places:
                key = ways.key(ways.OFFER, self.ids[place])
                session.scalars(sa.select(Duty).where(Duty.key == key)).one().status = DutyStatus.DONE
                outgoing.done(session, self.services.profile, self.services.clock(), key)

    def accepts(self, place: int) -> Mission | None:
        with self.db.write() as session:
            row = session.get_one(Proposal, self.ids[place])
            return offers.accept(session, self.services.profile, self.services.clock(), row, "helper:1")

    def declines(self, place: int) -> None:
        with self.db.write() as session:
            row = session.get_one(Proposal, self.ids[place])
            offers.decline(session, self.services.clock(), row, "helper:1")

    def call_ends(self, outcome: OfferCallOutcome) -> None:
        with self.db.write() as session:
            call = session.scalars(sa.select(OfferCall).where(OfferCall.outcome.is_(None))).one()
            ways.call_ended(session, self.services.profile, self.services.clock(), call, outcome)

    def row(self, place: int = 0) -> Proposal:
        with self.db.read() as session:
            return session.get_one(Proposal, self.ids[place])

    def duty(self, cause: str, place: int = 0) -> Duty | None:
        with self.db.read() as session:
            return session.scalar(sa.select(Duty).where(Duty.key == ways.key(cause, self.ids[place])))

    def owed_calls(self) -> int:
        with self.db.read() as session:
            due = Duty.kind == DutyKind.CALL, Duty.status == DutyStatus.DUE
            return session.scalar(sa.select(sa.func.count(Duty.id)).where(*due)) or 0


@pytest.fixture
def three(services: Services) -> Asking:
    return Asking(services, ANNA, BERTA, CARLA)


def test_three_are_asked_one_wins_and_the_others_are_thanked(three: Asking) -> None:
    three.asks(0, 1, 2)
    three.goes_out(0, 1)
    assert three.accepts(1) is not None
    assert [three.row(place).status for place in range(3)] == [S.OVERTAKEN, S.ACCEPTED, S.OVERTAKEN]
    told = three.duty(ways.THANKS, 0)
    assert told is not None
    assert "Vielen Dank" in told.payload["body"]
    assert three.duty(ways.THANKS, 2) is None, "she has not heard of it yet"
    unsent = three.duty(ways.OFFER, 2)
    assert unsent is not None
    assert unsent.status is DutyStatus.FAILED
    assert three.accepts(0) is None


def test_the_first_of_the_ranks_need_no_reason_others_do(three: Asking) -> None:
    with pytest.raises(OfferError, match="reason_lower"):
        three.asks(0, 2)
    three.asks(0, 2, reason="beide wohnen nebenan")
    with pytest.raises(OfferError, match="asked_already"):
        three.asks(1, reason="auch sie")


def test_of_two_who_accept_at_once_one_has_it(
    settings: Settings, profile: Profile, any_db: Database, nudges: Nudges
) -> None:
    services = Services(settings, profile, any_db, MovableClock(TUESDAY_TEN), nudges)
    asking = Asking(services, ANNA, BERTA, CARLA)
    asking.asks(0, 1, 2)
    asking.goes_out(0, 1, 2)
    together = Barrier(3)

    def accept(place: int) -> bool:
        together.wait()
        return asking.accepts(place) is not None

    with ThreadPoolExecutor(3) as helpers:
        assert sum(helpers.map(accept, range(3))) == 1
    statuses = [asking.row(place).status for place in range(3)]
    assert sorted(statuses) == [S.ACCEPTED, S.OVERTAKEN, S.OVERTAKEN]
    with asking.db.read() as session:
        assert session.scalar(sa.select(sa.func.count(Mission.id))) == 1


def test_the_database_itself_takes_no_second_open_mission(three: Asking) -> None:
    three.asks(0)
    mission = three.accepts(0)
    assert mission is not None
    now = three.services.clock()
    second = Mission(
        proposal_id=three.ids[1],
        request_id=three.request,
        helper_id=mission.helper_id,
        status=MissionStatus.AGREED,
        category="shopping",
        agreed_at=now,
        status_at=now,
    )
    with three.db.write() as session:
        session.add(second)
        with pytest.raises(sa.exc.IntegrityError):
            session.flush()
        session.rollback()


def test_who_does_not_answer_is_reminded_once_before_the_end(three: Asking, clock: MovableClock) -> None:
    three.asks(0)
    three.goes_out(0)
    reminder, offered = three.duty(ways.REMINDER), three.row()
    assert reminder is not None
    assert offered.expires_at is not None
    assert clock() < reminder.due_at < offered.expires_at
    assert "noch einmal fragen" in reminder.payload["body"]
    three.declines(0)
    dropped = three.duty(ways.REMINDER)
    assert dropped is not None
    assert dropped.status is DutyStatus.FAILED


def test_after_a_no_the_next_is_asked_where_the_coordinator_allowed_it(three: Asking) -> None:
    three.asks(0, auto_next=True)
    three.goes_out(0)
    three.declines(0)
    three.refreshes()
    asked = three.district.proposals(three.request, S.APPROVED)
    assert len(asked) == 1
    assert asked[0].auto_next
    assert asked[0].decided_by == three.district.coordinator


def test_without_that_the_next_waits_for_the_coordinator(three: Asking, clock: MovableClock) -> None:
    three.asks(0)
    three.goes_out(0)
    clock.moves(hours=three.services.profile.limits.offer_hours, seconds=1)
    three.refreshes()
    assert three.row().status is S.EXPIRED
    assert three.district.proposals(three.request, S.APPROVED) == []
    assert three.district.proposals(three.request)[0].rank == 1


def test_where_nobody_accepts_everybody_was_asked_once(three: Asking, clock: MovableClock) -> None:
    three.asks(0, auto_next=True)
    for _ in range(5):
        clock.moves(hours=1)
        for row in three.district.proposals(three.request, S.APPROVED):
            with three.db.write() as session:
                again = session.get_one(Proposal, row.id)
                offers.decline(session, clock(), again, "helper:1")
        three.refreshes()
    with three.db.read() as session:
        declined = session.scalars(sa.select(Proposal.helper_id).where(Proposal.status == S.DECLINED)).all()
    assert len(declined) == len(set(declined)) == 3
    assert three.district.proposals(three.request) == []


@pytest.mark.parametrize("code", ["21614", "30006", "21610", "30003"])
def test_a_text_that_does_not_arrive_becomes_a_call(three: Asking, code: str) -> None:
    three.asks(0)
    three.goes_out(0)
    with three.db.write() as session:
        key = ways.key(ways.OFFER, three.ids[0])
        outgoing.failed(session, three.services.profile, three.services.clock(), key, code)
        outgoing.failed(session, three.services.profile, three.services.clock(), key, code)
    assert (three.row().way, three.row().status) == (OfferWay.CALL, S.OFFERED)
    assert three.row().trouble
    assert three.owed_calls() == 1


def test_calls_are_tried_by_the_table_and_then_a_person_rings(
    services: Services, clock: MovableClock
) -> None:
    asking = Asking(services, LANDLINE)
    asking.asks(0)
    rule = services.profile.offer_retry[OfferCallOutcome.BUSY]
    for tries in range(rule.max_tries):
        assert asking.row().way is OfferWay.CALL
        assert asking.owed_calls() == tries + 1
        clock.moves(minutes=rule.delay_minutes)
        asking.call_ends(OfferCallOutcome.BUSY)
    assert (asking.row().way, asking.row().trouble) == (OfferWay.IN_PERSON, "busy")
    assert asking.row().status is S.APPROVED, "an offer that was never heard does not expire"
    assert asking.accepts(0) is not None


def test_who_wants_to_talk_is_rung_by_a_person(services: Services) -> None:
    asking = Asking(services, LANDLINE)
    asking.asks(0)
    asking.call_ends(OfferCallOutcome.PERSON)
    assert (asking.row().way, asking.row().trouble) == (OfferWay.IN_PERSON, "wants_person")


def test_only_after_the_yes_the_helper_learns_whom_she_helps(three: Asking) -> None:
    three.asks(0)
    three.goes_out(0)
    mission = three.accepts(0)
    assert mission is not None
    offer = three.duty(ways.OFFER)
    with three.db.read() as session:
        key = ways.key(ways.DETAILS, mission.id)
        details = session.scalars(sa.select(Duty).where(Duty.key == key)).one()
        request = session.get_one(Request, three.request)
    assert offer is not None
    for personal in ("Erika Beispiel", "Burgstraße 1"):
        assert personal in details.payload["body"]
        assert personal not in offer.payload["body"]
    assert mission.number in details.payload["body"]
    assert mission.number in offer.payload["body"]
    assert mission.code_word in details.payload["body"]
    assert request.reference not in offer.payload["body"]
