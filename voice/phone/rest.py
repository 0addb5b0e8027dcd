"""The carrier's REST side: outgoing calls, texts, recordings, in the shapes that its SDK reads."""

import hmac
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from flask import Blueprint, Response, jsonify, request

from voice.phone.call import PhoneCall, Reporting
from voice.phone.carrier import API_VERSION, Recording, Texts, is_dialable
from voice.phone.http import WebRequest
from voice.phone.lodging import RECORDING_PATH
from voice.phone.network import Network, Order, TextMessage, end_call, place_call, redirect_call
from voice.phone.rest_shapes import Json, call_json, message_json, number_json, page_json, recording_json
from voice.phone.script import Detection
from voice.phone.sounds import tone
from voice.phone.twiml_reader import Document, UnreadableTwimlError, read_document
from voice.phone.twiml_rules import is_url

TWIML_LIMIT = 4000
"""Characters of ``Twiml=`` in a request."""
TEXT_LIMIT = 1600
SOUND, LODGED = "play_recording", "take_recording"
"""The two views that are no resources of the carrier's contract: the sound itself, and where a telephone
in another process hands over what it recorded."""
ENDS_OF_A_TEXT = frozenset({"delivered", "undelivered", "failed", "received"})
Reply = tuple[Response, int]
Deleted = Reply
"""Of what was deleted there is no body."""


