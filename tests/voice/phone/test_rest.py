"""The carrier's REST side, used through the carrier's own SDK."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import requests
from flask import Flask
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from tests.support.serving import served
from tests.voice.phone.conftest import ACCOUNT, NUMBER, TOKEN
from voice.phone.carrier import Answer, Line, Recording, Texts
from voice.phone.lodging import lodge
from voice.phone.rest import make_rest_blueprint
from voice.phone.rest_shapes import segments

HELPER = "+4915228817386"


class Loopback(TwilioHttpClient):
    """The SDK's own client, turned to the simulator."""

    def __init__(self, base):
        super().__init__(timeout=20)
        self.session.trust_env = False
        self.base = base

    def request(self, method, url, *args, **kwargs):
        return super().request(method, url.replace("https://api.twilio.com", self.base), *args, **kwargs)


@pytest.fixture
def base(phone):
    app = Flask(__name__)
    app.register_blueprint(make_rest_blueprint(phone.network))
    with served(app) as address:
        yield address


@pytest.fixture
def client(base):
    http = Loopback(base)
    yield Client(ACCOUNT, TOKEN, http_client=http)
    http.session.close()


@pytest.fixture
def offer(hotline):
    hotline.serve(
        "/offer",
        '<Response><Gather numDigits="1" action="/offered"><Say>Hilfe gesucht.</Say></Gather></Response>',
    )
    hotline.serve("/offered", "<Response><Say>Danke.</Say></Response>")
    hotline.serve("/progress", "<Response/>")
    return {
        "to": HELPER,
        "from_": NUMBER,
        "url": f"{hotline.base}/offer",
        "status_callback": f"{hotline.base}/progress",
        "status_callback_event": ["initiated", "ringing", "answered", "completed"],
    }


def test_a_call_rings_is_answered_and_reports_each_step(client, hotline, phone, offer):
    made = client.calls.create(**offer)
    assert (made.status, made.direction, made.start_time) == ("queued", "outbound-api", None)
    helper = phone.rings(HELPER)
    assert client.calls(made.sid).fetch().status == "ringing"
    helper.answers().hears("Hilfe gesucht.").press("1").hears("Danke.")
    told = hotline.asked("/progress")
    assert [one["CallStatus"] for one in told] == ["initiated", "ringing", "in-progress", "completed"]
    assert [one["SequenceNumber"] for one in told] == ["0", "1", "2", "3"]
    assert hotline.asked("/offered")[0]["Direction"] == "outbound-api"
    done = client.calls(made.sid).fetch()
    assert (done.status, done.duration) == ("completed", str(helper.call.duration()))
    assert done.start_time == phone.clock.at(helper.call.answered_at).replace(microsecond=0)


@pytest.mark.parametrize(
    ("line", "status"),
    [(Line(Answer.BUSY), "busy"), (Line(Answer.NO_ANSWER), "no-answer"), (Line(Answer.FAILED), "failed")],
)
def test_calls_that_reach_nobody(client, hotline, phone, offer, line, status):
    phone.set_line(HELPER, line)
    made = client.calls.create(**offer, timeout=20)
    phone.waits(30)
    assert client.calls(made.sid).fetch().status == status
    assert hotline.asked("/progress")[-1]["CallStatus"] == status
    assert hotline.asked("/offer") == []


def test_a_voicemail_is_detected(client, hotline, phone, offer):
    phone.set_line(HELPER, Line(Answer.VOICEMAIL))
    client.calls.create(**offer, machine_detection="Enable")
    phone.waits(60)
    assert hotline.asked("/offer")[0]["AnsweredBy"] == "machine_start"


def test_detection_can_report_later(client, hotline, phone, offer):
    phone.set_line(HELPER, Line(Answer.HUMAN, keys="1"))
    hotline.serve("/amd", "<Response/>")
    offer |= {"machine_detection": "Enable", "async_amd": "true"}
    client.calls.create(**offer, async_amd_status_callback=f"{hotline.base}/amd")
    phone.waits(60)
    assert hotline.asked("/amd")[0]["AnsweredBy"] == "human"
    assert hotline.asked("/offered")[0]["Digits"] == "1"


