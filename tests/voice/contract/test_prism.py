"""Our carrier code against Prism, which plays the carrier from Twilio's file and refuses what it forbids."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from twilio.base import values
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from intake.settings import Settings
from tests.conftest import TUESDAY_TEN
from voice.carrier import (
    Carrier,
    CarrierRefused,
    _Http,  # the HTTP of all that we send: the other operations are asked for through it here
)

#: Fetching Prism for the first time may take minutes on a slow line.
pytestmark = pytest.mark.timeout(300)

HELPER = "+4915228817386"
OFFER = "https://hotline.example/voice/offer"
HOOK = "https://hotline.example/voice/status"
SID = "0" * 32


@pytest.fixture
def carrier(settings: Settings, prism: str) -> Iterator[Carrier]:
    """Our carrier code as the house uses it."""
    made = Carrier(settings.model_copy(update={"api_base": prism}))
    yield made
    made._client.http_client.session.close()  # Prism keeps connections open


@pytest.fixture
def client(settings: Settings, prism: str) -> Iterator[Client]:
    """The SDK over our own HTTP, for what the house's own words do not say wrongly or at all."""
    http = _Http(prism)
    yield Client(settings.account_sid, settings.auth_token, http_client=http)
    http.session.close()


def test_a_call_is_placed(carrier: Carrier) -> None:
    assert carrier.place_call(HELPER, OFFER, HOOK).startswith("CA")


def test_a_text_is_sent(carrier: Carrier) -> None:
    assert carrier.send_text(HELPER, "Bürgertelefon: Können Sie helfen?", HOOK).startswith("SM")


def test_a_call_is_asked_after(carrier: Carrier) -> None:
    assert carrier.call_status("CA" + SID) == "completed"


def test_lost_calls_and_texts_are_looked_for(carrier: Carrier) -> None:
    """Prism lists what the file's examples hold; ours is not among them."""
    assert carrier.find_call(HELPER, TUESDAY_TEN) is None
    assert carrier.find_text(HELPER, "Guten Tag", TUESDAY_TEN) is None


def test_a_call_is_redirected_and_ended(client: Client) -> None:
    call = client.calls("CA" + SID)
    assert call.update(url=OFFER, method="POST").sid.startswith("CA")
    assert call.update(status="completed").sid.startswith("CA")


def test_a_recording_is_deleted(client: Client) -> None:
    assert client.recordings("RE" + SID).delete()


def test_a_call_from_nowhere_is_refused(client: Client) -> None:
    with pytest.raises(TwilioRestException) as refused:
        client.calls.create(to=HELPER, from_=values.unset, url=OFFER)
    assert refused.value.status == 422


def test_an_address_that_is_none_is_refused(carrier: Carrier) -> None:
    with pytest.raises(CarrierRefused) as refused:
        carrier.place_call(HELPER, "the offer", HOOK)
    assert refused.value.permanent


def test_a_sid_that_is_too_short_is_refused(carrier: Carrier) -> None:
    with pytest.raises(CarrierRefused) as refused:
        carrier.call_status("CA12")
    assert refused.value.permanent


def test_a_request_without_credentials_is_refused(settings: Settings, prism: str) -> None:
    address = f"{prism}/2010-04-01/Accounts/{settings.account_sid}/Calls.json"
    assert requests.get(address, timeout=10).status_code == 401
    allowed = requests.get(address, auth=(settings.account_sid, settings.auth_token), timeout=10)
    assert allowed.status_code == 200
