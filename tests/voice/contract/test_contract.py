"""What our carrier code sends and what our simulator answers, measured by the carrier's own contract."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from intake.settings import Settings
from tests.conftest import TUESDAY_TEN
from voice.carrier import (
    Carrier,
    CarrierRefused,
    _Http,  # the HTTP of all that we send: the other operations are asked for through it here
)
from voice.phone.carrier import Answer, Line, Recording, Texts
from voice.phone.network import TextMessage
from voice.phone.rest import LODGED

from .offices import SimulatorOffice
from .openapi import Contract

HELPER = "+4915228817386"
LANDLINE = "+4956925551234"
WAITING = '<Response><Pause length="30"/></Response>'
RECORDING = '<Response><Record maxLength="5"/></Response>'
RECORDED = "RE" + "0" * 32
HOOK = "https://hotline.example/voice/status"

SENT = "SM" + "0" * 32


def _places_ends_and_deletes(carrier: Carrier) -> None:
    sid = carrier.place_call(HELPER, HOOK, HOOK)
    carrier.end_call(sid)
    carrier.delete_call(sid)


#: Each way in which the house speaks to the carrier. A new one has to be added, and is then measured.
ASKED: dict[str, Callable[[Carrier], object]] = {
    "send_text": lambda carrier: carrier.send_text(HELPER, "Bürgertelefon: Können Sie helfen?", HOOK),
    "place_call": lambda carrier: carrier.place_call(HELPER, "https://hotline.example/voice/offer", HOOK),
    "call_status": lambda carrier: carrier.call_status(carrier.place_call(HELPER, HOOK, HOOK)),
    "end_call": lambda carrier: carrier.end_call(carrier.place_call(HELPER, HOOK, HOOK)),
    "find_call": lambda carrier: carrier.find_call(HELPER, TUESDAY_TEN),
    "fetch_recording": lambda carrier: carrier.fetch_recording(RECORDED),
    "delete_recording": lambda carrier: carrier.delete_recording(RECORDED),
    "delete_call": _places_ends_and_deletes,
    "delete_text": lambda carrier: carrier.delete_text(SENT),
    "find_text": lambda carrier: carrier.find_text(HELPER, "Guten Tag", TUESDAY_TEN),
    "number_settings": lambda carrier: carrier.number_settings(),
}


@contextmanager
def sdk(settings: Settings, base: str) -> Iterator[Client]:
    """The carrier's SDK over our own HTTP."""
    http = _Http(base)
    yield Client(settings.account_sid, settings.auth_token, http_client=http)
    http.session.close()


def keeps_to(contract: Contract, office: SimulatorOffice) -> None:
    """All that was asked and granted so far fits the contract, both ways. A sound is no part of it."""
    for seen in office.witness.seen:
        if seen.path.endswith(".wav"):
            continue
        assert contract.request_faults(seen) == [], seen
        assert contract.answer_faults(seen) == [], seen


def test_every_request_of_ours_is_looked_at() -> None:
    public = {name for name in vars(Carrier) if not name.startswith("_")}
    assert set(ASKED) == public


@pytest.mark.parametrize("name", ASKED)
def test_what_we_ask_and_what_the_simulator_answers_fits(
    settings: Settings, contract: Contract, office: SimulatorOffice, name: str
) -> None:
    recording = Recording(RECORDED, "CA" + "0" * 32, 3, began_at=0.0, ready_at=0.0)
    office.phone.exchange.recordings[RECORDED] = recording
    text = TextMessage(settings.carrier_number, HELPER, "Danke", TUESDAY_TEN, sid=SENT, status="delivered")
    office.phone.network.texts.messages[SENT] = text
    ASKED[name](Carrier(settings.model_copy(update={"api_base": office.base})))
    assert office.witness.seen
    keeps_to(contract, office)


def test_the_steps_that_we_want_to_hear_of_are_the_carriers(
    settings: Settings, contract: Contract, office: SimulatorOffice
) -> None:
    ASKED["place_call"](Carrier(settings.model_copy(update={"api_base": office.base})))
    sent = parse_qs(office.witness.seen[0].form)
    assert set(sent["StatusCallbackEvent"]) == set(contract.schema("call_enum_event")["enum"])


def test_a_call_fits_the_contract_in_every_state(
    settings: Settings, contract: Contract, office: SimulatorOffice
) -> None:
    with sdk(settings, office.base) as client:
        lines = [Line(), Line(Answer.HUMAN), *map(Line, (Answer.BUSY, Answer.NO_ANSWER, Answer.FAILED))]
        states = {"queued"}
        for line in lines:
            office.phone.set_line(HELPER, line)
            made = client.calls.create(to=HELPER, from_=settings.carrier_number, twiml=WAITING, timeout=10)
            for _moment in range(12):
                office.phone.waits(4)
                states.add(client.calls(made.sid).fetch().status)
        made = client.calls.create(to=HELPER, from_=settings.carrier_number, twiml=WAITING)
        states.add(client.calls(made.sid).update(status="canceled").status)
    keeps_to(contract, office)
    assert states == set(contract.schema("call_enum_status")["enum"])


