"""Calls from the desk, with the words heard on the operator's telephone and on the citizen's.

The carrier is the simulator with its REST side over real HTTP; every webhook is signed.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
import structlog

from intake import bridges
from intake.kinds import DutyKind
from intake.lifecycle import BridgeStatus, DutyStatus
from intake.models import Attempt, Duty
from intake.profile import Profile
from voice.bridging import language_for
from voice.phone.carrier import Answer
from voice.phone.carrier import Line as Telephone
from voice.phone.http import WebRequest
from worker import duties

from ..voice.line import broken
from .ringing import ADA, CITIZEN, Desk


def test_the_operator_is_rung_first_and_then_the_citizen(desk: Desk) -> None:
    hers = desk.rings()
    ours = desk.line.services.settings.carrier_number
    assert hers.call.from_ == ours
    assert desk.stands == (BridgeStatus.OPERATOR_RINGING, "")
    hers.answers().hears("Rückruf: Jemand braucht Hilfe.", "Es geht um: Einkaufen.", "Verbinden: die Eins.")
    assert desk.stands == (BridgeStatus.OPERATOR_THERE, "")
    assert desk.times_rung(CITIZEN) == 0
    hers.press("1")
    theirs = desk.line.phone.rings(CITIZEN)
    assert (theirs.call.from_, desk.stands) == (ours, (BridgeStatus.CITIZEN_RINGING, ""))
    theirs.answers()
    assert desk.stands == (BridgeStatus.CONNECTED, "")
    theirs.waits(90).hangs_up()
    assert theirs.heard == "", "whoever picks up hears no machine"
    assert desk.stands == (BridgeStatus.ENDED, "")
    assert desk.bridge.seconds == 90
    assert hers.listens().ended
    assert desk.suggested[0] == "reached_complete"


def test_her_hanging_up_ends_the_talk_as_well(quick_desk: Desk) -> None:
    hers, theirs = quick_desk.rings_the_citizen()
    theirs.answers().waits(30)
    hers.hangs_up()
    assert theirs.moved().ended
    assert (quick_desk.stands, quick_desk.bridge.seconds) == ((BridgeStatus.ENDED, ""), 30)


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (Answer.BUSY, BridgeStatus.BUSY, "Dort ist besetzt."),
        (Answer.NO_ANSWER, BridgeStatus.NO_ANSWER, "Dort nimmt niemand ab."),
        (Answer.FAILED, BridgeStatus.FAILED, "Dieser Anruf kommt gerade nicht zustande."),
    ],
)
def test_who_is_not_reached_is_told_of(desk: Desk, answer: Answer, status: BridgeStatus, words: str) -> None:
    desk.line.phone.set_line(CITIZEN, Telephone(answer))
    hers = desk.rings().answers().press("1")
    hers.waits(60)
    assert words in [entry.text for entry in hers.call.log]
    assert hers.ended
    assert desk.stands == (status, "")
    assert desk.suggested[0] in ("busy", "no_answer")
    with desk.line.services.db.read() as session:
        assert session.scalars(sa.select(Attempt.outcome)).one() is None, "nothing is recorded by itself"


def test_the_citizens_voicemail_is_the_operators_to_hear(quick_desk: Desk) -> None:
    quick_desk.line.phone.set_line(CITIZEN, Telephone(Answer.VOICEMAIL, after=20))
    hers = quick_desk.rings().answers().press("1")
    hers.waits(25)
    assert quick_desk.stands == (BridgeStatus.CONNECTED, "")
    (theirs,) = quick_desk.line.phone.calls_to(CITIZEN)
    assert theirs.heard == ""
    hers.hangs_up()
    assert quick_desk.stands == (BridgeStatus.ENDED, "")
    assert "answering_machine" in quick_desk.suggested


def test_her_own_voicemail_presses_no_key_and_nobody_is_rung(desk: Desk) -> None:
    desk.line.phone.set_line(ADA, Telephone(Answer.VOICEMAIL, after=15))
    desk.presses_call()
    desk.works()
    desk.line.phone.waits(60)
    assert desk.stands == (BridgeStatus.NOT_TAKEN, "no key")
    assert (desk.times_rung(CITIZEN), desk.suggested) == (0, [])


@pytest.mark.parametrize(
    ("answer", "reason"),
    [(Answer.BUSY, "busy"), (Answer.NO_ANSWER, "no-answer"), (Answer.FAILED, "failed")],
)
def test_her_telephone_is_not_picked_up(quick_desk: Desk, answer: Answer, reason: str) -> None:
    quick_desk.line.phone.set_line(ADA, Telephone(answer))
    quick_desk.presses_call()
    quick_desk.works()
    quick_desk.line.phone.waits(60)
    assert quick_desk.stands == (BridgeStatus.NOT_TAKEN, reason)


def test_she_declines_or_presses_another_key(quick_desk: Desk) -> None:
    quick_desk.rings().declines()
    assert quick_desk.stands == (BridgeStatus.NOT_TAKEN, "busy")
    hers = quick_desk.rings().answers().press("5")
    assert hers.listens().ended
    assert quick_desk.stands == (BridgeStatus.NOT_TAKEN, "declined")
    assert quick_desk.times_rung(CITIZEN) == 0


def test_she_hangs_up_while_it_rings(desk: Desk) -> None:
    hers, theirs = desk.rings_the_citizen()
    hers.hangs_up()
    assert theirs.moved().call.status == "canceled"
    assert desk.stands == (BridgeStatus.CANCELLED, "")
    assert desk.suggested == ["no_answer"]


@pytest.mark.parametrize(
    ("when", "status"),
    [
        ("operator rings", BridgeStatus.CANCELLED),
        ("operator there", BridgeStatus.CANCELLED),
        ("citizen rings", BridgeStatus.CANCELLED),
        ("they talk", BridgeStatus.ENDED),
    ],
)
def test_ended_from_the_desk(quick_desk: Desk, when: str, status: BridgeStatus) -> None:
    hers = quick_desk.rings()
    if when != "operator rings":
        hers.answers().listens()
    if when in ("citizen rings", "they talk"):
        hers.press("1")
        theirs = quick_desk.line.phone.rings(CITIZEN)
        if when == "they talk":
            theirs.answers().waits(12)
    quick_desk.presses_end()
    quick_desk.works()
    assert quick_desk.stands == (status, "")
    assert hers.moved().ended
    assert all(call.ended for call in quick_desk.line.phone.calls_to(CITIZEN))
    assert quick_desk.duty(DutyKind.HANG_UP).status is DutyStatus.DONE


def test_ended_from_the_desk_at_night_too(quick_desk: Desk) -> None:
    hers, theirs = quick_desk.rings_the_citizen()
    theirs.answers().waits(11 * 3600)
    quick_desk.presses_end()
    quick_desk.works()
    assert hers.moved().ended
    assert quick_desk.bridge.status is BridgeStatus.ENDED


def test_ended_before_the_worker_came_to_it_nobody_is_rung(quick_desk: Desk) -> None:
    quick_desk.presses_call()
    quick_desk.presses_end()
    quick_desk.works()
    assert quick_desk.stands == (BridgeStatus.CANCELLED, "")
    assert quick_desk.times_rung(ADA) == 0


def test_a_lost_answer_rings_her_once_and_is_cleared_up(desk: Desk) -> None:
    hers = desk.rings("answer lost")
    assert desk.duty(DutyKind.CALL).status is DutyStatus.UNSURE
    hers.answers().press("1")
    desk.line.phone.rings(CITIZEN).answers()
    assert desk.stands == (BridgeStatus.CONNECTED, ""), "her call told its name by itself"
    hers.waits(61)
    desk.works()
    assert desk.duty(DutyKind.CALL).status is DutyStatus.DONE
    assert desk.duty(DutyKind.CALL).carrier_sid == hers.call.sid
    assert (desk.times_rung(ADA), desk.times_rung(CITIZEN)) == (1, 1)


def test_a_call_of_which_nothing_was_heard_is_ended_once_it_is_found(quick_desk: Desk) -> None:
    quick_desk.line.phone.chaos.drop("ringing", "busy", "no-answer", "in-progress")
    quick_desk.presses_call()
    quick_desk.works("answer lost")
    quick_desk.presses_end()
    assert quick_desk.stands == (BridgeStatus.PLACED, ""), "nobody knows its name"
    quick_desk.line.phone.waits(20)
    (hers,) = quick_desk.line.phone.calls_to(ADA)
    quick_desk.line.phone.waits(41)
    quick_desk.works()
    quick_desk.works()
    assert hers.moved().ended
    assert quick_desk.times_rung(ADA) == 1


def test_a_worker_killed_before_it_dialled_rings_nobody_out_of_the_blue(desk: Desk) -> None:
    desk.presses_call()
    with desk.line.services.db.write() as session:
        duties.take(session, desk.line.services.clock(), False, (DutyKind.CALL,))
    desk.line.phone.waits(61)
    desk.works()
    assert desk.stands == (BridgeStatus.REFUSED, "not known to the carrier")
    assert desk.times_rung(ADA) == 0
    desk.rings().answers().hears("Verbinden: die Eins.")


def test_a_worker_killed_after_it_dialled_rings_her_once(desk: Desk) -> None:
    desk.presses_call()
    with desk.line.services.db.write() as session:
        claim = duties.take(session, desk.line.services.clock(), False, (DutyKind.CALL,))
    assert claim is not None
    duties._place_call(desk.carrier, claim, desk.line.base)
    hers = desk.line.phone.rings(ADA).answers().press("1")
    desk.line.phone.rings(CITIZEN).answers()
    hers.waits(61)
    desk.works()
    assert desk.duty(DutyKind.CALL).status is DutyStatus.DONE
    assert (desk.times_rung(ADA), desk.stands) == (1, (BridgeStatus.CONNECTED, ""))


def test_a_rate_that_is_used_up_delays_the_call_and_then_gives_it_up(quick_desk: Desk) -> None:
    quick_desk.presses_call()
    quick_desk.works("rate")
    assert quick_desk.stands == (BridgeStatus.PLACED, "")
    quick_desk.line.phone.waits(11)
    quick_desk.works("rate")
    quick_desk.line.phone.waits(40)
    assert quick_desk.sweeps() == 1
    assert quick_desk.stands == (BridgeStatus.REFUSED, "code 20429")
    quick_desk.line.phone.waits(60)
    quick_desk.works()
    assert quick_desk.times_rung(ADA) == 0


def test_what_the_carrier_refuses_stands_at_the_case(quick_desk: Desk) -> None:
    quick_desk.presses_call()
    with quick_desk.line.services.db.write() as session:
        duty = session.scalars(sa.select(Duty)).one()
        duty.payload = {**duty.payload, "to": "+49"}
    quick_desk.works()
    assert quick_desk.stands == (BridgeStatus.REFUSED, "code 21211")


def test_callbacks_that_come_twice_change_nothing(desk: Desk) -> None:
    desk.line.phone.chaos.double_everything()
    hers, theirs = desk.rings_the_citizen()
    theirs.answers().waits(20).hangs_up()
    assert hers.listens().ended
    assert (desk.stands, desk.bridge.seconds) == ((BridgeStatus.ENDED, ""), 20)
    assert desk.times_rung(CITIZEN) == 1
    assert desk.line.phone.chaos.wire.differing == []


def test_callbacks_that_come_late_and_out_of_order_change_nothing(quick_desk: Desk) -> None:
    hers, theirs = quick_desk.rings_the_citizen()
    theirs.answers().waits(20).hangs_up()
    hers.listens()
    chaos = quick_desk.line.phone.chaos
    for one in reversed([one for one in chaos.wire.sent if "/voice/bridge/" in one.url]):
        assert chaos.repeat(one).status < 300
    assert (quick_desk.stands, quick_desk.bridge.seconds) == ((BridgeStatus.ENDED, ""), 20)


def test_a_talk_is_recorded_even_if_all_that_tells_of_it_comes_in_reverse(quick_desk: Desk) -> None:
    quick_desk.line.phone.chaos.hold_status_callbacks()
    hers, theirs = quick_desk.rings_the_citizen()
    theirs.answers().waits(20).hangs_up()
    assert hers.listens().ended
    assert quick_desk.line.phone.chaos.release("reversed")
    assert (quick_desk.stands, quick_desk.bridge.seconds) == ((BridgeStatus.ENDED, ""), 20)
    assert quick_desk.bridge.connected_at == quick_desk.line.services.clock() - timedelta(seconds=20)


def test_an_end_of_which_nothing_was_told_is_asked_for(desk: Desk) -> None:
    hers = desk.rings()
    desk.line.phone.chaos.drop("ringing", "busy", "no-answer", "in-progress")
    hers.declines()
    assert desk.stands == (BridgeStatus.OPERATOR_RINGING, "")
    assert desk.sweeps() == 0, "it may well ring"
    hers.waits(61)
    assert desk.sweeps() == 1
    assert desk.stands == (BridgeStatus.NOT_TAKEN, "busy")


def test_a_long_talk_is_asked_about_now_and_then_and_goes_on(quick_desk: Desk) -> None:
    hers, theirs = quick_desk.rings_the_citizen()
    theirs.answers().waits(600)
    assert quick_desk.sweeps() == 0
    asked_at = quick_desk.bridge.asked_at
    assert (quick_desk.stands, asked_at) == ((BridgeStatus.CONNECTED, ""), quick_desk.line.services.clock())
    hers.waits(30)
    quick_desk.sweeps()
    assert quick_desk.bridge.asked_at == asked_at, "not with every sweep"


def test_a_webhook_that_fails_is_spoken_and_rings_nobody(
    quick_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*args: object) -> None:
        raise RuntimeError

    hers = quick_desk.rings().answers().listens()
    with monkeypatch.context() as patched, structlog.testing.capture_logs() as logs:
        patched.setattr(bridges, "accept", fails)
        hers.press("1").hears("Dieser Anruf kommt gerade nicht zustande.")
    assert [entry["event"] for entry in logs] == ["a turn failed"]
    assert quick_desk.stands == (BridgeStatus.NOT_TAKEN, "no key")
    assert quick_desk.times_rung(CITIZEN) == 0


def test_words_that_never_reached_the_carrier_are_said_by_the_fallback(quick_desk: Desk) -> None:
    broken(quick_desk.line, "/voice/bridge/1/whisper", times=1, after=False)
    hers = quick_desk.rings().answers().hears("Verbinden: die Eins.").hears_nothing_of("We are sorry")
    hers.press("1")
    quick_desk.line.phone.rings(CITIZEN).answers()
    assert quick_desk.stands == (BridgeStatus.CONNECTED, "")


@pytest.mark.parametrize("after", [True, False], ids=["answer lost", "key lost"])
def test_a_key_whose_answer_was_lost_rings_the_citizen_once(quick_desk: Desk, after: bool) -> None:
    broken(quick_desk.line, "/voice/bridge/1/key", times=1, after=after)
    hers = quick_desk.rings().answers().press("1")
    if not after:
        hers.press("1")
    quick_desk.line.phone.rings(CITIZEN).answers()
    assert quick_desk.stands == (BridgeStatus.CONNECTED, "")
    assert quick_desk.times_rung(CITIZEN) == 1


def test_an_end_whose_answer_was_lost_is_told_all_the_same(quick_desk: Desk) -> None:
    broken(quick_desk.line, "/voice/bridge/1/over", times=1, after=True)
    quick_desk.line.phone.set_line(CITIZEN, Telephone(Answer.BUSY))
    hers = quick_desk.rings().answers().press("1").waits(60)
    assert hers.hears("Dort ist besetzt.").ended
    assert quick_desk.stands == (BridgeStatus.BUSY, "")


@pytest.mark.parametrize(
    ("dials", "status"), [(False, BridgeStatus.OPERATOR_THERE), (True, BridgeStatus.FAILED)]
)
def test_markup_that_cannot_be_used_is_told_and_not_said_again(
    quick_desk: Desk, dials: bool, status: BridgeStatus
) -> None:
    hers = quick_desk.rings().answers().listens()
    if dials:
        hers.press("1")
    base, wire = f"{quick_desk.line.base}/voice/bridge/1", quick_desk.line.phone.chaos.wire
    form = {"CallSid": hers.call.sid, "ErrorCode": "12100", "ErrorUrl": f"{base}/key"}
    reply = quick_desk.line.phone.chaos.repeat(wire.prepare(WebRequest(f"{base}/fallback", form)))
    assert "Dieser Anruf kommt gerade nicht zustande." in reply.body.decode()
    assert quick_desk.stands == (status, "")


def test_an_unsigned_word_about_a_bridge_is_refused_and_an_unknown_one_harmless(quick_desk: Desk) -> None:
    bridge_id = quick_desk.presses_call()
    chaos, base = quick_desk.line.phone.chaos, quick_desk.line.base
    form = {"CallSid": "CA" + "7" * 32, "CallStatus": "completed", "Digits": "1"}
    for path in ("whisper", "key", "over", "fallback", "status", "citizen"):
        assert chaos.forge(f"{base}/voice/bridge/{bridge_id}/{path}", form, "wrong").status == 403
        known = chaos.wire.prepare(WebRequest(f"{base}/voice/bridge/999/{path}", form))
        assert chaos.repeat(known).status < 300
    assert quick_desk.stands == (BridgeStatus.PLACED, "")


@pytest.mark.parametrize(
    ("languages", "heard"), [(["tr", "de"], "de"), (["tr", "en"], "tr"), ([], "de"), (["fa"], "de")]
)
def test_the_team_hears_the_districts_first_language_or_its_own(
    profile: Profile, languages: list[str], heard: str
) -> None:
    assert language_for(languages, profile) == heard
