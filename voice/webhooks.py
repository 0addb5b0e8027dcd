"""The carrier's webhooks: forms in, markup out. Parameters that nobody knows are ignored."""

from __future__ import annotations

import re
from functools import partial
from urllib.parse import urlsplit

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from voice.calls import TERMINAL, Caller, Calls, EventAt
from voice.events import Digits, HashAlone, Recorded, Silence, Spoken
from voice.messages import Messages

#: The longest number that anybody types, with room for a start over.
_KEYS_AT_MOST = 40

#: Characters of a spoken answer that are read: more is no answer.
_WORDS_AT_MOST = 300

#: The code for a failure whose code is missing: the carrier's own for "could not be reached".
_UNREACHED = "11200"

_NOT_KEYS = re.compile(r"[^0-9*]")
_TURN = re.compile(r"/turn/(\d{1,4})$")
_ANSWER = "/voice/answer"


def make_blueprint(calls: Calls, messages: Messages) -> Blueprint:
    """The routes below ``/voice``."""
    voice = Blueprint("voice", __name__, url_prefix="/voice")

    @voice.post("/answer")
    def answer() -> Response:
        return markup(calls.answer(_caller()))

    @voice.post("/turn/<int:turn>")
    def turn(turn: int) -> Response:
        caller = _caller()
        if "RecordingSid" in request.form:
            messages.recorded(*_recording())
            gone = request.form.get("Digits") == "hangup"
            return markup(calls.left(caller, turn) if gone else calls.turn(caller, turn, Recorded))
        rung = request.form.get("DialCallStatus")
        if rung is None:
            return markup(calls.turn(caller, turn, _answer(request.form)))
        bridged = rung == "completed" and request.form.get("DialBridged") == "true"
        if not bridged and request.form.get("CallStatus") in TERMINAL:
            return markup(calls.left(caller, turn))
        return markup(calls.rung(caller, turn, bridged))

    @voice.post("/whisper/<int:turn>")
    def whisper(turn: int) -> Response:
        return markup(calls.whisper(turn))

    @voice.post("/accept/<int:turn>")
    def accept(turn: int) -> Response:
        parent = request.form["ParentCallSid"][:64]
        return markup(calls.accept(parent, call_sid(), turn, keys_of(request.form)))

    @voice.post("/recorded")
    def recorded() -> Response:
        if request.form.get("RecordingStatus") == "completed":
            messages.ready(*_recording())
        return Response(status=204)

    @voice.post("/fallback")
    def fallback() -> Response:
        failed = _failed_turn(request.form.get("ErrorUrl", ""))
        return markup(calls.fallback(_caller(), failed, error_code()))

    @voice.post("/status")
    def status() -> Response:
        calls.report(
            call_sid(),
            request.form.get("CallStatus", ""),
            whole_number("SequenceNumber"),
            whole_number("CallDuration"),
        )
        return Response(status=204)

    return voice


def markup(text: str) -> Response:
    """Words for the carrier, as it wants to be given them."""
    return Response(text, mimetype="text/xml")


def _caller() -> Caller:
    """Who calls, in the carrier's own words."""
    return Caller(call_sid(), request.form.get("From", ""), request.form.get("ForwardedFrom", ""))


def call_sid() -> str:
    """The call's identifier. A request without one is none of the carrier's: answered with 400."""
    return request.form["CallSid"][:64]


def _answer(form: MultiDict[str, str]) -> EventAt:
    """What came as the answer to a question: keys, words, ``#`` alone, or nothing."""
    keys = keys_of(form)
    if keys:
        return partial(Digits, keys)
    words = form.get("SpeechResult", "")[:_WORDS_AT_MOST]
    if words.strip():
        return partial(Spoken, words, _confidence(form))
    return HashAlone if "#" in (form.get("Digits"), form.get("FinishedOnKey")) else Silence


def _confidence(form: MultiDict[str, str]) -> float:
    """How sure the carrier is of the words, 0 to 1; where it does not say, they are taken."""
    try:
        return float(form.get("Confidence") or 1.0)
    except ValueError:
        return 0.0


def _recording() -> tuple[str, str, int]:
    """The call, its recording, and how many seconds that is."""
    return call_sid(), request.form["RecordingSid"][:64], whole_number("RecordingDuration") or 0


def keys_of(form: MultiDict[str, str]) -> str:
    """The keys that mean something."""
    return _NOT_KEYS.sub("", form.get("Digits", ""))[:_KEYS_AT_MOST]


def _failed_turn(url: str) -> int | None:
    """Which turn the carrier had asked for in vain."""
    path = urlsplit(url).path
    return 0 if path.endswith(_ANSWER) else turn_of(path)


def turn_of(url: str) -> int | None:
    """The turn's number at the end of an address; None if there is none."""
    found = _TURN.search(urlsplit(url).path)
    return int(found[1]) if found else None


def error_code() -> int:
    """The carrier's code for why it asks the fallback."""
    code = request.form.get("ErrorCode", _UNREACHED)
    return int(code) if code.isdecimal() else 0


def whole_number(name: str) -> int | None:
    """A field of the request's form as a number; None if it is missing or none."""
    value = request.form.get(name, "")
    return int(value) if value.isdecimal() else None
