"""Missions: from the yes to everybody knowing how it went."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from intake.kinds import CallbackKind
from intake.lifecycle import CallbackStatus, IllegalMove, MissionStatus, RequestStatus
from intake.models import Callback, Duty, Request
from intake.services import Services
from matching import missions, ways
from matching.models import Mission
from tests.conftest import MovableClock

from .test_ways import ANNA, BERTA, LANDLINE, Asking

M = MissionStatus


class Agreed:
    """A mission that a helper has just agreed to."""

    def __init__(
        self, services: Services, numbers: tuple[str, ...] = (ANNA, BERTA), **request: object
    ) -> None:
        self.asking = Asking(services, *numbers)
        self.services, self.db, self.request = services, services.db, self.asking.request
        with self.db.write() as session:
            for name, value in request.items():
                setattr(session.get_one(Request, self.request), name, value)
        self.asking.asks(0)
        mission = self.asking.accepts(0)
        assert mission is not None
        self.id = mission.id

    @property
    def mission(self) -> Mission:
        with self.db.read() as session:
            return session.get_one(Mission, self.id)

    @property
    def request_status(self) -> RequestStatus:
        return self.asking.district.status(self.request)

    def callbacks(self, kind: CallbackKind) -> list[Callback]:
        with self.db.read() as session:
            return list(session.scalars(sa.select(Callback).where(Callback.kind == kind)))

    def closes(self, status: MissionStatus, still_needed: bool = False) -> None:
        with self.db.write() as session:
            now, mission = self.services.clock(), session.get_one(Mission, self.id)
            missions.close(session, self.services.profile, now, mission, status, still_needed, "staff:1")

    def cancels(self, still_needed: bool) -> None:
        with self.db.write() as session:
            now, mission = self.services.clock(), session.get_one(Mission, self.id)
            missions.cancel(session, self.services.profile, now, mission, still_needed, "staff:1")


@pytest.fixture
def agreed(services: Services) -> Agreed:
    return Agreed(services)


def test_the_seeker_is_to_be_told_and_the_callback_names_the_mission(agreed: Agreed) -> None:
    (callback,) = agreed.callbacks(CallbackKind.CONFIRM_MATCH)
    with agreed.db.write() as session:
        found = missions.of_callback(session, session.get_one(Callback, callback.id))
        assert found is not None
        assert found.id == agreed.id
        missions.confirm(session, agreed.services.clock(), found, "staff:1")
        missions.confirm(session, agreed.services.clock(), found, "staff:1")
    assert agreed.mission.status is M.CONFIRMED
    assert agreed.mission.code_word in missions.CODE_WORDS


def test_a_helper_without_texts_is_rung_with_the_details(services: Services) -> None:
    (callback,) = Agreed(services, (LANDLINE,)).callbacks(CallbackKind.BRIEFING)
    assert callback.number == LANDLINE


def test_after_the_visit_the_seeker_is_asked_once(agreed: Agreed, clock: MovableClock) -> None:
    assert missions.run_due(agreed.services) == 0
    clock.moves(days=15)
    assert missions.run_due(agreed.services) == 1
    assert missions.run_due(agreed.services) == 0
    (callback,) = agreed.callbacks(CallbackKind.FOLLOW_UP)
    assert callback.helper_id == agreed.mission.helper_id


@pytest.mark.parametrize(
    ("status", "still_needed", "request_status"),
    [
        (M.DONE, False, RequestStatus.DONE),
        (M.DONE, True, RequestStatus.OPEN),
        (M.NOT_DONE, True, RequestStatus.OPEN),
        (M.NO_SHOW, True, RequestStatus.OPEN),
        (M.NOT_DONE, False, RequestStatus.WITHDRAWN),
    ],
)
def test_how_it_went_decides_what_becomes_of_the_request(
    agreed: Agreed, status: MissionStatus, still_needed: bool, request_status: RequestStatus
) -> None:
    agreed.closes(status, still_needed)
    assert (agreed.mission.status, agreed.request_status) == (status, request_status)
    assert all(one.status is CallbackStatus.DONE for one in agreed.callbacks(CallbackKind.CONFIRM_MATCH))
    with pytest.raises(IllegalMove):
        agreed.closes(M.DONE)


def test_what_was_not_done_is_for_somebody_else(agreed: Agreed) -> None:
    agreed.closes(M.NOT_DONE, still_needed=True)
    agreed.asking.refreshes()
    proposed = agreed.asking.district.proposals(agreed.request)
    assert [row.helper_id for row in proposed] == [h for h in (1, 2) if h != agreed.mission.helper_id]
    with agreed.db.read() as session:
        assert agreed.request_status is RequestStatus.PROPOSED
        assert session.get_one(Request, agreed.request).reference is not None


def test_a_weekly_need_goes_on_and_is_asked_about_by_its_rhythm(
    services: Services, clock: MovableClock
) -> None:
    weekly = Agreed(services, recurring=True, half_days=[[3, "morning"]])
    assert weekly.mission.planned_at is not None
    local = weekly.mission.planned_at.astimezone(services.profile.tz)
    assert (local.weekday(), local.hour) == (3, 9)
    weekly.closes(M.DONE, still_needed=True)
    assert (weekly.mission.status, weekly.request_status) == (M.CONFIRMED, RequestStatus.MATCHED)
    assert weekly.mission.follow_up_at is not None
    weeks = services.profile.limits.recurring_follow_up_weeks
    assert (weekly.mission.follow_up_at - clock()).days >= 7 * weeks
    weekly.closes(M.DONE, still_needed=False)
    assert (weekly.mission.status, weekly.request_status) == (M.DONE, RequestStatus.DONE)


def test_a_cancelled_mission_is_told_to_the_helper(agreed: Agreed) -> None:
    agreed.cancels(still_needed=True)
    assert (agreed.mission.status, agreed.request_status) == (M.CANCELLED, RequestStatus.OPEN)
    with agreed.db.read() as session:
        keys = [ways.key(cause, agreed.id) for cause in (ways.DETAILS, ways.CANCELLED)]
        found = {duty.key: duty for duty in session.scalars(sa.select(Duty).where(Duty.key.in_(keys)))}
    assert found[keys[0]].error == "taken back", "the address does not go out any more"
    assert "fällt aus" in found[keys[1]].payload["body"]


def test_a_seeker_who_withdraws_takes_the_mission_along(agreed: Agreed) -> None:
    with agreed.db.write() as session:
        row = session.get_one(Request, agreed.request)
        row.status = RequestStatus.WITHDRAWN
    assert missions.run_due(agreed.services) == 1
    assert agreed.mission.status is M.CANCELLED
    assert agreed.request_status is RequestStatus.WITHDRAWN
