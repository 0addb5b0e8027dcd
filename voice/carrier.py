"""The carrier's REST side: calls and texts that we begin, and asking what became of them.

The carrier knows no idempotency key. So a request is never repeated here: what was surely not done is told
apart from what may have been done, and the latter is looked up with ``find_call`` and ``find_text``.
Numbers stand in the carrier's own error texts and log lines, so neither is passed on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NoReturn
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.exceptions import ConnectionError as ConnectionFailed
from requests.exceptions import ConnectTimeout, ProxyError, RequestException, SSLError
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import MaxRetryError, NewConnectionError

from intake.settings import Settings

#: Seconds for each answer of the carrier. The library's own default is to wait for ever.
TIMEOUT = 10.0

#: How many of the latest calls or texts to one number are looked through.
_LOOK_BACK = 20

#: The carrier's clock gives whole seconds and may differ from ours a little.
_CLOCK_SKEW = timedelta(seconds=5)

#: Refusals of a rate: the request was not carried out and may be repeated later.
_RATE_CODES = frozenset({20429, 14107, 30001})

#: Not to be deleted before the carrier has finished with it: a minute after its end, rarely days.
_UNFINISHED_CODE = 20009

#: The statuses of a refusal that mean the request itself is wrong, so that repeating it is of no use.
_WRONG_REQUEST = frozenset({400, 404, 422})

#: Refusals to end a call that is none any more: unknown, or over already.
_OVER_CODES = frozenset({20404, 21220})

#: The status of "there is no such thing".
_GONE = 404

_CALL_EVENTS = ["initiated", "ringing", "answered", "completed"]

#: The carrier's words for a text that came in, and for what a document of ours answered to it; and how soon
#: that has gone out.
_INBOUND, _REPLY = "inbound", "outbound-reply"
_REPLIED_WITHIN = timedelta(minutes=5)

#: The carrier's word for calls that we begin, unlike those that a document of ours dials.
_BY_US = "outbound-api"

#: Seconds that a telephone rings for a call of ours; most voicemails take over before that.
RING_SECONDS = 30


class CarrierError(Exception):
    """The carrier did not do what was asked."""


class CarrierRefused(CarrierError):
    """The carrier said no, and surely did nothing. ``permanent``: asking again is of no use."""

    def __init__(self, code: int, permanent: bool) -> None:
        super().__init__(f"the carrier refused with code {code}")
        self.code, self.permanent = code, permanent


class CarrierUnreachable(CarrierError):
    """No usable answer came. ``answer_lost``: the carrier may have done it all the same."""

    def __init__(self, answer_lost: bool) -> None:
        super().__init__("the carrier's answer was lost" if answer_lost else "the carrier was not reached")
        self.answer_lost = answer_lost


@dataclass(frozen=True)
class Asked:
    """An address that the carrier asks, "" if it was told none, and by which method."""

    url: str
    method: str


@dataclass(frozen=True)
class NumberSettings:
    """What the carrier does with the hotline's number. ``elsewhere``: something else of its own takes calls
    or texts, an application say, and the addresses are not heeded.
    """

    voice: Asked
    fallback: Asked
    status: Asked
    texts: Asked
    elsewhere: bool


class Carrier:
    """Calls and texts through the carrier, from the hotline's own number. Blocks: not for use in a turn."""

    def __init__(self, settings: Settings) -> None:
        self._number = settings.carrier_number
        self._account = (settings.account_sid, settings.auth_token)
        self._recordings = f"{settings.api_base}/2010-04-01/Accounts/{settings.account_sid}/Recordings"
        http = _Http(settings.api_base)
        self._client = Client(settings.account_sid, settings.auth_token, http_client=http)

    def number_settings(self) -> NumberSettings | None:
        """How the hotline's number is set up; None if it is not the account's. Raises ``CarrierError``."""
        try:
            found = self._client.incoming_phone_numbers.list(phone_number=self._number, limit=1)
        except (TwilioException, RequestException) as error:
            _raise_ours(error)
        if not found:
            return None
        number = found[0]
        return NumberSettings(
            Asked(number.voice_url or "", number.voice_method or ""),
            Asked(number.voice_fallback_url or "", number.voice_fallback_method or ""),
            Asked(number.status_callback or "", number.status_callback_method or ""),
            Asked(number.sms_url or "", number.sms_method or ""),
            bool(number.voice_application_sid or number.sms_application_sid or number.trunk_sid),
        )

    def send_text(self, to: str, body: str, status_callback: str) -> str:
        """Send a text to an E.164 number; its sid. Raises ``CarrierError``."""
        try:
            message = self._client.messages.create(
                to=to, from_=self._number, body=body, status_callback=status_callback
            )
        except (TwilioException, RequestException) as error:
            _raise_ours(error)
        return str(message.sid)

    def place_call(
        self, to: str, url: str, status_callback: str, detect_machine: bool = False, fallback: str = ""
    ) -> str:
        """Have the carrier ring an E.164 number and fetch its words at ``url``; the sid.

        ``detect_machine``: whether a machine has answered is found out first, and told with the request for
        the words. ``fallback`` is asked instead wherever no words come. Raises ``CarrierError``.
        """
        more = {"machine_detection": "Enable"} if detect_machine else {}
        if fallback:
            more |= {"fallback_url": fallback, "fallback_method": "POST"}
        try:
            call = self._client.calls.create(
                to=to,
                from_=self._number,
                url=url,
                method="POST",
                timeout=RING_SECONDS,
                status_callback=status_callback,
                status_callback_method="POST",
                status_callback_event=_CALL_EVENTS,
                **more,
            )
        except (TwilioException, RequestException) as error:
            _raise_ours(error)
        return str(call.sid)

    def end_call(self, sid: str) -> None:
        """End a call, and with it what it dialled; one that is over stays so. Raises ``CarrierError``."""
        try:
            self._client.calls(sid).update(status="completed")
        except TwilioRestException as error:
            if error.code not in _OVER_CODES:
                _raise_ours(error)
        except (TwilioException, RequestException) as error:
            _raise_ours(error)

    def call_status(self, sid: str) -> str:
        """The carrier's word for where a call stands, such as ``completed``. Raises ``CarrierError``."""
        try:
            return str(self._client.calls(sid).fetch().status)
        except (TwilioException, RequestException) as error:
            _raise_ours(error)

    def find_call(self, to: str, since: datetime) -> str | None:
        """The sid of the latest call to that number begun since then, after an answer was lost; or None.

        A caller who is put through to that number makes a call to it as well, which is none of those.
        """
        try:
            calls = self._client.calls.list(to=to, from_=self._number, limit=_LOOK_BACK)
        except (TwilioException, RequestException) as error:
            _raise_ours(error)
        ours = (call for call in calls if call.direction == _BY_US)
        return next((str(call.sid) for call in ours if _is_since(call.date_created, since)), None)

    def find_text(self, to: str, body: str, since: datetime) -> str | None:
        """The sid of that text to that number sent since then, after an answer was lost; or None."""
        try:
            texts = self._client.messages.list(to=to, from_=self._number, limit=_LOOK_BACK)
        except (TwilioException, RequestException) as error:
            _raise_ours(error)
        same = (text for text in texts if text.body == body and _is_since(text.date_created, since))
        return next((str(text.sid) for text in same), None)

    def fetch_recording(self, sid: str) -> bytes:
        """The sound of a recording (WAV). Raises ``CarrierError``; refused also while it is not ready yet."""
        try:
            answer = requests.get(f"{self._recordings}/{sid}.wav", auth=self._account, timeout=TIMEOUT)
        except RequestException as error:
            _raise_ours(error)
        if answer.status_code >= 500:
            raise CarrierUnreachable(answer_lost=False)
        if answer.status_code != 200:
            raise CarrierRefused(answer.status_code, permanent=False)
        return answer.content

    def delete_recording(self, sid: str) -> None:
        """Have the carrier delete a recording; one that is gone already is well. Raises ``CarrierError``."""
        try:
            self._client.recordings(sid).delete()
        except (TwilioException, RequestException) as error:
            _unless_gone(error)

    def delete_call(self, sid: str) -> None:
        """Have the carrier delete its record of a call, and of the calls that were dialled from it.

        Those that are gone already are well. Raises ``CarrierError``; refused, but not for good, for a call
        that the carrier has not finished with.
        """
        try:
            for dialled in self._client.calls.list(parent_call_sid=sid, limit=_LOOK_BACK):
                dialled.delete()
            self._client.calls(sid).delete()
        except (TwilioException, RequestException) as error:
            _unless_gone(error)

    def delete_text(self, sid: str) -> None:
        """Have the carrier delete a text, its words and numbers, and what was answered to one that came in.

        See ``delete_call``.
        """
        try:
            text = self._client.messages(sid).fetch()
            for reply in self._replies_to(text):
                reply.delete()
            text.delete()
        except (TwilioException, RequestException) as error:
            _unless_gone(error)

    def _replies_to(self, text: Any) -> list[Any]:
        """What the hotline answered to a text at once: nobody told us by which name the carrier has it."""
        if text.direction != _INBOUND:
            return []
        then = text.date_created
        sent = {"date_sent_after": then - _CLOCK_SKEW, "date_sent_before": then + _REPLIED_WITHIN}
        found = self._client.messages.list(to=text.from_, from_=text.to, limit=_LOOK_BACK, **sent)
        return [each for each in found if each.direction == _REPLY]


