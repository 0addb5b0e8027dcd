"""Calls through the carrier's webhooks over real HTTP, and what stands in the record after them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from intake import blocks, guesses, receipts, references
from intake.audit import verify
from intake.db import number_hash
from intake.kinds import BestTime, CallbackKind, CallOutcome
from intake.lifecycle import CallbackStatus, RequestStatus
from intake.models import Callback, Request
from intake.services import Job
from voice.state import State

from .conftest import LANDLINE
from .line import Line

PLAIN = ["1", "1", "1", "34466", "1", "1"]


def files_a_need(line: Line, from_: str = LANDLINE) -> str:
    """The plain call; the reference it was given."""
    call = line.phone.dial(from_)
    for keys in PLAIN:
        call.press(keys)
    call.hears("Wir rufen Sie an")
    return str(line.requests()[-1].reference)


def test_the_plain_call_files_a_callback(line: Line) -> None:
    call = line.phone.dial("05692 555 1234").hears("Bürgertelefon", "Im Notfall wählen Sie 112")
    call.press("1").hears("Einkaufen: die Eins")
    call.press("1").hears("null fünf sechs neun zwo. fünf fünf, fünf eins, zwo drei, vier")
    call.press("1").press("34466").hears("Wolfhagen")
    call.press("1").press("1").hears("heute Vormittag zwischen", "nie nach Geld")
    assert call.ended
    assert call.keys_pressed == "".join(PLAIN)
    assert call.seconds <= 300

    (request,), (callback,), row = line.requests(), line.callbacks(), line.only_call
    assert (request.status, request.category) == (RequestStatus.NEW, "shopping")
    assert (request.postcode, request.ags, request.in_district) == ("34466", "06633028", True)
    assert (request.number, request.best_time, request.language) == (LANDLINE, BestTime.MORNING, "de")
    assert (callback.kind, callback.status) == (CallbackKind.INTAKE, CallbackStatus.QUEUED)
    assert callback.promised_until is not None
    assert (row.outcome, row.request_id, row.callback_id) == (CallOutcome.FILED, request.id, callback.id)
    assert (row.carrier_status, row.turn) == ("completed", 7)
    assert row.ended_at is not None
    assert line.nudges == [Job.ASSIGN]


def test_the_same_need_again_adds_to_it_and_another_one_is_new(line: Line) -> None:
    files_a_need(line)
    again = line.phone.dial(LANDLINE)
    for keys in PLAIN:
        again.press(keys)
    again.hears("schon notiert")
    other = line.phone.dial(LANDLINE)
    for keys in ["1", "2", "1", "34466", "1", "1"]:
        other.press(keys)
    assert [call.outcome for call in line.calls()] == ["filed", "added", "filed"]
    assert [callback.times_called for callback in line.callbacks()] == [2, 1]
    assert [request.category for request in line.requests()] == ["shopping", "medicine"]


def test_hanging_up_after_the_need_leaves_a_lead_at_its_step(line: Line) -> None:
    line.phone.dial(LANDLINE).press("1").press("1").hangs_up()
    row = line.only_call
    assert (row.outcome, row.step, row.number) == (CallOutcome.LEAD, "number_offer", LANDLINE)
    assert State.from_json(row.state).answers.category == "shopping"
    assert line.callbacks() == []
    assert line.nudges == []


def test_a_lead_with_a_typed_number_is_kept_under_it(quick_line: Line) -> None:
    quick_line.phone.dial("anonymous").press("1").press("1").press("056715551234#").press("1").hangs_up()
    row = quick_line.only_call
    assert (row.outcome, row.number) == (CallOutcome.LEAD, "+4956715551234")
    with quick_line.services.db.read() as session:
        assert row.number_hash == number_hash(session, "+4956715551234")


def test_a_silent_caller_is_filed(line: Line) -> None:
    call = line.phone.dial(LANDLINE).stays_silent().stays_silent()
    call.hears("unter dieser Nummer zurück")
    assert line.only_call.outcome is CallOutcome.SILENT_FILED
    assert line.requests()[0].category is None


def test_a_hash_alone_is_silence(quick_line: Line) -> None:
    call = quick_line.phone.dial(LANDLINE).press("#").hears("Hilfe brauchen: die Eins")
    call.press("#").hears("unter dieser Nummer zurück")


def test_a_withheld_silent_caller_hears_the_hours(quick_line: Line) -> None:
    for sender in ("anonymous", "+266696687", ""):
        call = quick_line.phone.dial(sender).stays_silent().stays_silent()
        call.hears("Montag bis Donnerstag von 8 bis 17 Uhr")
    assert {call.outcome for call in quick_line.calls()} == {CallOutcome.SILENT_LOST}
    assert all(call.number is None for call in quick_line.calls())


def test_a_silent_forwarded_call_leaves_a_lead_and_promises_nothing(line: Line) -> None:
    call = line.phone.dial(LANDLINE, forwarded_from="+4956719990").stays_silent().stays_silent()
    call.hears("sehen Ihre Nummer leider nicht")
    assert (line.only_call.outcome, line.only_call.number) == (CallOutcome.LEAD, LANDLINE)
    assert line.callbacks() == []


def test_the_hotlines_own_number_forwards_calls_as_they_are(quick_line: Line) -> None:
    hotline = quick_line.services.profile.hotline_number
    call = quick_line.phone.dial(LANDLINE, forwarded_from=hotline).stays_silent().stays_silent()
    call.hears("unter dieser Nummer zurück")


def test_an_exchange_that_sends_its_own_number_has_none_to_offer(quick_line: Line) -> None:
    call = quick_line.phone.dial("+4956719990", forwarded_from="+4956719990").press("1").press("1")
    call.hears("tippen Sie die Nummer")


def test_somebody_wants_to_help(line: Line) -> None:
    call = line.phone.dial(LANDLINE).press("2").press("34466").press("1").press("1").hears("Vielen Dank")
    assert call.ended
    (helper,), (callback,) = line.helpers(), line.callbacks()
    assert (helper.number, helper.ags, callback.kind) == (LANDLINE, "06633028", CallbackKind.HELPER_LEAD)
    assert line.only_call.outcome is CallOutcome.HELPER_LEAD


def test_a_person_is_wanted(line: Line) -> None:
    line.phone.dial(LANDLINE).press("0").press("1").hears("Wir rufen Sie an")
    assert line.requests()[0].category is None
    assert line.only_call.outcome is CallOutcome.FILED


def test_an_earlier_call_is_told_about_and_withdrawn(line: Line) -> None:
    reference = files_a_need(line)
    call = line.phone.dial("anonymous").press("3").press(reference).hears("Ihr Wunsch ist bei uns")
    call.press("2").hears("zurückgenommen")
    assert line.requests()[0].status is RequestStatus.WITHDRAWN
    assert line.callbacks()[0].status is CallbackStatus.DONE
    assert line.calls()[-1].outcome is CallOutcome.WITHDRAWN
    with line.services.db.read() as session:
        assert verify(session) is None


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (RequestStatus.DONE, "schon beendet"),
        (RequestStatus.UNREACHABLE, "schon beendet"),
        (RequestStatus.HANDED_ON, "schon weitergegeben"),
    ],
)
def test_a_request_that_ended_otherwise_is_not_said_to_be_withdrawn(
    quick_line: Line, status: RequestStatus, told: str
) -> None:
    reference = files_a_need(quick_line)
    with quick_line.services.db.write() as session:
        session.execute(sa.update(Request).values(status=status))
    call = quick_line.phone.dial("anonymous").press("3").press(reference).press("2").hears(told)
    call.hears_nothing_of("zurückgenommen")
    assert quick_line.requests()[0].status is status
    assert quick_line.calls()[-1].outcome is CallOutcome.STATUS_TOLD


def test_an_earlier_call_is_still_needed(quick_line: Line) -> None:
    reference = files_a_need(quick_line)
    quick_line.phone.dial("anonymous").press("3").press(reference).press("1")
    assert quick_line.calls()[-1].outcome is CallOutcome.STATUS_TOLD
    assert quick_line.callbacks()[0].times_called == 2


def test_a_request_that_ended_is_taken_up_again_by_a_callback(quick_line: Line) -> None:
    reference = files_a_need(quick_line)
    quick_line.phone.dial("anonymous").press("3").press(reference).press("2")
    call = quick_line.phone.dial("anonymous").press("3").press(reference).hears("zurückgenommen")
    call.press("1").hears("Wir rufen Sie an")
    assert [callback.kind for callback in quick_line.callbacks()] == [
        CallbackKind.INTAKE,
        CallbackKind.STATUS,
    ]


def test_a_request_that_was_erased_is_unknown(quick_line: Line) -> None:
    reference = files_a_need(quick_line)
    with quick_line.services.db.write() as session:
        session.execute(sa.update(Request).values(status=RequestStatus.ERASED, number=None))
    call = quick_line.phone.dial(LANDLINE).press("3").press(reference).hears("finde ich nicht")
    call.press(reference).hears("darf ich nichts sagen")


def test_guessing_at_references_shuts_the_door_for_that_number(line: Line) -> None:
    reference = files_a_need(line)
    wrong = [number for number in map(references.make, range(9)) if number != reference]
    for _ in range(guesses.FROM_ONE_NUMBER // 2):
        call = line.phone.dial("+4956715551111").press("3").press(wrong.pop()).hears("finde ich nicht")
        call.press(wrong.pop()).hears("darf ich nichts sagen").hangs_up()
    call = line.phone.dial("+4956715551111").press("3").press(reference)
    call.hears("kann ich gerade nichts sagen", "Rückruf unter").hears_nothing_of("Ihr Wunsch").hangs_up()
    line.phone.dial(LANDLINE).press("3").press(reference).hears("Ihr Wunsch ist bei uns").hangs_up()
    line.phone.waits(3700)
    line.phone.dial("+4956715551111").press("3").press(reference).hears("Ihr Wunsch ist bei uns")


def test_withheld_callers_share_one_count_of_wrong_references(quick_line: Line) -> None:
    reference = files_a_need(quick_line)
    with quick_line.services.db.write() as session:
        for _ in range(guesses.FROM_WITHHELD):
            guesses.note(session, quick_line.services.clock(), None)
    call = quick_line.phone.dial("anonymous").press("3").press(reference)
    call.hears("kann ich gerade nichts sagen", "Nummer für den Rückruf").hangs_up()
    quick_line.phone.dial(LANDLINE).press("3").press(reference).hears("Ihr Wunsch ist bei uns")


def test_a_hash_after_each_key_changes_nothing(quick_line: Line) -> None:
    call = quick_line.phone.dial(LANDLINE)
    for keys in PLAIN:
        call.press(f"{keys}#")
    call.listens()
    assert quick_line.only_call.outcome is CallOutcome.FILED


def test_too_many_calls_from_one_number_are_told_so(quick_line: Line) -> None:
    for _ in range(quick_line.services.profile.limits.calls_per_hour):
        quick_line.phone.dial(LANDLINE).hangs_up()
    quick_line.phone.dial(LANDLINE).hears("in einer Stunde wieder", "Im Notfall wählen Sie 112")
    assert quick_line.calls()[-1].outcome is CallOutcome.BLOCKED
    quick_line.phone.waits(3700)
    quick_line.phone.dial(LANDLINE).hears("Guten Tag")


def test_a_blocked_number_is_told_so_until_the_block_ends(line: Line) -> None:
    anna = line.on_duty("anna", None)
    with line.services.db.write() as session:
        hashed = number_hash(session, LANDLINE)
        blocks.block(session, line.services.clock(), hashed, 1, "Beleidigungen", anna)
    call = line.phone.dial(LANDLINE).hears("zurzeit keine Anrufe annehmen", "Im Notfall wählen Sie 112")
    assert call.ended
    assert line.only_call.outcome is CallOutcome.BLOCKED
    line.phone.dial("+4956715551234").hears("Guten Tag").hangs_up()
    line.phone.waits(24 * 3600)
    line.phone.dial(LANDLINE).hears("Guten Tag")


def test_english_is_kept_for_the_operator(quick_line: Line) -> None:
    call = quick_line.phone.dial(LANDLINE).press("9").press("2").hears("To get help: press one")
    for keys in PLAIN:
        call.press(keys)
    call.hears("We will call you this morning between")
    assert (quick_line.requests()[0].language, quick_line.only_call.language) == ("en", "en")


def test_a_typed_number_that_was_refused_is_rung_by_nobody(line: Line) -> None:
    call = line.phone.dial("anonymous").press("1").press("1").press("056925551234#")
    call.hears("fünf fünf").press("2")
    assert line.only_call.number is None
    call.hangs_up()
    assert line.only_call.number is None


def test_the_reference_of_a_form_that_was_added_tells_no_more_than_a_fresh_one(line: Line) -> None:
    files_a_need(line)
    added = references.make(4711)
    with line.services.db.write() as db:
        db.get_one(Request, 1).status = RequestStatus.PROPOSED
        receipts.give(db, line.services.clock(), line.callbacks()[0], added)
    call = line.phone.dial("anonymous").press("3").press(added).hears("Ihr Wunsch ist bei uns")
    call.press("2").hears("Wir rufen Sie gern an").hangs_up()
    assert line.requests()[0].status is RequestStatus.PROPOSED
    with line.services.db.write() as db:
        db.get_one(Callback, 1).status = CallbackStatus.DONE
    line.phone.dial("anonymous").press("3").press(added).hears("Wir haben jemanden im Blick").hangs_up()
