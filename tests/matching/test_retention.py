"""Requests, helpers and missions are forgotten in time; nothing too early, and nothing still needed."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from intake import audit, helpers, letters, registry, retention
from intake.db import number_hash
from intake.kinds import CallbackKind
from intake.lifecycle import CallbackStatus, HelperStatus, MissionStatus, ProposalStatus, RequestStatus
from intake.merge_models import Merge
from intake.models import Callback, Helper, Request
from intake.services import Services
from matching import exclusions, helper_life, mission_log, reports
from matching import retention as forgotten_with_matches
from matching.exclusion_models import Exclusion, Side
from matching.models import Mission, OfferCall, Proposal
from matching.report_models import Report, Verdict
from tests.conftest import MovableClock

from .test_missions import Agreed
from .test_ways import ANNA, LANDLINE

WORDS = mission_log.Words("Verzeichnis", [""] * 8, {status: status for status in MissionStatus}, "Seite")


def forget(services: Services) -> dict[str, int]:
    """The worker's task; how many of each class."""
    with services.db.write() as session:
        rules = services.profile.retention
        return retention.purge(session, services.clock(), rules, forgotten_with_matches.CLASSES)


def ends(services: Services, request_id: int, status: RequestStatus = RequestStatus.WITHDRAWN) -> None:
    """The request is over, and nobody has to be rung about it."""
    with services.db.write() as session:
        row = session.get_one(Request, request_id)
        registry.withdraw(session, services.clock(), row)
        row.status = status


@pytest.fixture
def agreed(services: Services) -> Agreed:
    """A mission of a helper with a landline, asked by an automated call, for a named person."""
    return Agreed(services, (LANDLINE, ANNA), name="Erika Beispiel", address="Burgstraße 1", wishes="leise")


def _close_callbacks(services: Services) -> None:
    with services.db.write() as session:
        for row in session.scalars(sa.select(Callback)):
            row.status, row.closed_at = CallbackStatus.DONE, services.clock()


def test_a_closed_request_is_forgotten_after_its_days_and_still_counts(
    agreed: Agreed, clock: MovableClock
) -> None:
    agreed.closes(MissionStatus.DONE)
    _close_callbacks(agreed.services)
    clock.moves(days=agreed.services.profile.retention.closed_request_days)
    assert "closed requests" not in forget(agreed.services)
    clock.moves(minutes=1)
    assert forget(agreed.services)["closed requests"] == 1
    assert "closed requests" not in forget(agreed.services), "once is enough"
    with agreed.db.read() as session:
        row = session.get_one(Request, agreed.request)
        assert (row.name, row.number, row.number_hash, row.address, row.wishes, row.reference) == (None,) * 6
        assert (row.status, row.category, bool(row.ags)) == (RequestStatus.ERASED, "shopping", True)
        mission = session.get_one(Mission, agreed.id)
        assert (mission.code_word, mission.who_helps) == (None, "Frau Nachbarin")
        # the proposal that led to the mission is part of its record; the other one is gone
        assert session.scalars(sa.select(Proposal.id)).all() == [mission.proposal_id]
        assert all(call.state is None for call in session.scalars(sa.select(OfferCall)))
        assert set(session.scalars(sa.select(Callback.number).where(Callback.request_id == row.id))) == {None}
        assert audit.verify(session) is None


def test_what_is_still_needed_is_not_forgotten(agreed: Agreed, clock: MovableClock) -> None:
    """Somebody has yet to be rung, or written to; a mission goes on."""
    clock.moves(days=400)
    assert "closed requests" not in forget(agreed.services), "the mission is open"
    agreed.closes(MissionStatus.NOT_DONE)
    clock.moves(days=400)
    assert "closed requests" not in forget(agreed.services), "somebody has yet to be rung"
    _close_callbacks(agreed.services)
    with agreed.db.write() as session:
        row = session.get_one(Request, agreed.request)
        letters.owe_for_request(session, clock(), CallbackKind.NO_HELPER, row)
    assert "closed requests" not in forget(agreed.services), "a letter is owed"
    with agreed.db.write() as session:
        (letter,) = letters.due(session, 9)
        letters.finish(session, clock(), letter, agreed.asking.district.coordinator, None)
    assert forget(agreed.services)["closed requests"] == 1


def test_a_merged_request_waits_for_the_one_that_its_reference_leads_to(
    services: Services, clock: MovableClock
) -> None:
    district = Agreed(services).asking.district
    kept, gone = district.needs(), district.needs()
    ends(services, gone)
    with services.db.write() as session:
        session.add(Merge(gone_id=gone, kept_id=kept, staff_id=district.coordinator, at=clock()))
    clock.moves(days=91)
    assert "closed requests" not in forget(services)
    with services.db.read() as session:
        reference = session.get_one(Request, gone).reference or ""
        assert registry.find_by_reference(session, reference) is not None
    ends(services, kept, RequestStatus.HANDED_ON)
    clock.moves(days=91)
    assert [forget(services).get("closed requests") for _ in range(2)] == [1, 1]
    with services.db.read() as session:
        assert session.scalars(sa.select(Merge)).all() == []


