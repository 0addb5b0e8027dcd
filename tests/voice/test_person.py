"""Callers who want a person, with the words heard on both telephones."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa
import structlog

from intake import staff
from intake.kinds import CallOutcome
from intake.lifecycle import CallbackStatus
from intake.models import Callback, Staff
from voice.calls import Calls
from voice.phone.carrier import Answer
from voice.phone.carrier import Line as Telephone
from voice.phone.http import SentRequest, WebRequest

from .conftest import LANDLINE
from .line import Line
from .test_webhooks import broken

ADA, BEA = "+4915112345678", "+4915187654321"


def test_a_person_is_put_through(line: Line) -> None:
    line.on_duty("ada", ADA)
    call = line.phone.dial(LANDLINE).press("0").hears("Ich verbinde Sie")
    desk = line.phone.rings(ADA)
    assert desk.call.from_ == line.services.settings.carrier_number
    desk.answers().hears("Anruf vom Bürgertelefon. Annehmen: die Eins.").press("1")
    assert call.call.bridged or desk.call.bridged
    assert line.only_call.outcome is CallOutcome.PUT_THROUGH
    desk.waits(200).hangs_up()
    call.hears("Danke für Ihren Anruf")
    assert call.ended
    assert line.callbacks() == []
    assert line.only_call.carrier_status == "completed"


def test_the_caller_may_end_the_talk(quick_line: Line) -> None:
    quick_line.on_duty("ada", ADA)
    call = quick_line.phone.dial(LANDLINE).press("0").listens()
    quick_line.phone.rings(ADA).answers().press("1").waits(60)
    call.hangs_up()
    assert quick_line.only_call.outcome is CallOutcome.PUT_THROUGH
    assert quick_line.callbacks() == []


def test_after_a_talk_a_failing_webhook_takes_nothing_back(quick_line: Line) -> None:
    quick_line.on_duty("ada", ADA)
    broken(quick_line, "/voice/turn/2", times=1, after=False)
    call = quick_line.phone.dial(LANDLINE).press("0").listens()
    quick_line.phone.rings(ADA).answers().press("1").waits(60).hangs_up()
    call.hears("Danke für Ihren Anruf")
    assert quick_line.only_call.outcome is CallOutcome.PUT_THROUGH


def test_a_failing_webhook_after_ringing_in_vain_is_spoken_and_filed(quick_line: Line) -> None:
    quick_line.on_duty("ada", ADA)
    broken(quick_line, "/voice/turn/2", times=1, after=False)
    call = quick_line.phone.dial(LANDLINE).press("0").listens()
    quick_line.phone.rings(ADA).declines()
    call.hears("Es tut uns leid", "Wir rufen Sie an")
    assert quick_line.only_call.outcome is CallOutcome.FILED


def test_accepting_that_fails_lets_the_member_of_the_team_go_and_the_caller_go_on(
    quick_line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*args: object) -> None:
        raise RuntimeError

    quick_line.on_duty("ada", ADA)
    call = quick_line.phone.dial(LANDLINE).press("0").listens()
    desk = quick_line.phone.rings(ADA).answers().listens()
    with monkeypatch.context() as patched, structlog.testing.capture_logs() as logs:
        patched.setattr(Calls, "_take_over", fails)
        desk.press("1").hears("schon vergeben")
    assert [entry["event"] for entry in logs] == ["a turn failed"]
    call.hears("niemand frei")


def test_nobody_answers_and_the_call_goes_on(line: Line) -> None:
    line.on_duty("ada", ADA)
    call = line.phone.dial(LANDLINE).press("0").listens()
    line.phone.rings(ADA)
    call.waits(25).hears("niemand frei", "ruft Sie an", "null fünf sechs neun zwo")
    call.press("1").hears("Wir rufen Sie an")
    assert line.only_call.outcome is CallOutcome.FILED


def test_a_voicemail_does_not_get_the_caller(line: Line) -> None:
    line.on_duty("ada", ADA)
    line.phone.set_line(ADA, Telephone(Answer.VOICEMAIL, after=5))
    call = line.phone.dial(LANDLINE).press("0").listens()
    call.waits(60).hears("niemand frei", "ruft Sie an")
    (desk,) = line.phone.calls_to(ADA)
    assert not desk.call.bridged
    call.press("1").hears("Wir rufen Sie an")
    assert line.only_call.outcome is CallOutcome.FILED


def test_any_other_key_declines(quick_line: Line) -> None:
    quick_line.on_duty("ada", ADA)
    call = quick_line.phone.dial(LANDLINE).press("0").listens()
    quick_line.phone.rings(ADA).answers().press("2")
    call.hears("niemand frei")


def test_all_on_duty_are_rung_and_the_first_to_press_has_the_caller(line: Line) -> None:
    line.on_duty("ada", ADA)
    line.on_duty("bea", BEA)
    line.phone.dial(LANDLINE).press("0").listens()
    ada, bea = line.phone.rings(ADA).answers().listens(), line.phone.rings(BEA).answers().listens()
    bea.press("1")
    assert bea.call.bridged
    assert ada.ended
    assert line.only_call.outcome is CallOutcome.PUT_THROUGH


def answer(line: Line, sent: SentRequest) -> str:
    return line.phone.chaos.repeat(sent).body.decode()


def test_taking_a_caller_twice_is_harmless_and_a_second_taker_is_told(line: Line) -> None:
    line.on_duty("ada", ADA)
    line.phone.chaos.double_everything()
    line.phone.dial(LANDLINE).press("0").listens()
    line.phone.rings(ADA).answers().press("1")
    wire = line.phone.chaos.wire
    assert wire.differing == []
    (accepted, *_) = [sent for sent in wire.sent if "/voice/accept/" in sent.url]
    assert "Hangup" not in answer(line, accepted)
    form = {"CallSid": "CA" + "7" * 32, "ParentCallSid": line.only_call.call_sid, "Digits": "1"}
    assert "schon vergeben" in answer(line, wire.prepare(WebRequest(accepted.url, form)))
    assert line.phone.chaos.forge(accepted.url, form, "wrong").status == 403


def test_of_two_who_press_at_one_moment_one_has_the_caller(line: Line) -> None:
    line.on_duty("ada", ADA)
    line.phone.dial(LANDLINE).press("0").listens()
    sid, wire, heard = line.only_call.call_sid, line.phone.chaos.wire, list[str]()

    def presses(leg: str) -> None:
        form = {"CallSid": leg, "ParentCallSid": sid, "Digits": "1"}
        heard.append(answer(line, wire.prepare(WebRequest(f"{line.base}/voice/accept/2", form))))

    legs = ["CA" + digit * 32 for digit in "34567"]
    threads = [threading.Thread(target=presses, args=(leg,)) for leg in legs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted("Hangup" in markup for markup in heard) == [False, True, True, True, True]
    assert line.only_call.outcome is CallOutcome.PUT_THROUGH


def test_who_comes_too_late_is_told(quick_line: Line) -> None:
    quick_line.on_duty("ada", ADA)
    call = quick_line.phone.dial(LANDLINE).press("0").listens()
    desk = quick_line.phone.rings(ADA).answers().listens()
    call.hangs_up()
    assert desk.ended
    row = quick_line.only_call
    assert (row.outcome, row.step) == (CallOutcome.LEAD, "ringing")
    form = {"CallSid": desk.call.sid, "ParentCallSid": row.call_sid, "Digits": "1"}
    request = WebRequest(f"{quick_line.base}/voice/accept/2", form)
    assert "schon vergeben" in answer(quick_line, quick_line.phone.chaos.wire.prepare(request))
    assert quick_line.only_call.outcome is CallOutcome.LEAD


def test_at_night_and_off_duty_a_callback_is_filed(quick_line: Line) -> None:
    quick_line.on_duty("ada", None)
    quick_line.phone.dial(LANDLINE).press("0").hears("ruft Sie an").hangs_up()
    quick_line.on_duty("bea", BEA)
    quick_line.phone.waits(14 * 3600)
    quick_line.phone.dial(LANDLINE).press("0").hears("ruft Sie an").hears_nothing_of("verbinde")


def test_who_is_ringing_somebody_is_not_disturbed(quick_line: Line) -> None:
    ada = quick_line.on_duty("ada", ADA)
    quick_line.phone.dial(LANDLINE).stays_silent().stays_silent()
    with quick_line.services.db.write() as session:
        values = {"status": CallbackStatus.CALLING, "holder_id": ada}
        session.execute(sa.update(Callback).values(**values, lease_until=quick_line.services.clock()))
    quick_line.phone.dial(LANDLINE).press("0").hears_nothing_of("verbinde")


def test_who_speaks_the_callers_language_is_rung_alone(quick_line: Line) -> None:
    quick_line.on_duty("ada", ADA)
    quick_line.on_duty("bea", BEA, ("de", "en"))
    quick_line.phone.dial(LANDLINE).press("9").press("2").press("0").hears("I am connecting you")
    quick_line.phone.rings(BEA).answers().hears("Anruf vom Bürgertelefon")
    assert quick_line.phone.calls_to(ADA) == []


def test_a_withheld_silent_caller_is_put_through(line: Line) -> None:
    line.on_duty("ada", ADA)
    line.phone.dial("anonymous").stays_silent().stays_silent().hears("Ich verbinde Sie")
    line.phone.rings(ADA).answers().press("1")
    assert line.only_call.outcome is CallOutcome.PUT_THROUGH


def test_a_withheld_silent_caller_whom_nobody_takes_hears_the_hours(quick_line: Line) -> None:
    quick_line.on_duty("ada", ADA)
    call = quick_line.phone.dial("anonymous").stays_silent().stays_silent().hears("Ich verbinde Sie")
    quick_line.phone.rings(ADA).declines()
    call.hears("niemand frei", "Montag bis Donnerstag von 8 bis 17 Uhr")
    assert quick_line.only_call.outcome is CallOutcome.SILENT_LOST


def test_numbers_stand_neither_in_the_call_nor_in_the_audit_log(quick_line: Line) -> None:
    ada = quick_line.on_duty("ada", ADA)
    quick_line.phone.dial(LANDLINE).press("0").listens()
    assert ADA not in str(quick_line.only_call.state)
    with quick_line.services.db.write() as session:
        account = session.get_one(Staff, ada)
        staff.set_number(session, quick_line.services.clock(), "staff:1", account, "", "DE")
        assert staff.numbers(session, [ada]) == ()
