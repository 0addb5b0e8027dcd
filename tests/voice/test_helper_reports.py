"""A helper calls about her mission: it is done, or she cannot come. By key, from her own telephone."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from intake.kinds import CallbackKind, CallOutcome, DutyKind
from intake.lifecycle import MissionStatus, RequestStatus
from intake.models import Callback, Duty, Request
from matching import missions
from matching.models import Mission
from matching.report_models import HelperWord
from voice.phone.driver import Call as PhoneCall

from .line import Line
from .test_helper_connected import HELPER, SEEKER, Agreed, actions, agreed


def about(line: Line, mission: Agreed, caller: str = HELPER) -> PhoneCall:
    """She has named her mission's number."""
    return line.phone.dial(caller).press("3").press(mission.number)


def row(line: Line, mission: Agreed) -> Mission:
    with line.services.db.read() as session:
        return session.get_one(Mission, mission.id)


def texts(line: Line) -> list[str]:
    """What is owed to her by text."""
    with line.services.db.read() as session:
        owed = session.scalars(sa.select(Duty).where(Duty.kind == DutyKind.TEXT, Duty.error == ""))
        return [duty.payload["body"] for duty in owed if duty.payload["to"] == HELPER]


def briefed(line: Line, mission: Agreed) -> None:
    with line.services.db.write() as session:
        missions.briefed(session, line.services.clock(), session.get_one(Mission, mission.id), "worker")


def test_a_call_off_is_asked_about_once_more_and_then_told_to_everybody(line: Line) -> None:
    mission = agreed(line)
    briefed(line, mission)
    call = about(line, mission).press("3").hears("Sie können nicht kommen")
    assert row(line, mission).status is MissionStatus.AGREED
    call.press("1").hears("Ihr Einsatz ist abgesagt")
    assert call.ended
    assert (row(line, mission).status, row(line, mission).helper_word) == (
        MissionStatus.CANCELLED,
        HelperWord.CANNOT,
    )
    with line.services.db.read() as session:
        request = session.scalars(sa.select(Request)).one()
        assert (request.status, request.urgency) == (RequestStatus.OPEN, 1)
        kinds = set(session.scalars(sa.select(Callback.kind)))
    assert CallbackKind.FELL_THROUGH in kinds
    assert "Waren Sie das nicht?" in texts(line)[-1], "caller ID is no proof: she hears of it herself"
    assert {"helper_says_cannot", "mission_cancelled"} <= set(actions(line))
    assert line.phone.calls_to(SEEKER) == []
    assert line.only_call.outcome is CallOutcome.STATUS_TOLD


def test_a_slip_of_the_hand_calls_nothing_off(quick_line: Line) -> None:
    mission = agreed(quick_line)
    about(quick_line, mission).press("3").press("2").hears("Zu Ihrem Einsatz").hangs_up()
    assert row(quick_line, mission).status is MissionStatus.AGREED
    assert quick_line.only_call.outcome is CallOutcome.STATUS_TOLD


def test_done_by_key_has_the_seeker_asked(quick_line: Line) -> None:
    mission = agreed(quick_line)
    about(quick_line, mission).press("2").hears("Vielen Dank für Ihre Hilfe")
    said = row(quick_line, mission)
    assert (said.status, said.helper_word) == (MissionStatus.AGREED, HelperWord.DONE)
    assert missions.run_due(quick_line.services) == 1
    assert CallbackKind.FOLLOW_UP in {callback.kind for callback in quick_line.callbacks()}


def test_a_mission_that_ends_while_she_listens_is_told_to_be_over(quick_line: Line) -> None:
    mission = agreed(quick_line)
    for keys in (("2",), ("3", "1"), ("1",)):
        call = about(quick_line, mission).listens()
        set_status(quick_line, mission, MissionStatus.DONE)
        for key in keys:
            call.press(key)
        call.hears("schon beendet")
        set_status(quick_line, mission, MissionStatus.AGREED)
    assert row(quick_line, mission).helper_word is None


def set_status(line: Line, mission: Agreed, status: MissionStatus) -> None:
    with line.services.db.write() as session:
        session.get_one(Mission, mission.id).status = status


def test_webhooks_that_come_twice_call_off_once(line: Line) -> None:
    mission = agreed(line)
    briefed(line, mission)
    line.phone.chaos.double_everything()
    about(line, mission).press("3").press("1").hears("abgesagt")
    assert line.phone.chaos.wire.differing == []
    assert actions(line).count("mission_cancelled") == 1
    assert len([c for c in line.callbacks() if c.kind is CallbackKind.FELL_THROUGH]) == 1


def test_whoever_stays_silent_changes_nothing_and_files_nothing(quick_line: Line) -> None:
    mission = agreed(quick_line)
    before = len(quick_line.callbacks())
    call = about(quick_line, mission).waits(60)
    assert call.ended
    assert quick_line.only_call.outcome is CallOutcome.STATUS_TOLD
    assert len(quick_line.callbacks()) == before
    assert row(quick_line, mission).status is MissionStatus.AGREED


def test_a_helper_may_want_a_person_instead(quick_line: Line) -> None:
    mission = agreed(quick_line)
    about(quick_line, mission).press("0").press("1").hears("Wir rufen Sie an")
    assert [c.number for c in quick_line.callbacks() if c.kind is CallbackKind.INTAKE] == [HELPER]


@pytest.mark.parametrize("caller", ["+4956715550011", "anonymous"])
def test_from_another_telephone_nothing_can_be_called_off(quick_line: Line, caller: str) -> None:
    mission = agreed(quick_line)
    about(quick_line, mission, caller).hears("Diese Ziffern finde ich nicht")
    assert row(quick_line, mission).status is MissionStatus.AGREED