def test_a_helper_is_forgotten_some_days_after_she_left_and_the_insurers_record_stays_whole(
    agreed: Agreed, clock: MovableClock
) -> None:
    services, day = agreed.services, clock().date()
    agreed.closes(MissionStatus.DONE)
    _close_callbacks(services)
    helper_id = agreed.mission.helper_id
    with agreed.db.write() as session:
        helper_life.leave(session, clock(), "staff:1", session.get_one(Helper, helper_id))
    clock.moves(days=services.profile.retention.helper_days)
    assert "helpers who left" not in forget(services)
    clock.moves(minutes=1)
    assert forget(services)["helpers who left"] == 1
    with agreed.db.read() as session:
        row = session.get_one(Helper, helper_id)
        assert (row.status, row.name, row.number, row.number_hash) == (HelperStatus.ERASED, None, None, None)
        assert (row.papers, row.half_days, row.categories) == ({}, [], ["shopping", "driving"])
        (line,) = mission_log.lines(session, services.profile, day, day, WORDS, "de")
        assert (line.helper, line.sent_by) == ("Frau Nachbarin", "Clara")


def test_nothing_came_of_a_helper_lead(services: Services, clock: MovableClock) -> None:
    """One who is still to be rung stays, and so does one who was rung lately."""
    with services.db.write() as session:
        for number in (ANNA, LANDLINE):
            told = registry.Told(number, "de")
            window = registry.Window(clock(), clock())
            registry.file_helper_lead(session, clock(), told, window)
    clock.moves(days=91)
    assert "helpers who left" not in forget(services)
    with services.db.write() as session:
        session.scalars(sa.select(Callback)).first().status = CallbackStatus.GIVEN_UP  # type: ignore[union-attr]  # two were filed
    assert forget(services)["helpers who left"] == 1
    with services.db.read() as session:
        assert set(session.scalars(sa.select(Helper.number))) == {None, LANDLINE}


def test_a_helper_who_comes_back_in_time_is_not_forgotten(services: Services, clock: MovableClock) -> None:
    agreed = Agreed(services)
    agreed.closes(MissionStatus.DONE)
    with services.db.write() as session:
        row = session.get_one(Helper, agreed.mission.helper_id)
        helper_life.leave(session, clock(), "staff:1", row)
        helpers.resume(session, clock.moves(days=80), "staff:1", row)
    clock.moves(days=80)
    assert "helpers who left" not in forget(services)


def test_the_record_of_a_mission_ends_with_all_that_belongs_to_it(
    agreed: Agreed, clock: MovableClock
) -> None:
    now = clock()
    agreed.closes(MissionStatus.DONE)
    with agreed.db.write() as session:
        mission = session.get_one(Mission, agreed.id)
        who = agreed.asking.district.coordinator
        reports.tell(session, now, mission, Side.HELPER, Verdict.GOOD, "sehr nett", False, who)
        exclusions.exclude(session, now, mission.request, mission.helper_id, Side.SEEKER, "staff:1", who)
    clock.now = now.replace(year=now.year + agreed.services.profile.retention.mission_years)
    assert "missions" not in forget(agreed.services)
    clock.moves(minutes=1)
    assert {"missions": 1, "never again": 1}.items() <= forget(agreed.services).items()
    with agreed.db.read() as session:
        for table in (Mission, Report, Exclusion):
            assert session.scalars(sa.select(table)).all() == []


def test_a_complaint_that_nobody_has_answered_keeps_its_words(agreed: Agreed, clock: MovableClock) -> None:
    agreed.closes(MissionStatus.DONE)
    _close_callbacks(agreed.services)
    with agreed.db.write() as session:
        mission, who = session.get_one(Mission, agreed.id), agreed.asking.district.coordinator
        for words, complaint in (("sehr nett", False), ("kam zu spät", True)):
            reports.tell(session, clock(), mission, Side.SEEKER, Verdict.MIXED, words, complaint, who)
    clock.moves(days=91)
    forget(agreed.services)
    with agreed.db.read() as session:
        assert list(session.scalars(sa.select(Report.words))) == [None, "kam zu spät"]


def test_years_are_counted_by_the_calendar() -> None:
    from_leap_day = retention.datetime(2028, 2, 29)
    assert retention.years_before(from_leap_day, 1) == retention.datetime(2027, 2, 28)
    assert retention.years_before(from_leap_day, 4) == retention.datetime(2024, 2, 29)


def test_many_are_forgotten_in_portions(services: Services, clock: MovableClock) -> None:
    with services.db.write() as session:
        common = {"source": "phone", "language": "de", "created_at": clock(), "status_at": clock()}
        hashed = number_hash(session, ANNA)
        many = [{"status": RequestStatus.DONE, "name": "Erika", "number_hash": hashed, **common}] * 501
        session.execute(sa.insert(Request), many)
    clock.moves(days=91)
    assert [forget(services).get("closed requests") for _ in range(3)] == [500, 1, None]


def test_open_proposals_hold_their_request(services: Services, clock: MovableClock) -> None:
    """The plan overtakes them at its next run; until then nothing is taken from under it."""
    agreed = Agreed(services)
    district = agreed.asking.district
    district.offers(number="+4915228817999", name="Frau Neu")
    other = district.needs()
    district.refreshes()
    assert district.proposals(other)
    ends(services, other)
    clock.moves(days=91)
    assert "closed requests" not in forget(services)
    district.refreshes()
    assert district.proposals(other, ProposalStatus.PROPOSED) == []
    assert forget(services)["closed requests"] == 1