def test_each_thing_that_the_simulator_can_be_asked_for_fits(
    settings: Settings, contract: Contract, office: SimulatorOffice
) -> None:
    number = settings.carrier_number
    with sdk(settings, office.base) as client:
        office.phone.dial(LANDLINE)
        office.phone.set_line(HELPER, Line(Answer.HUMAN, after=1))
        call = client.calls.create(
            to=HELPER,
            from_=number,
            twiml=WAITING,
            machine_detection="Enable",
            status_callback=HOOK,
            status_callback_event=["answered", "completed"],
        )
        office.phone.waits(10)
        client.calls(call.sid).update(twiml=RECORDING)
        office.phone.waits(10)
        (recording,) = office.phone.exchange.recordings
        sound = Carrier(settings.model_copy(update={"api_base": office.base})).fetch_recording(recording)
        assert sound[:4] == b"RIFF"
        assert client.recordings(recording).fetch().duration == "5"
        assert client.recordings(recording).delete()
        assert client.calls(call.sid).fetch().answered_by == "human"
        office.phone.set_line(HELPER, Line(texts=Texts.UNDELIVERED))
        lost = client.messages.create(to=HELPER, from_=number, body="Grüße " * 40, status_callback=HOOK)
        office.phone.texts_the_hotline(HELPER, "Ja")
        office.phone.waits(5)
        assert client.messages(lost.sid).fetch().error_code == 30006
        assert len(client.messages.list(page_size=1, date_sent_after=TUESDAY_TEN - timedelta(days=1))) == 2
        assert len(client.calls.list(to=HELPER, from_=number, start_time_after=TUESDAY_TEN, limit=20)) == 1
        assert len(client.calls.list(page_size=1)) == 2
        assert [one.phone_number for one in client.incoming_phone_numbers.list(phone_number=number)] == [
            number
        ]
        assert client.messages(lost.sid).delete()
        assert client.calls(call.sid).delete()
    keeps_to(contract, office)
    # at one door it is telephones that ask, not the carrier's customers
    assert office.views_seen() == office.views() - {f"carrier_rest.{LODGED}"}


def test_what_the_contract_forbids_the_simulator_refuses_too(
    settings: Settings, contract: Contract, office: SimulatorOffice
) -> None:
    account, token = settings.account_sid, settings.auth_token
    calls = f"{office.base}/2010-04-01/Accounts/{account}/Calls"
    good = {"To": HELPER, "From": settings.carrier_number, "Url": "https://hotline.example/voice/offer"}
    forbidden = [
        requests.post(f"{calls}.json", data=good),
        requests.post(f"{calls}.json", data={**good, "From": ""}, auth=(account, token)),
        requests.post(f"{calls}.json", data={**good, "Url": "the offer"}, auth=(account, token)),
        requests.get(f"{calls}/CA12.json", auth=(account, token)),
    ]
    for seen, answer in zip(office.witness.seen, forbidden, strict=True):
        assert contract.request_faults(seen), seen
        told = json.loads(answer.content)
        assert (400 <= answer.status_code < 500, told["status"]) == (True, answer.status_code)
        assert {"code", "message", "more_info", "status"} == set(told)
    assert [json.loads(answer.content)["code"] for answer in forbidden] == [20003, 21213, 21205, 20404]


@pytest.mark.parametrize(
    ("texts", "to", "code"),
    [(Texts.LANDLINE, LANDLINE, 21614), (Texts.OPTED_OUT, HELPER, 21610), (Texts.DELIVERED, "+49", 21211)],
)
def test_what_the_simulator_refuses_was_well_asked(
    settings: Settings, contract: Contract, office: SimulatorOffice, texts: Texts, to: str, code: int
) -> None:
    office.phone.set_line(to, Line(texts=texts))
    carrier = Carrier(settings.model_copy(update={"api_base": office.base}))
    with pytest.raises(CarrierRefused) as refused:
        carrier.send_text(to, "Guten Tag", HOOK)
    assert refused.value.code == code
    faults = contract.request_faults(office.witness.seen[0])
    assert bool(faults) == (to == "+49"), "only a number that is none breaks the contract"


def test_a_call_that_is_over_cannot_be_changed(
    settings: Settings, contract: Contract, office: SimulatorOffice
) -> None:
    with sdk(settings, office.base) as client:
        call = office.phone.dial(LANDLINE).hangs_up().call
        with pytest.raises(TwilioRestException) as refused:
            client.calls(call.sid).update(status="completed")
    assert (refused.value.status, refused.value.code) == (400, 21220)
    assert contract.request_faults(office.witness.seen[0]) == []
