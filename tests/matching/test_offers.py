"""Offers: a coordinator decides, a text goes out within decent hours, the first to accept has the mission."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from intake.kinds import CallbackKind, DutyKind
from intake.lifecycle import DutyStatus, MissionStatus, ProposalStatus, RequestStatus
from intake.models import AuditEntry, Callback, Duty
from intake.services import Services
from matching import offers
from matching.models import Mission, Proposal
from matching.offers import OfferError
from tests.conftest import MovableClock

from .district import HOFGEISMAR, WOLFHAGEN, District

LANDLINE = "+4956925551234"


@pytest.fixture
def district(services: Services) -> District:
    return District(services)


class Case:
    """One request with proposals, and the decisions about them."""

    def __init__(self, district: District, *numbers: str) -> None:
        self.district, self.db, self.services = district, district.db, district.services
        for number, ags in zip(numbers, (WOLFHAGEN, HOFGEISMAR), strict=False):
            district.offers(ags, number)
        self.request = district.needs()
        district.refreshes()
        self.ids = [row.id for row in district.proposals(self.request)]

    def approves(self, place: int = 0, reason: str = "") -> None:
        with self.db.write() as session:
            row = session.get_one(Proposal, self.ids[place])
            offers.approve(
                session, self.services.profile, self.services.clock(), row, self.district.coordinator, reason
            )

    def takes_back(self) -> None:
        with self.db.write() as session:
            row = session.get_one(Proposal, self.ids[0])
            offers.take_back(session, self.services.clock(), row, self.district.coordinator)

    def goes_out(self, place: int = 0) -> None:
        with self.db.write() as session:
            offers.gone_out(session, self.services.profile, self.services.clock(), self.ids[place])

    def accepts(self, place: int = 0) -> Mission | None:
        with self.db.write() as session:
            row = session.get_one(Proposal, self.ids[place])
            return offers.accept(session, self.services.profile, self.services.clock(), row, "helper:1")

    def status(self, place: int = 0) -> ProposalStatus:
        with self.db.read() as session:
            return session.get_one(Proposal, self.ids[place]).status

    @property
    def duty(self) -> Duty:
        with self.db.read() as session:
            return session.scalars(sa.select(Duty)).one()


def test_an_approved_helper_with_a_mobile_number_is_owed_a_text_without_a_name(district: District) -> None:
    case = Case(district, "+4915228817386")
    case.approves()
    assert case.duty.payload["to"] == "+4915228817386"
    assert "Wolfhagen" in case.duty.payload["body"]
    assert "Einkaufen" in case.duty.payload["body"]
    assert LANDLINE not in str(case.duty.payload)
    assert len(case.duty.payload["body"]) <= 306, "two segments at most"


def test_at_night_the_text_waits_for_the_morning(district: District, clock: MovableClock) -> None:
    clock.moves(hours=13)
    case = Case(district, "+4915228817386")
    case.approves()
    assert case.duty.due_at > clock()
    assert case.duty.due_at.astimezone(case.services.profile.tz).hour == 8


@pytest.mark.parametrize("number", ["+4915228817386", LANDLINE])
def test_the_question_waits_so_long_that_the_choice_can_be_taken_back(
    district: District, number: str
) -> None:
    case = Case(district, number)
    limits = case.services.profile.limits.model_copy(update={"offer_undo_seconds": 60})
    case.services = replace(
        case.services, profile=case.services.profile.model_copy(update={"limits": limits})
    )
    case.approves()
    assert case.duty.due_at == case.services.clock() + timedelta(seconds=60)


def test_a_landline_is_owed_a_call_and_no_text(district: District) -> None:
    case = Case(district, LANDLINE)
    case.approves()
    assert case.duty.kind is DutyKind.CALL
    assert case.duty.payload["to"] == LANDLINE


def test_a_choice_can_be_taken_back_until_it_has_gone_out(district: District) -> None:
    case = Case(district, "+4915228817386")
    case.approves()
    with case.db.write() as session:
        offers.take_back(
            session, case.services.clock(), session.get_one(Proposal, case.ids[0]), district.coordinator
        )
    assert case.status() is ProposalStatus.PROPOSED
    assert case.duty.status is DutyStatus.FAILED
    case.approves()
    assert case.duty.status is DutyStatus.DUE
    case.goes_out()
    with case.db.write() as session, pytest.raises(OfferError, match="gone_out"):
        offers.take_back(
            session, case.services.clock(), session.get_one(Proposal, case.ids[0]), district.coordinator
        )


def test_what_is_on_its_way_cannot_be_taken_back(district: District) -> None:
    case = Case(district, "+4915228817386")
    case.approves()
    with case.db.write() as session:
        session.get_one(Duty, case.duty.id).status = DutyStatus.RUNNING
    with pytest.raises(OfferError, match="gone_out"):
        case.takes_back()
    assert case.status() is ProposalStatus.APPROVED


def test_choosing_lower_in_rank_asks_for_a_reason(district: District) -> None:
    case = Case(district, "+4915228817386", "+4915228895456")
    with pytest.raises(OfferError, match="reason_lower"):
        case.approves(1)
    case.approves(1, "kennt die Dame")
    assert case.status(1) is ProposalStatus.APPROVED


def test_only_one_is_asked_at_a_time(district: District) -> None:
    case = Case(district, "+4915228817386", "+4915228895456")
    case.approves()
    with pytest.raises(OfferError, match="asked_already"):
        case.approves(1, "auch sie")


def test_yes_makes_a_mission_ends_the_others_and_owes_the_seeker_a_call(district: District) -> None:
    case = Case(district, "+4915228817386", "+4915228895456")
    case.approves()
    case.goes_out()
    mission = case.accepts()
    assert mission is not None
    assert mission.status is MissionStatus.AGREED
    assert district.status(case.request) is RequestStatus.MATCHED
    assert case.status(1) is ProposalStatus.OVERTAKEN
    with case.db.read() as session:
        kinds = session.scalars(sa.select(Callback.kind).where(Callback.request_id == case.request)).all()
        assert CallbackKind.CONFIRM_MATCH in kinds
        actions = session.scalars(sa.select(AuditEntry.action)).all()
    assert "approved" in actions
    assert "accepted" in actions


def test_a_second_yes_changes_nothing(district: District) -> None:
    case = Case(district, "+4915228817386")
    case.approves()
    case.goes_out()
    first, second = case.accepts(), case.accepts()
    assert first is not None
    assert second is not None
    assert first.id == second.id, "she is not told that somebody else was first"
    with case.db.read() as session:
        assert session.scalar(sa.select(sa.func.count(Mission.id))) == 1


def test_silence_expires_and_the_next_moves_up(district: District, clock: MovableClock) -> None:
    case = Case(district, "+4915228817386", "+4915228895456")
    case.approves()
    case.goes_out()
    clock.moves(hours=case.services.profile.limits.offer_hours, seconds=1)
    district.refreshes()
    assert case.status() is ProposalStatus.EXPIRED
    first = district.proposals(case.request)[0]
    assert first.rank == 1
    assert first.helper_id != 1
    assert case.accepts() is None, "too late"
