"""The carrier's web client: signatures, retries, the fallback, limits, cookies, and chaos."""

import threading
from dataclasses import replace

import pytest
from twilio.request_validator import RequestValidator
from werkzeug.wrappers import Response

from tests.voice.phone.conftest import TOKEN
from voice.phone.driver import Telephone
from voice.phone.http import Overrides, WebRequest, Wire

HELLO = "<Response><Say>Hallo.</Say></Response>"


def test_the_known_signature():
    params = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675310",
        "Digits": "1234",
        "From": "+14158675310",
        "To": "+18005551212",
    }
    sent = Wire("12345").prepare(WebRequest("https://example.com/myapp.php?foo=1&bar=2#rc=2", params))
    assert sent.headers["X-Twilio-Signature"] == "L/OH5YylLD5NRKLltdqwSvS0BnU="
    assert sent.url == "https://example.com/myapp.php?foo=1&bar=2"


def test_every_request_is_signed_and_has_its_own_token(hotline, phone):
    hotline.serve("/answer", "<Response><Redirect method='GET'>/a%2Fb?x=%C3%A4</Redirect></Response>")
    hotline.serve("/a/b", HELLO)
    phone.dial().hears("Hallo.")
    sent = list(phone.exchange.wire.sent)
    for request in sent:
        params = request.params if request.method == "POST" else {}
        signature = request.headers["X-Twilio-Signature"]
        assert RequestValidator(TOKEN).validate(request.url, params, signature)
    assert len({request.headers["I-Twilio-Idempotency-Token"] for request in sent}) == len(sent)


def test_cookies_last_for_the_call(hotline, phone):
    def first(_request):
        answer = Response("<Response><Redirect>/second</Redirect></Response>", mimetype="text/xml")
        answer.set_cookie("visit", "one")
        return answer

    hotline.serve("/answer", first)
    hotline.serve("/second", lambda request: f"<Response><Say>{request.cookies['visit']}</Say></Response>")
    phone.dial().hears("one")


def test_http_redirects_are_followed_with_get(hotline, phone):
    hotline.serve("/answer", Response(status=302, headers={"Location": "/moved/here"}))
    hotline.serve("/moved/here", "<Response><Redirect>there</Redirect></Response>")
    hotline.serve("/moved/there", HELLO)
    phone.dial().hears("Hallo.")
    assert [seen.method for seen in hotline.seen][:2] == ["POST", "GET"]


def test_after_a_failure_the_fallback_is_told_which_and_where(hotline, phone):
    hotline.serve("/answer", Response("oh", status=500))
    hotline.serve("/fallback", HELLO)
    phone.dial().hears("Hallo.")
    told = hotline.asked("/fallback")[0]
    assert (told["ErrorCode"], told["ErrorUrl"]) == ("11200", f"{hotline.base}/answer")
    assert len(hotline.asked("/answer")) == 1


def test_when_the_fallback_fails_too_the_carrier_apologises_in_english(hotline, phone):
    call = phone.dial().hears("an application error has occurred")
    assert call.call.status == "failed"
    assert [failure.code for failure in call.call.failures] == [11200, 11200]


def test_a_broken_connection_is_tried_once_more_with_the_same_token(carrier):
    phone = Telephone(replace(carrier, voice_url="http://127.0.0.1:9/answer", fallback_url=""))
    call = phone.dial()
    sent = [request for request in phone.exchange.wire.sent if request.url.endswith(":9/answer")]
    assert len(sent) == 2
    assert sent[0] == sent[1]
    assert call.call.failures[0].code == 11205


def test_the_fragment_sets_the_retries(hotline, carrier):
    hotline.serve("/answer", Response("oh", status=503), Response("oh", status=503), HELLO)
    Telephone(replace(carrier, voice_url=f"{hotline.base}/answer#rc=3&rp=5xx")).dial().hears("Hallo.")
    assert len(hotline.asked("/answer")) == 3
    overrides = Overrides.of("http://x/#rc=9&rp=all&ct=250&rt=99000")
    assert (overrides.retries, overrides.connect_seconds, overrides.read_seconds) == (5, 0.25, 15.0)
    assert overrides.retry_on == {"ct", "rt", "4xx", "5xx"}
    assert Overrides.of("http://x/#rc=many&ct=&rt=-1") == Overrides()


