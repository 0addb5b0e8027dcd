"""What goes wrong between the carrier and us: repeated, forged, late and broken webhooks."""

from __future__ import annotations

import threading

import pytest
import structlog
from werkzeug.test import Client

from intake import registry
from intake.kinds import CallOutcome
from voice.phone.driver import Call as PhoneCall
from voice.phone.http import SentRequest, WebRequest

from .conftest import LANDLINE
from .line import Line, broken

PLAIN = ["1", "1", "1", "34466", "1", "1"]


def plain_call(line: Line, *keys: str) -> PhoneCall:
    call = line.phone.dial(LANDLINE)
    for answer in keys or PLAIN:
        call.press(answer)
    return call


def turns(line: Line) -> list[SentRequest]:
    return [sent for sent in line.phone.chaos.wire.sent if "/voice/status" not in sent.url]


def test_every_webhook_twice_says_the_same_and_changes_nothing(line: Line) -> None:
    line.phone.chaos.double_everything()
    plain_call(line).hears("Wir rufen Sie an")
    assert line.phone.chaos.wire.differing == []
    assert [len(rows) for rows in (line.calls(), line.requests(), line.callbacks())] == [1, 1, 1]
    assert line.callbacks()[0].times_called == 1
    assert line.only_call.turn == 7


def test_any_turn_can_be_repeated_long_after(line: Line) -> None:
    plain_call(line)
    before = line.only_call.state
    said = [line.phone.chaos.repeat(sent).body.decode() for sent in turns(line)]
    assert "Guten Tag" in said[0]
    assert "Einkaufen" in said[1]
    assert "Wolfhagen" in said[4]
    assert "Wir rufen Sie an" in said[6]
    assert line.only_call.state == before


