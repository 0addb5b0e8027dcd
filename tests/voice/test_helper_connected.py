"""A helper calls the hotline and is connected with whom she helps, both numbers hidden."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from intake import registry
from intake.db import number_hash
from intake.kinds import CallOutcome
from intake.lifecycle import HelperStatus, MissionStatus, ProposalStatus, RequestStatus
from intake.models import AuditEntry, Helper, Request
from intake.references import is_mission_number
from matching import missions
from matching.models import Mission, Proposal
from voice.phone.carrier import Answer
from voice.phone.carrier import Line as Telephone

from .line import Line

HELPER, SEEKER = "+4917604069001", "+4956925551234"
STRANGER = "+4956715550011"


@dataclass(frozen=True)
class Agreed:
    """A mission that is going on."""

    id: int
    number: str


def agreed(line: Line) -> Agreed:
    """A helper has said yes to somebody's need."""
    services, now = line.services, line.services.clock()
    with services.db.write() as session:
        request = registry.new_request(
            session, now, registry.Told(SEEKER, "de", "shopping", "34466", "06633028"), "phone"
        )
        request.status = RequestStatus.MATCHED
        helper = Helper(
            status=HelperStatus.ACTIVE,
            number=HELPER,
            number_hash=number_hash(session, HELPER),
            languages=["de"],
            created_at=now,
            status_at=now,
        )
        session.add(helper)
        session.flush()
        proposal = Proposal(
            request_id=request.id,
            helper_id=helper.id,
            status=ProposalStatus.ACCEPTED,
            rank=1,
            score=50,
            parts=[],
            lower_because=[],
            created_at=now,
            status_at=now,
        )
        session.add(proposal)
        session.flush()
        mission = missions.agree(session, services.profile, now, proposal)
        assert mission.number is not None
        return Agreed(mission.id, mission.number)


def actions(line: Line) -> list[str]:
    with line.services.db.read() as session:
        return list(session.scalars(sa.select(AuditEntry.action)))


def test_the_helper_reaches_the_seeker_and_neither_sees_a_number(line: Line) -> None:
    mission = agreed(line)
    assert is_mission_number(mission.number)
    hers = line.phone.dial(HELPER).press("3").hears("sechs Ziffern").press(mission.number)
    hers.hears("Zu Ihrem Einsatz", "Absagen: die Drei").press("1").hears("Ich verbinde Sie")
    theirs = line.phone.rings(SEEKER)
    assert theirs.call.from_ == line.services.settings.carrier_number
    theirs.answers().waits(120)
    assert theirs.heard == "", "the seeker hears no machine"
    theirs.hangs_up()
    hers.hears("Danke für Ihren Anruf")
    assert hers.ended
    assert line.only_call.outcome is CallOutcome.PUT_THROUGH
    assert "helper_connected" in actions(line)


def test_a_seeker_who_does_not_answer_is_tried_later(line: Line) -> None:
    mission = agreed(line)
    line.phone.set_line(SEEKER, Telephone(Answer.NO_ANSWER))
    hers = line.phone.dial(HELPER).press("3").press(mission.number).press("1")
    hers.waits(50).hears("nimmt gerade niemand ab")
    assert hers.ended
    assert line.only_call.outcome is CallOutcome.STATUS_TOLD


def test_a_helper_who_hangs_up_while_it_rings_leaves_no_lead(quick_line: Line) -> None:
    mission = agreed(quick_line)
    hers = quick_line.phone.dial(HELPER).press("3").press(mission.number).press("1").listens()
    theirs = quick_line.phone.rings(SEEKER)
    hers.hangs_up()
    assert theirs.moved().call.status == "canceled"
    assert quick_line.only_call.outcome is CallOutcome.STATUS_TOLD


@pytest.mark.parametrize("caller", [STRANGER, "anonymous"])
def test_nothing_is_said_to_anybody_else_who_knows_the_number(quick_line: Line, caller: str) -> None:
    mission = agreed(quick_line)
    call = quick_line.phone.dial(caller).press("3").press(mission.number)
    call.hears("Diese Ziffern finde ich nicht").hears_nothing_of("verbinde")
    assert quick_line.phone.calls_to(SEEKER) == []
    assert "helper_connected" not in actions(quick_line)


def test_a_telephone_behind_an_exchange_is_not_her_own(quick_line: Line) -> None:
    mission = agreed(quick_line)
    call = quick_line.phone.dial(HELPER, forwarded_from="+4956715550000")
    call.press("3").press(mission.number).hears("Diese Ziffern finde ich nicht")
    assert quick_line.phone.calls_to(SEEKER) == []


@pytest.mark.parametrize("over", ["mission done", "helper left", "number erased"])
def test_a_mission_that_is_over_connects_nobody(quick_line: Line, over: str) -> None:
    mission = agreed(quick_line)
    with quick_line.services.db.write() as session:
        row = session.get_one(Mission, mission.id)
        if over == "mission done":
            row.status = MissionStatus.DONE
        elif over == "helper left":
            session.get_one(Helper, row.helper_id).status = HelperStatus.LEFT
        else:
            session.get_one(Request, row.request_id).number = None
    call = quick_line.phone.dial(HELPER).press("3").press(mission.number)
    if over == "number erased":
        call.press("1").hears("nimmt gerade niemand ab")
    else:
        call.hears("Diese Ziffern finde ich nicht")
    assert quick_line.phone.calls_to(SEEKER) == []


def test_nobody_is_rung_at_night(quick_line: Line) -> None:
    mission = agreed(quick_line)
    quick_line.phone.waits(11 * 3600)
    call = quick_line.phone.dial(HELPER).press("3").press(mission.number).press("1")
    call.hears("Um diese Zeit rufen wir niemanden an")
    assert call.ended
    assert quick_line.only_call.outcome is CallOutcome.STATUS_TOLD
    assert quick_line.phone.calls_to(SEEKER) == []


def test_webhooks_that_come_twice_ring_the_seeker_once(line: Line) -> None:
    mission = agreed(line)
    line.phone.chaos.double_everything()
    hers = line.phone.dial(HELPER).press("3").press(mission.number).press("1").listens()
    line.phone.rings(SEEKER).answers().waits(30)
    hers.hangs_up()
    assert len(line.phone.calls_to(SEEKER)) == 1
    assert line.phone.chaos.wire.differing == []
    assert line.only_call.outcome is CallOutcome.PUT_THROUGH