def test_a_slow_answer_is_given_up(hotline, carrier):
    given_up = threading.Event()

    def slow(_request):
        given_up.wait(20)
        return HELLO

    def fallback(_request):
        given_up.set()
        return HELLO

    hotline.serve("/answer", slow)
    hotline.serve("/fallback", fallback)
    Telephone(replace(carrier, voice_url=f"{hotline.base}/answer#rt=100")).dial().hears("Hallo.")
    assert hotline.asked("/fallback")[0]["ErrorCode"] == "11205"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("<Response><Say>" + "x" * 70_000 + "</Say></Response>", 11750),
        (Response("{}", mimetype="application/json"), 12300),
        ("<Response><Say>", 12100),
        ("<Antwort/>", 12100),
        ("<!DOCTYPE x [<!ENTITY e 'e'>]><Response/>", 12100),
        ("<Response><Redirect>ftp://elsewhere/</Redirect></Response>", 11100),
    ],
)
def test_answers_that_cannot_be_performed(hotline, carrier, answer, code):
    hotline.serve("/answer", answer)
    call = Telephone(carrier, strict=False).dial()
    assert call.call.failures[0].code == code


def test_what_the_content_type_says_is_what_is_heard(hotline, phone):
    hotline.serve("/answer", Response("Nur Text.", mimetype="text/plain"))
    phone.dial().hears("Nur Text.")
    hotline.serve("/answer", Response(HELLO, mimetype="text/html"))
    phone.dial().hears("Hallo.")
    hotline.serve("/answer", Response(b"RIFF", mimetype="audio/wav"))
    assert ("hotline", f"{hotline.base}/answer", 0.0) in phone.dial().listens().transcript


# Chaos


def test_a_request_can_be_repeated_byte_for_byte(hotline, phone):
    hotline.serve("/answer", HELLO)
    phone.dial()
    reply = phone.chaos.repeat()
    assert reply.body.decode() == HELLO
    one, two = hotline.seen
    assert (one.params, one.headers["X-Twilio-Signature"]) == (two.params, two.headers["X-Twilio-Signature"])


def test_everything_can_come_twice_and_other_answers_are_noticed(hotline, phone):
    hotline.serve("/answer", HELLO, "<Response/>")
    phone.chaos.double_everything()
    phone.dial().hears("Hallo.")
    assert phone.exchange.wire.differing == [f"{hotline.base}/answer"]


def test_status_callbacks_can_come_late_or_never(hotline, phone):
    hotline.serve("/answer", "<Response><Pause length='60'/></Response>")
    phone.chaos.hold_status_callbacks()
    phone.dial().hangs_up()
    phone.dial().hangs_up()
    assert hotline.asked("/status") == []
    phone.chaos.release("reversed")
    late = [told["CallSid"] for told in hotline.asked("/status")]
    assert late == [call.sid for call in phone.exchange.calls.values()][::-1]
    phone.chaos.drop("completed")
    phone.dial().hangs_up()
    assert len(hotline.asked("/status")) == 2


def test_status_callbacks_can_be_delayed(hotline, phone):
    hotline.serve("/answer", "<Response><Pause length='60'/></Response>")
    phone.chaos.delay_callbacks(90)
    phone.dial().hangs_up()
    phone.waits(89)
    assert hotline.asked("/status") == []
    phone.waits(2)
    assert [told["CallStatus"] for told in hotline.asked("/status")] == ["completed"]


def test_what_is_told_of_a_recording_can_be_lost(hotline, phone):
    hotline.serve("/answer", "<Response><Record action='/next' recordingStatusCallback='/told'/></Response>")
    hotline.serve("/next", HELLO)
    phone.chaos.drop("completed")
    phone.dial().waits(5).barges_in("#").hears("Hallo.").waits(10)
    assert hotline.asked("/told") == []


@pytest.mark.parametrize("signature", ["wrong", "missing", "of another address"])
def test_forged_requests(hotline, phone, signature):
    hotline.serve("/answer", HELLO)
    phone.chaos.forge(f"{hotline.base}/answer", {"CallSid": "CA1"}, signature)
    seen = hotline.seen[0]
    given = seen.headers.get("X-Twilio-Signature", "")
    assert (given == "") == (signature == "missing")
    assert not RequestValidator(TOKEN).validate(seen.url, seen.params, given)