class RestError(Exception):
    """A refusal with the carrier's error code and HTTP status."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


def make_rest_blueprint(network: Network) -> Blueprint:
    """The REST side of a simulated network, to be registered at the root of an app's addresses.

    It checks the account's own credentials on every request and uses no cookies, so it is to be exempt
    from the app's CSRF protection.
    """
    blueprint = Blueprint("carrier_rest", __name__, url_prefix=f"/{API_VERSION}/Accounts")
    side = _RestSide(network)
    blueprint.url_value_preprocessor(side.take_account)
    blueprint.before_request(network.wake)
    blueprint.register_error_handler(RestError, _error)
    routes: list[tuple[str, str, Callable[..., Reply]]] = [
        ("POST", "Calls", side.create_call),
        ("GET", "Calls", side.list_calls),
        ("GET", "Calls/<sid>", side.show_call),
        ("POST", "Calls/<sid>", side.update_call),
        ("DELETE", "Calls/<sid>", side.delete_call),
        ("POST", "Messages", side.create_message),
        ("GET", "Messages", side.list_messages),
        ("GET", "Messages/<sid>", side.show_message),
        ("DELETE", "Messages/<sid>", side.delete_message),
        ("GET", "Recordings/<sid>", side.show_recording),
        ("DELETE", "Recordings/<sid>", side.delete_recording),
        ("GET", "IncomingPhoneNumbers", side.list_numbers),
    ]
    for method, path, view in routes:
        blueprint.add_url_rule(f"/<account>/{path}.json", view.__name__, view, methods=[method])
    sound = f"/<account>/{RECORDING_PATH}"
    blueprint.add_url_rule(sound, SOUND, side.play_recording)
    blueprint.add_url_rule(sound, LODGED, side.take_recording, methods=["PUT"])
    return blueprint


def _error(fault: RestError) -> Reply:
    body = {
        "code": fault.code,
        "message": fault.message,
        "more_info": f"https://www.twilio.com/docs/errors/{fault.code}",
        "status": fault.status,
    }
    return jsonify(body), fault.status


class _RestSide:
    def __init__(self, network: Network) -> None:
        self.network = network
        self.exchange = network.exchange
        self.carrier = network.exchange.carrier

    def take_account(self, _endpoint: str | None, values: dict[str, str] | None) -> None:
        """Check the account in the address and the credentials; views need neither."""
        given = request.authorization
        name, password = (given.username or "", given.password or "") if given is not None else ("", "")
        if not (_same(name, self.carrier.account_sid) and _same(password, self.carrier.auth_token)):
            raise RestError(20003, "Authenticate", 401)
        if values is None or values.pop("account", "") != self.carrier.account_sid:
            raise _not_found(request.path)

    # Calls.

    def create_call(self) -> Reply:
        form = request.form
        to, from_ = form.get("To", ""), form.get("From", "")
        if not to:
            raise RestError(21201, "No 'To' number is specified")
        if not from_:
            raise RestError(21213, "No 'From' number is specified")
        self._check_destination(to)
        if from_ != self.carrier.number:
            raise RestError(21210, f"The source phone number provided, {from_}, is not yet verified")
        order = Order(
            to=to,
            from_=from_,
            first=_first_document(form),
            reporting=Reporting(
                url=form.get("StatusCallback", ""),
                method=form.get("StatusCallbackMethod", "POST"),
                events=frozenset(form.getlist("StatusCallbackEvent") or ["completed"]),
            ),
            timeout=form.get("Timeout", 60.0, float),
            detection=Detection(
                mode=form.get("MachineDetection", ""),
                asynchronous=form.get("AsyncAmd") == "true",
                callback_url=form.get("AsyncAmdStatusCallback", ""),
            ),
            fallback_url=form.get("FallbackUrl", ""),
        )
        return jsonify(call_json(place_call(self.exchange, order))), 201

    def list_calls(self) -> Reply:
        args = request.args
        found = [call for call in self._calls() if _matches(call, args)]
        shapes = [call_json(call) for call in reversed(found)]
        return self._page("calls", shapes)

    def show_call(self, sid: str) -> Reply:
        return jsonify(call_json(self._call(sid))), 200

    def update_call(self, sid: str) -> Reply:
        call = self._call(sid)
        status = request.form.get("Status", "")
        if call.ended:
            raise RestError(21220, "Call is not in-progress. Cannot redirect.")
        if status in ("completed", "canceled"):
            end_call(self.exchange, call)
        elif status:
            raise RestError(21218, f"Invalid Status {status}")
        else:
            redirect_call(self.exchange, call, _first_document(request.form))
        return jsonify(call_json(call)), 200

    def delete_call(self, sid: str) -> Deleted:
        if not self._call(sid).ended:
            raise _unfinished()
        with self.exchange.lock:
            self.exchange.calls.pop(sid, None)
        return Response(), 204

    def _calls(self) -> list[PhoneCall]:
        with self.exchange.lock:
            return list(self.exchange.calls.values())

    def _call(self, sid: str) -> PhoneCall:
        call = self.exchange.calls.get(sid)
        if call is None:
            raise _not_found(request.path)
        return call

    def _check_destination(self, number: str) -> None:
        if not is_dialable(number):
            raise RestError(21211, f"Invalid 'To' Phone Number: {number}")

    # Texts.

    def create_message(self) -> Reply:
        form = request.form
        to, from_, body = form.get("To", ""), form.get("From", ""), form.get("Body", "")
        if not to:
            raise RestError(21604, "A 'To' phone number is required.")
        if not from_:
            raise RestError(21603, "A 'From' phone number is required.")
        if not body:
            raise RestError(21602, "Message body is required.")
        if len(body) > TEXT_LIMIT:
            raise RestError(21617, f"The concatenated message body exceeds the {TEXT_LIMIT} character limit")
        self._check_destination(to)
        if from_.startswith("+") and from_ != self.carrier.number:
            raise RestError(21606, f"The 'From' phone number {from_} is not a number of this account")
        texts = self.exchange.line(to).texts
        if texts is Texts.LANDLINE:
            raise RestError(21614, f"'To' number is not a valid mobile number: {to}")
        if texts is Texts.OPTED_OUT:
            raise RestError(21610, "Attempt to send to unsubscribed recipient")
        message = self.network.texts.send(from_, to, body, form.get("StatusCallback", ""))
        return jsonify(message_json(message, self.carrier)), 201

    def list_messages(self) -> Reply:
        found = [message for message in self._messages() if _message_matches(message, request.args)]
        shapes = [message_json(message, self.carrier) for message in reversed(found)]
        return self._page("messages", shapes)

    def show_message(self, sid: str) -> Reply:
        return jsonify(message_json(self._message(sid), self.carrier)), 200

    def delete_message(self, sid: str) -> Deleted:
        if self._message(sid).status not in ENDS_OF_A_TEXT:
            raise _unfinished()
        self.network.texts.messages.pop(sid, None)
        return Response(), 204

    def _message(self, sid: str) -> TextMessage:
        message = self.network.texts.messages.get(sid)
        if message is None:
            raise _not_found(request.path)
        return message

    def _messages(self) -> list[TextMessage]:
        return list(self.network.texts.messages.values())

    # The rest.

    def show_recording(self, sid: str) -> Reply:
        recording = self._recording(sid)
        return jsonify(recording_json(recording, self.carrier, self.exchange.clock)), 200

    def play_recording(self, sid: str) -> Response:
        recording = self._recording(sid)
        if self.exchange.clock.now() < recording.ready_at:
            raise _not_found(request.path)
        return Response(tone(recording.seconds), mimetype="audio/x-wav")

    def take_recording(self, sid: str) -> Reply:
        call, seconds = request.form.get("CallSid", ""), request.form.get("Duration", 0, int)
        if not (call and seconds > 0):
            raise RestError(20001, "CallSid and Duration are required")
        now = self.exchange.clock.now()
        self.exchange.keep(Recording(sid, call, seconds, began_at=now - seconds, ready_at=now))
        return self.show_recording(sid)

    def _recording(self, sid: str) -> Recording:
        recording = self.exchange.recordings.get(sid)
        if recording is None:
            raise _not_found(request.path)
        return recording

    def delete_recording(self, sid: str) -> Deleted:
        if self.exchange.recordings.pop(sid, None) is None:
            raise _not_found(request.path)
        return Response(), 204

    def list_numbers(self) -> Reply:
        wanted = request.args.get("PhoneNumber", "")
        shapes = [number_json(self.carrier)] if wanted in ("", self.carrier.number) else []
        return self._page("incoming_phone_numbers", shapes)

    def _page(self, name: str, shapes: list[Json]) -> Reply:
        args = request.args
        page, size = max(0, args.get("Page", 0, int)), min(1000, max(1, args.get("PageSize", 50, int)))
        return jsonify(page_json(name, shapes, request.path, args.to_dict(), page, size)), 200


def _first_document(form: Mapping[str, str]) -> WebRequest | Document:
    """What an outgoing call performs: ``Twiml`` itself (addresses in it absolute), or what ``Url`` gives."""
    twiml, url = form.get("Twiml", ""), form.get("Url", "")
    if twiml:
        if len(twiml) > TWIML_LIMIT:
            raise RestError(21626, f"Twiml must be at most {TWIML_LIMIT} characters")
        try:
            return read_document(twiml.encode(), "")
        except UnreadableTwimlError as fault:
            raise RestError(12100, f"Document parse failure: {fault}") from fault
    if not re.match(r"https?://", url) or not is_url(url):
        raise RestError(21205, f"Url is not a valid URL: {url}")
    return WebRequest(url, {}, form.get("Method", "POST"))


def _matches(call: PhoneCall, args: Mapping[str, str]) -> bool:
    started = None if call.answered_at is None else call.clock.at(call.answered_at)
    parent = call.parent.sid if call.parent is not None else ""
    return (
        args.get("To", call.to) == call.to
        and args.get("From", call.from_) == call.from_
        and args.get("Status", call.status) == call.status
        and args.get("ParentCallSid", parent) == parent
        and _in_time(started or call.clock.at(call.began_at), "StartTime", args)
    )


def _message_matches(message: TextMessage, args: Mapping[str, str]) -> bool:
    return (
        args.get("To", message.to) == message.to
        and args.get("From", message.from_) == message.from_
        and _in_time(message.sent_at or message.created_at, "DateSent", args)
    )


def _in_time(at: datetime, name: str, args: Mapping[str, str]) -> bool:
    """The carrier's three time filters: on that day, before (``<``) and after (``>``), each inclusive."""
    day, before, after = (_parse_time(args.get(name + sign)) for sign in ("", "<", ">"))
    return (
        (day is None or at.date() == day.date())
        and (before is None or at <= before)
        and (after is None or at >= after)
    )


def _parse_time(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError as fault:
        raise RestError(20001, f"Invalid time {text}") from fault
    return parsed if parsed.tzinfo is not None else parsed.replace(tzinfo=UTC)


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())


def _unfinished() -> RestError:
    return RestError(20009, "Cannot delete this resource before it is complete", 409)


def _not_found(path: str) -> RestError:
    return RestError(20404, f"The requested resource {path} was not found", 404)