class _Http(TwilioHttpClient):  # type: ignore[misc]  # the library ships no types
    """The library's HTTP, sent to the configured base instead of the carrier's own, with a time-out."""

    def __init__(self, api_base: str) -> None:
        super().__init__(timeout=TIMEOUT)
        self._base = urlsplit(api_base)

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        """Send the request to the same path below the configured base."""
        asked = urlsplit(url)
        path = self._base.path.rstrip("/") + asked.path
        there = urlunsplit((self._base.scheme, self._base.netloc, path, asked.query, ""))
        return super().request(method, there, *args, **kwargs)

    def log_request(self, kwargs: dict[str, Any]) -> None:
        """Log nothing: the parameters hold telephone numbers."""

    def log_response(self, status_code: int, response: Any) -> None:
        """Log nothing: the answer repeats the numbers."""


def _unless_gone(error: TwilioException | RequestException) -> None:
    """Let pass that there is nothing to delete any more; else raise one of our errors."""
    if not (isinstance(error, TwilioRestException) and error.status == _GONE):
        _raise_ours(error)


def _raise_ours(error: TwilioException | RequestException) -> NoReturn:
    """The library's error as one of ours, without its text."""
    status, code = _refusal(error)
    if 0 < status < 500:
        permanent = status in _WRONG_REQUEST and code not in (*_RATE_CODES, _UNFINISHED_CODE)
        raise CarrierRefused(code, permanent) from None
    raise CarrierUnreachable(answer_lost=not _was_never_sent(error)) from None


def _refusal(error: TwilioException | RequestException) -> tuple[int, int]:
    """The status and the code of the carrier's answer; 0 where there was none."""
    if isinstance(error, TwilioRestException):
        return error.status, error.code or error.status
    # the library gives the bare answer, without a code, where a list was refused
    answer = error.args[1] if len(error.args) > 1 else None
    status = answer.status_code if isinstance(answer, Response) else 0
    return status, status


def _was_never_sent(error: Exception) -> bool:
    """Whether the request surely did not reach the carrier: no connection stood to send it on."""
    if isinstance(error, ConnectTimeout | ProxyError | SSLError):
        return True
    if not isinstance(error, ConnectionFailed) or not error.args:
        return False
    cause = error.args[0]
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)


def _is_since(created: datetime | None, since: datetime) -> bool:
    return created is not None and created >= since - _CLOCK_SKEW