def test_the_same_turn_from_many_sides_at_once_is_taken_once(line: Line) -> None:
    call = plain_call(line, *PLAIN[:-1])
    call.press("1")
    last = turns(line)[-1]
    fresh = turns(line)[0]
    answers: list[bytes] = []

    def send(sent: SentRequest) -> None:
        answers.append(line.phone.chaos.repeat(sent).body)

    threads = [threading.Thread(target=send, args=(sent,)) for sent in [last] * 4 + [fresh] * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 2
    assert len(line.callbacks()) == 1


@pytest.mark.parametrize("signature", ["wrong", "missing", "of another address"])
@pytest.mark.parametrize("path", ["/voice/answer", "/voice/turn/1", "/voice/status", "/voice/nowhere"])
def test_a_forged_webhook_is_refused(quick_line: Line, path: str, signature: str) -> None:
    form = {"CallSid": "CA" + "1" * 32, "From": LANDLINE, "CallStatus": "completed"}
    answer = quick_line.phone.chaos.forge(quick_line.base + path, form, signature)  # type: ignore[arg-type]  # one of its literals
    assert answer.status == 403
    assert quick_line.calls() == []


def test_no_page_sets_a_cookie_or_takes_a_large_body(quick_line: Line) -> None:
    client = Client(quick_line.front)
    answer = client.post("/voice/answer", data={"CallSid": "CA1", "Big": "x" * 200_000})
    assert answer.status_code == 413
    assert "Set-Cookie" not in answer.headers


def test_escapes_and_unknown_parameters_are_signed_too(quick_line: Line) -> None:
    wire = quick_line.phone.chaos.wire
    quick_line.phone.dial(LANDLINE)
    form = {"CallSid": "CA" + "2" * 32, "From": LANDLINE, "NewThing": "ä=&", "Direction": "inbound"}
    request = WebRequest(f"{quick_line.base}/voice/answer?where=Sch%C3%B6n%2Fhier", form)
    assert quick_line.phone.chaos.repeat(wire.prepare(request)).status == 200


def test_status_callbacks_in_any_order_and_late_change_nothing(line: Line) -> None:
    line.phone.chaos.hold_status_callbacks()
    plain_call(line).hears("Wir rufen Sie an")
    assert line.only_call.carrier_status != "completed"
    line.phone.chaos.release("reversed")
    row = line.only_call
    assert (row.carrier_status, row.outcome) == ("completed", CallOutcome.FILED)
    late = [sent for sent in line.phone.chaos.wire.sent if "/voice/status" in sent.url]
    for sent in late:
        assert line.phone.chaos.repeat(sent).status == 204
    assert line.only_call.state == row.state
    assert line.only_call.ended_at == row.ended_at


def test_a_hang_up_is_known_by_the_status_alone(line: Line) -> None:
    line.phone.chaos.double_everything()
    plain_call(line, "1", "1").hangs_up()
    assert line.only_call.outcome is CallOutcome.LEAD


def test_a_hang_up_with_all_confirmed_is_filed_by_the_status(line: Line) -> None:
    plain_call(line, *PLAIN[:-1]).hangs_up()
    assert line.only_call.outcome is CallOutcome.FILED
    assert len(line.callbacks()) == 1


def test_a_status_of_an_unknown_call_is_let_pass(quick_line: Line) -> None:
    wire = quick_line.phone.chaos.wire
    quick_line.phone.dial(LANDLINE)
    request = WebRequest(
        f"{quick_line.base}/voice/status", {"CallSid": "CA" + "9" * 32, "CallStatus": "completed"}
    )
    assert quick_line.phone.chaos.repeat(wire.prepare(request)).status == 204
    assert len(quick_line.calls()) == 1


def test_a_turn_of_an_unknown_call_begins_politely(quick_line: Line) -> None:
    wire = quick_line.phone.chaos.wire
    quick_line.phone.dial(LANDLINE)
    form = {"CallSid": "CA" + "3" * 32, "From": LANDLINE, "Digits": "1"}
    request = WebRequest(f"{quick_line.base}/voice/turn/4", form)
    answer = quick_line.phone.chaos.repeat(wire.prepare(request))
    assert "Guten Tag" in answer.body.decode()
    assert 'action="/voice/turn/1"' in answer.body.decode()


def test_the_fallback_goes_on_where_a_committed_turn_lost_its_words(line: Line) -> None:
    broken(line, "/voice/turn/2", times=1, after=True)
    call = plain_call(line, "1", "1").hears("null fünf sechs neun zwo")
    for keys in PLAIN[2:]:
        call.press(keys)
    call.hears("Wir rufen Sie an")
    assert len(line.callbacks()) == 1
    assert line.only_call.outcome is CallOutcome.FILED


def test_the_fallback_repeats_the_last_words_of_a_call_that_was_filed(line: Line) -> None:
    broken(line, "/voice/turn/6", times=1, after=True)
    plain_call(line).hears("Wir rufen Sie an")
    assert len(line.callbacks()) == 1


def test_the_fallback_apologises_and_files_where_nothing_was_committed(line: Line) -> None:
    broken(line, "/voice/turn/3", times=1, after=False)
    call = plain_call(line, "1", "1", "1").hears("Es tut uns leid", "Wir rufen Sie an")
    assert call.ended
    assert line.requests()[0].category == "shopping"
    assert line.only_call.outcome is CallOutcome.FILED


def test_the_fallback_of_a_call_that_never_began_begins_it(line: Line) -> None:
    broken(line, "/voice/answer", times=1, after=False)
    call = line.phone.dial(LANDLINE).hears("Guten Tag", "Im Notfall wählen Sie 112")
    for keys in PLAIN:
        call.press(keys)
    call.hears("Wir rufen Sie an")
    assert line.only_call.outcome is CallOutcome.FILED


def test_markup_that_the_carrier_cannot_use_is_not_said_again(quick_line: Line) -> None:
    quick_line.phone.dial(LANDLINE).press("1")
    call = quick_line.only_call
    form = {
        "CallSid": call.call_sid,
        "From": LANDLINE,
        "ErrorCode": "12100",
        "ErrorUrl": f"{quick_line.base}/voice/turn/1",
    }
    wire = quick_line.phone.chaos.wire
    sent = wire.prepare(WebRequest(f"{quick_line.base}/voice/fallback", form))
    first, second = (quick_line.phone.chaos.repeat(sent).body.decode() for _ in range(2))
    assert "Es tut uns leid" in first
    assert first == second
    assert len(quick_line.callbacks()) == 1


def test_a_failure_inside_is_spoken_filed_and_logged_without_anything_personal(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, failures = registry.file_request, iter([True])

    def fails_once(*args: object, **kwargs: object) -> object:
        if next(failures, False):
            raise RuntimeError(f"no room for {LANDLINE}")
        return real(*args, **kwargs)  # type: ignore[arg-type]  # passed through

    monkeypatch.setattr(registry, "file_request", fails_once)
    with structlog.testing.capture_logs() as logs:
        plain_call(line).hears("Es tut uns leid", "Ihr Anruf ist notiert")
    assert [entry["error"] for entry in logs] == ["RuntimeError"]
    assert LANDLINE not in str(logs)
    assert (len(line.callbacks()), line.only_call.outcome) == (1, CallOutcome.FILED)


def test_a_failure_that_stays_is_still_spoken(quick_line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: object, **kwargs: object) -> object:
        raise RuntimeError

    monkeypatch.setattr(registry, "file_request", fails)
    with structlog.testing.capture_logs():
        call = plain_call(quick_line).hears("Es tut uns leid", "rufen Sie später wieder an")
    assert call.ended
    # nothing could be stored, but what was said before is there, and the hang-up leaves a lead
    assert quick_line.callbacks() == []