def test_a_call_can_bring_its_own_twiml(client, phone):
    client.calls.create(to=HELPER, from_=NUMBER, twiml="<Response><Say>Kurz.</Say></Response>")
    phone.rings(HELPER).answers().hears("Kurz.")


def test_a_live_call_can_be_turned_and_ended(client, phone, offer):
    made = client.calls.create(**offer)
    helper = phone.rings(HELPER).answers()
    client.calls(made.sid).update(twiml="<Response><Say>Etwas anderes.</Say><Pause length='60'/></Response>")
    helper.waits(5).hears_nothing_of("Hilfe")
    assert ("hotline", "Etwas anderes.", pytest.approx(1, abs=1)) in helper.transcript
    second = client.calls.create(**offer)
    client.calls(second.sid).update(status="completed")
    phone.waits(5)
    assert client.calls(second.sid).fetch().status == "canceled"


def test_a_call_cancelled_in_the_queue_reports_nothing(client, hotline, phone, offer):
    made = client.calls.create(**offer)
    assert client.calls(made.sid).update(status="canceled").status == "canceled"
    phone.waits(5)
    assert hotline.asked("/progress") == []


def test_calls_are_listed_by_number_and_time(client, phone, offer):
    made = [client.calls.create(**offer).sid for _ in range(3)]
    client.calls.create(**(offer | {"to": "+4915228817387"}))
    assert [call.sid for call in client.calls.list(to=HELPER, page_size=2)] == made[::-1]
    now = phone.clock.utcnow()
    assert client.calls.list(to=HELPER, start_time_after=now + timedelta(hours=1)) == []
    assert len(client.calls.list(to=HELPER, start_time_after=now - timedelta(hours=1))) == 3
    assert client.calls.list(start_time=datetime(2020, 1, 1, tzinfo=UTC)) == []


def test_texts_arrive_and_report(client, hotline, phone):
    hotline.serve("/texted", "<Response/>")
    made = client.messages.create(
        HELPER, from_=NUMBER, body="Grüße", status_callback=f"{hotline.base}/texted"
    )
    assert (made.status, made.date_sent, made.num_segments) == ("queued", None, "1")
    assert [text.body for text in phone.texts_to(HELPER)] == ["Grüße"]
    assert [told["MessageStatus"] for told in hotline.asked("/texted")] == ["sent", "delivered"]
    assert client.messages(made.sid).fetch().status == "delivered"
    assert [text.sid for text in client.messages.list(to=HELPER)] == [made.sid]


def test_an_unreachable_mobile_reports_30006(client, phone):
    phone.set_line(HELPER, Line(texts=Texts.UNDELIVERED))
    made = client.messages.create(HELPER, from_=NUMBER, body="Hallo")
    phone.waits(5)
    text = client.messages(made.sid).fetch()
    assert (text.status, text.error_code) == ("undelivered", 30006)


def test_texts_to_the_hotline_are_answered_and_stop_opts_out(client, hotline, phone):
    hotline.serve("/sms", "<Response><Message>Verstanden.</Message></Response>", "<Response/>")
    phone.texts_the_hotline(HELPER, "Ja")
    assert [text.body for text in phone.texts_to(HELPER)] == ["Verstanden."]
    phone.texts_the_hotline(HELPER, "stop")
    with pytest.raises(TwilioRestException) as refused:
        client.messages.create(HELPER, from_=NUMBER, body="Hallo")
    assert refused.value.code == 21610
    assert [text["Body"] for text in hotline.asked("/sms")] == ["Ja", "stop"]


@pytest.mark.parametrize(
    ("to", "code"), [("+4956925551234", 21614), ("05692", 21211), ("+7378742833", 21211), ("", 21604)]
)
def test_texts_that_are_refused(client, to, code):
    with pytest.raises(TwilioRestException) as refused:
        client.messages.create(to, from_=NUMBER, body="Hallo")
    assert (refused.value.code, refused.value.status) == (code, 400)


