"""The carrier's REST resources as JSON, null fields included, so that its own SDK reads them."""

from datetime import datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from voice.phone.call import PhoneCall
from voice.phone.carrier import API_VERSION, Carrier, Recording
from voice.phone.clock import Clock
from voice.phone.network import TextMessage

Json = dict[str, Any]


def call_json(call: PhoneCall) -> Json:
    """A Call resource. Times are RFC 2822, the duration is text, an incoming call has no events of ours."""
    at = call.clock.at
    uri = f"{_root(call.carrier)}/Calls/{call.sid}"
    links = ("Notifications", "Recordings", "Payments", "Events", "Siprec", "Streams", "Transcriptions")
    return {
        "sid": call.sid,
        "account_sid": call.carrier.account_sid,
        "answered_by": call.answered_by or None,
        "api_version": API_VERSION,
        "caller_name": call.caller_name or None,
        "date_created": rfc2822(at(call.began_at)),
        "date_updated": rfc2822(at(call.began_at if call.ended_at is None else call.ended_at)),
        "direction": call.direction.value,
        "duration": str(call.duration()) if call.ended else None,
        "end_time": None if call.ended_at is None else rfc2822(at(call.ended_at)),
        "forwarded_from": call.forwarded_from or None,
        "from": call.from_,
        "from_formatted": call.from_,
        "group_sid": None,
        "parent_call_sid": call.parent.sid if call.parent is not None else None,
        "phone_number_sid": None,
        "price": None,
        "price_unit": "USD",
        "queue_time": "0",
        "start_time": None if call.answered_at is None else rfc2822(at(call.answered_at)),
        "status": call.status,
        "to": call.to,
        "to_formatted": call.to,
        "trunk_sid": None,
        "uri": f"{uri}.json",
        "subresource_uris": {link.lower(): f"{uri}/{link}.json" for link in links},
    }


def message_json(message: TextMessage, carrier: Carrier) -> Json:
    """A Message resource; ``error_message`` names the code in words."""
    uri = f"{_root(carrier)}/Messages/{message.sid}"
    return {
        "sid": message.sid,
        "account_sid": carrier.account_sid,
        "api_version": API_VERSION,
        "body": message.body,
        "date_created": rfc2822(message.created_at),
        "date_sent": None if message.sent_at is None else rfc2822(message.sent_at),
        "date_updated": rfc2822(message.sent_at or message.created_at),
        "direction": "inbound"
        if message.inbound
        else "outbound-reply"
        if message.is_reply
        else "outbound-api",
        "error_code": message.error,
        "error_message": None if message.error is None else "Landline or unreachable carrier",
        "from": message.from_,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": str(segments(message.body)),
        "price": None,
        "price_unit": "USD",
        "status": message.status,
        "to": message.to,
        "uri": f"{uri}.json",
        "subresource_uris": {"media": f"{uri}/Media.json"},
    }


def _direction(message: TextMessage) -> str:
    if message.inbound:
        return "inbound"
    return "outbound-reply" if message.is_reply else "outbound-api"


def recording_json(recording: Recording, carrier: Carrier, clock: Clock) -> Json:
    """A Recording resource; the duration is text."""
    began, ready = clock.at(recording.began_at), clock.at(recording.ready_at)
    is_ready = clock.now() >= recording.ready_at
    uri = f"{_root(carrier)}/Recordings/{recording.sid}"
    return {
        "sid": recording.sid,
        "account_sid": carrier.account_sid,
        "api_version": API_VERSION,
        "call_sid": recording.call_sid,
        "channels": 1,
        "conference_sid": None,
        "date_created": rfc2822(began),
        "date_updated": rfc2822(ready),
        "duration": str(recording.seconds),
        "encryption_details": None,
        "error_code": None,
        "media_url": f"{carrier.api_base}{uri}",
        "price": None,
        "price_unit": "USD",
        "source": "RecordVerb",
        "start_time": rfc2822(began),
        "status": "completed" if is_ready else "processing",
        "uri": f"{uri}.json",
        "subresource_uris": {
            "add_on_results": f"{uri}/AddOnResults.json",
            "transcriptions": f"{uri}/Transcriptions.json",
        },
    }


_NOT_SET_ON_A_NUMBER = (
    "address_sid",
    "beta",
    "bundle_sid",
    "date_created",
    "date_updated",
    "emergency_address_sid",
    "identity_sid",
    "sms_application_sid",
    "sms_fallback_url",
    "trunk_sid",
    "voice_application_sid",
)
"""Fields that only a number really bought and registered at the carrier has something in."""


def number_json(carrier: Carrier) -> Json:
    """The hotline's IncomingPhoneNumber resource: which addresses the carrier has been told to call."""
    sid = "PN" + "0" * 32
    return {
        **dict.fromkeys(_NOT_SET_ON_A_NUMBER),
        "sid": sid,
        "account_sid": carrier.account_sid,
        "friendly_name": carrier.number,
        "phone_number": carrier.number,
        "api_version": API_VERSION,
        "voice_url": carrier.voice_url,
        "voice_method": "POST",
        "voice_fallback_url": carrier.fallback_url or None,
        "voice_fallback_method": "POST",
        "status_callback": carrier.status_callback_url or None,
        "status_callback_method": "POST",
        "sms_url": carrier.sms_url or None,
        "sms_method": "POST",
        "sms_fallback_method": "POST",
        "address_requirements": "none",
        "emergency_address_status": "unregistered",
        "emergency_status": "Inactive",
        "origin": "twilio",
        "status": "in-use",
        "voice_caller_id_lookup": False,
        "voice_receive_mode": "voice",
        "capabilities": {"voice": True, "sms": True, "mms": False, "fax": False},
        "uri": f"{_root(carrier)}/IncomingPhoneNumbers/{sid}.json",
    }


def page_json(name: str, items: list[Json], path: str, filters: dict[str, str], page: int, size: int) -> Json:
    """One page of a list, with the address of the next page if there is one, filters included.

    ``page`` counts from 0; ``filters`` are the parameters that the list was asked for with.
    """
    shown = items[page * size : (page + 1) * size]
    kept = {name: value for name, value in filters.items() if name not in ("Page", "PageSize")}
    base = f"{path}?{urlencode(kept | {'PageSize': str(size)})}&Page="
    return {
        name: shown,
        "end": max(page * size + len(shown) - 1, 0),
        "first_page_uri": f"{base}0",
        "next_page_uri": f"{base}{page + 1}" if len(items) > (page + 1) * size else None,
        "page": page,
        "page_size": size,
        "previous_page_uri": f"{base}{page - 1}" if page else None,
        "start": page * size,
        "uri": f"{base}{page}",
    }


def rfc2822(at: datetime) -> str:
    """A time as the carrier writes it, to the second: ``Mon, 02 Mar 2026 09:00:00 +0000``."""
    return format_datetime(at.replace(microsecond=0))


_GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_DOUBLE = set("^{}\\[~]|€\f")


def segments(body: str) -> int:
    """How many texts a message is sent and paid as (3GPP TS 23.038: 160 or 70 characters)."""
    if set(body) <= _GSM | _GSM_DOUBLE:
        length, alone, joined = len(body) + sum(char in _GSM_DOUBLE for char in body), 160, 153
    else:
        length, alone, joined = len(body.encode("utf-16-be")) // 2, 70, 67
    return 1 if length <= alone else -(-length // joined)


def _root(carrier: Carrier) -> str:
    return f"/{API_VERSION}/Accounts/{carrier.account_sid}"
