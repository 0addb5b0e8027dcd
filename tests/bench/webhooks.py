"""The carrier's webhooks of whole calls, signed beforehand, so that a client only has to send them."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

from twilio.request_validator import RequestValidator

from intake.settings import Settings
from tests.bench.client import Conversation, Turn
from voice.phone.call import Direction, PhoneCall
from voice.phone.carrier import Carrier
from voice.phone.clock import VirtualClock

#: The commonest call: help, shopping, the number is right, Wolfhagen, the place is right, in the morning.
KEYS = ("1", "1", "1", "34466", "1", "1")

#: What a question and a call's end look like in the markup. An apology is an end, too early for most turns.
_QUESTION, _END = b"<Gather", b"<Hangup"

#: What every answer looks like; for servers that answer the same whatever is asked.
ANY = b"<Response>"


class Webhooks:
    """Makes the webhooks of call after call. ``start`` numbers the first one: no two calls are alike."""

    def __init__(self, settings: Settings, start: int = 0, any_answer: bool = False) -> None:
        self._base, self._host = settings.public_base_url, urlsplit(settings.public_base_url).netloc
        self._validator = RequestValidator(settings.auth_token)
        carrier = Carrier(settings.account_sid, settings.auth_token, settings.carrier_number, voice_url="")
        call = PhoneCall(carrier, VirtualClock(), number_of(start), carrier.number, Direction.INBOUND)
        call.status = "in-progress"
        self._fields = call.parameters()
        self._any = any_answer
        self._next = start

    def calls(self, count: int) -> list[Conversation]:
        """The next so many calls, each with all its turns."""
        return [self._call() for _ in range(count)]

    def endless(self, count: int) -> Iterator[Conversation]:
        """The same ``count`` calls again and again: only for servers that remember nothing."""
        few = self.calls(count)
        while True:
            yield from few

    def _call(self) -> Conversation:
        number, self._next = self._next, self._next + 1
        fields = self._call_fields(number)
        turns = [self._turn("/voice/answer", fields, _QUESTION, "begin")]
        for place, keys in enumerate(KEYS, start=1):
            is_last = place == len(KEYS)
            asked = {**fields, "Digits": keys, "FinishedOnKey": "", "msg": "Gather End"}
            holds, group = (_END, "file") if is_last else (_QUESTION, "answer")
            turns.append(self._turn(f"/voice/turn/{place}", asked, holds, group))
        return turns

    def with_reports(self, count: int) -> list[Conversation]:
        """The next so many calls, each with the carrier's report of its end after its turns."""
        calls: list[Conversation] = []
        for _ in range(count):
            fields = self._call_fields(self._next)
            over = fields | {"CallStatus": "completed", "CallDuration": "90", "SequenceNumber": "0"}
            calls.append([*self._call(), self._turn("/voice/status", over, b"", "report")])
        return calls

    def _call_fields(self, number: int) -> dict[str, str]:
        fields = self._fields | {"CallSid": sid_of(number)}
        return fields | dict.fromkeys(("From", "Caller"), number_of(number))

    def _turn(self, path: str, fields: dict[str, str], holds: bytes, group: str) -> Turn:
        signature = self._validator.compute_signature(self._base + path, fields)
        body = urlencode(fields)
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {self._host}\r\nUser-Agent: TwilioProxy/1.1\r\nAccept: */*\r\n"
            f"X-Twilio-Signature: {signature}\r\n"
            "Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return Turn((head + body).encode(), ANY if self._any else holds, group)


def sid_of(number: int) -> str:
    """The identifier of a call in the carrier's form."""
    return f"CA{number:032x}"


def number_of(number: int) -> str:
    """A landline of its own for each call, so that none is one call too many or adds to another's request."""
    return f"+49561{20_000_000 + number}"