@pytest.mark.parametrize(
    ("change", "code"),
    [({"to": "110"}, 21211), ({"from_": HELPER}, 21210), ({"url": "/offer"}, 21205), ({"from_": ""}, 21213)],
)
def test_calls_that_are_refused(client, offer, change, code):
    with pytest.raises(TwilioRestException) as refused:
        client.calls.create(**(offer | change))
    assert refused.value.code == code


def test_unknown_things_and_wrong_tokens(client, base):
    with pytest.raises(TwilioRestException) as missing:
        client.calls("CA" + "0" * 32).fetch()
    assert (missing.value.code, missing.value.status) == (20404, 404)
    with pytest.raises(TwilioRestException) as missing:
        client.recordings("RE" + "0" * 32).delete()
    assert missing.value.status == 404
    stranger = Loopback(base)
    with pytest.raises(TwilioRestException) as refused:
        Client(ACCOUNT, "wrong", http_client=stranger).calls("CA" + "0" * 32).fetch()
    stranger.session.close()
    assert (refused.value.code, refused.value.status) == (20003, 401)


def test_recordings_can_be_deleted_once(client, hotline, phone):
    hotline.serve("/answer", "<Response><Record action='/recorded'/></Response>")
    hotline.serve("/recorded", "<Response/>")
    phone.dial().waits(5).press("#")
    sid = hotline.asked("/recorded")[0]["RecordingSid"]
    assert client.recordings(sid).delete()
    with pytest.raises(TwilioRestException):
        client.recordings(sid).delete()


def test_a_telephone_elsewhere_hands_over_what_it_recorded(base, client, carrier, phone):
    mine = Recording("RE" + "1" * 32, "CA" + "2" * 32, 4, began_at=100.0, ready_at=106.0)
    lodge(replace(carrier, api_base=base, auth_token="not the account's"), mine)
    assert not phone.exchange.recordings
    lodge(replace(carrier, api_base=base), mine)
    kept = client.recordings(mine.sid).fetch()
    assert (kept.call_sid, kept.duration, kept.status) == (mine.call_sid, "4", "completed")
    sound = requests.get(
        f"{base}/2010-04-01/Accounts/{ACCOUNT}/Recordings/{mine.sid}.wav", auth=(ACCOUNT, TOKEN), timeout=20
    )
    assert (sound.status_code, sound.headers["Content-Type"]) == (200, "audio/x-wav")
    assert client.recordings(mine.sid).delete()


def test_calls_and_texts_can_be_deleted_once_they_are_over(client, phone, offer):
    made = client.calls.create(**offer)
    text = client.messages.create(HELPER, from_=NUMBER, body="Hallo")
    for thing in (client.calls(made.sid), client.messages(text.sid)):
        with pytest.raises(TwilioRestException) as refused:
            thing.delete()
        assert refused.value.code == 20009
    phone.rings(HELPER).answers().hangs_up()
    phone.waits(5)
    for thing in (client.calls(made.sid), client.messages(text.sid)):
        assert thing.delete()
        with pytest.raises(TwilioRestException) as gone:
            thing.fetch()
        assert gone.value.status == 404
    assert client.calls.list(to=HELPER) == []


def test_the_number_tells_its_addresses(client, hotline):
    (number,) = client.incoming_phone_numbers.list(phone_number=NUMBER)
    assert (number.voice_url, number.voice_fallback_url) == (
        f"{hotline.base}/answer",
        f"{hotline.base}/fallback",
    )


@pytest.mark.parametrize(
    ("body", "parts"),
    [("ä" * 160, 1), ("ä" * 161, 2), ("€" * 80, 1), ("€" * 81, 2), ("я" * 70, 1), ("я" * 71, 2), ("ß", 1)],
)
def test_segments(body, parts):
    assert segments(body) == parts
