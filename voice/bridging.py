"""Calls from the desk: what the operator hears on her own telephone, and what the carrier tells of both.

Each webhook is one short transaction on the bridge's locked row. It may come twice, late or out of order: the
bridge moves along its life cycle only. The citizen hears nothing of ours: what picks up there, a person or a
machine, is the operator's to hear.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from intake import bridges
from intake.bridge_models import Bridge
from intake.kinds import CallbackKind
from intake.lifecycle import BridgeStatus
from intake.models import Callback, Request, Staff
from intake.profile import Profile
from intake.services import Services
from voice.calls import CONNECTION_CODES, TERMINAL, log_failure
from voice.prompts import Prompts
from voice.state import Reply, Saying
from voice.twiml import Connection, render, render_connection, render_key_question
from voice.webhooks import call_sid, error_code, keys_of, markup, whole_number

#: The key by which the operator has the citizen rung.
_CONNECT_KEY = "1"

#: Where her key is sent, and where the citizen's call is told of: each of its steps, and its end.
_KEY, _OVER = "key", "over"
KEY_PATH = f"/voice/bridge/{{}}/{_KEY}"
CITIZEN_PATH = "/voice/bridge/{}/citizen"
OVER_PATH = f"/voice/bridge/{{}}/{_OVER}"

#: How the citizen's call ended, in the carrier's words and in ours.
_ENDS = {
    "completed": BridgeStatus.ENDED,
    "answered": BridgeStatus.ENDED,
    "busy": BridgeStatus.BUSY,
    "no-answer": BridgeStatus.NO_ANSWER,
    "failed": BridgeStatus.FAILED,
    "canceled": BridgeStatus.CANCELLED,
}

#: What the operator hears when the citizen was not reached; after a talk, nothing.
_LAST_WORDS = {
    BridgeStatus.BUSY: "ring_busy",
    BridgeStatus.NO_ANSWER: "ring_no_answer",
    BridgeStatus.FAILED: "ring_failed",
}


@dataclass(frozen=True)
class _Question:
    """Words after which a key is waited for, and where it is sent."""

    says: tuple[Saying, ...]
    action: str


_Told = Reply | _Question | Connection
_Act = Callable[[Session, Bridge, datetime], _Told]


class Bridging:
    """Answers the carrier about calls from the desk. What gives markup gives it whatever happens."""

    def __init__(self, services: Services, prompts: Prompts) -> None:
        self._services = services
        self._profile = services.profile
        self._prompts = prompts

    def whisper(self, bridge_id: int, sid: str) -> str:
        """The operator's telephone was picked up: what the call is about, and which key connects."""

        def act(session: Session, bridge: Bridge, now: datetime) -> _Told:
            return self._ask(session, bridge, sid, now)

        return self._speak(bridge_id, sid, act)

    def key(self, bridge_id: int, sid: str, keys: str) -> str:
        """The operator pressed a key: the right one has the citizen rung."""

        def act(session: Session, bridge: Bridge, now: datetime) -> _Told:
            if keys != _CONNECT_KEY:
                bridges.operator_gone(session, bridge, sid, now, bridges.DECLINED)
                return _last(self._language(session, bridge))
            return self._connect(session, bridge, sid, now)

        return self._speak(bridge_id, sid, act)

    def over(self, bridge_id: int, sid: str, dial_status: str, seconds: int | None, hung_up: bool) -> str:
        """The citizen's call is over; ``hung_up``: because the operator did."""

        def act(session: Session, bridge: Bridge, now: datetime) -> _Told:
            how = _ENDS.get(dial_status, BridgeStatus.FAILED)
            if hung_up and how is not BridgeStatus.ENDED:
                bridges.operator_gone(session, bridge, sid, now)
            else:
                bridges.citizen_gone(bridge, now, how, seconds)
            return self._last_words(session, bridge)

        return self._speak(bridge_id, sid, act)

    def fallback(self, bridge_id: int, sid: str, asked: str, code: int) -> str:
        """The carrier got no usable answer; ``asked`` is the end of the address where it had asked.

        Where only the words were lost on the way, they are said again: whom her key had rung is rung, else
        the key is asked for once more. Words that cannot be used are not: the failure is told.
        """

        def act(session: Session, bridge: Bridge, now: datetime) -> _Told:
            lost = code in CONNECTION_CODES
            if lost and asked == _KEY and bridge.status is BridgeStatus.CITIZEN_RINGING:
                return self._connect(session, bridge, sid, now)
            if lost and asked != _OVER:
                return self._ask(session, bridge, sid, now)
            if not lost:
                bridges.citizen_gone(bridge, now, BridgeStatus.FAILED)
            if bridge.status is BridgeStatus.OPERATOR_THERE:
                return _last(self._language(session, bridge), "ring_failed")
            return self._last_words(session, bridge)

        return self._speak(bridge_id, sid, act)

    def report_operator(self, bridge_id: int, sid: str, status: str) -> None:
        """The carrier says where the operator's call stands. Raises what the database raises."""
        with self._services.db.write() as session:
            bridge = bridges.find(session, bridge_id)
            if bridge is None:
                return
            now = self._services.clock()
            if status == "ringing":
                bridges.operator_rings(bridge, sid, now)
            elif status in TERMINAL:
                bridges.operator_gone(session, bridge, sid, now, "" if status == "completed" else status)

    def report_citizen(self, bridge_id: int, sid: str, status: str, seconds: int | None) -> None:
        """The carrier says where the citizen's call stands. Raises what the database raises."""
        with self._services.db.write() as session:
            bridge = bridges.find(session, bridge_id)
            if bridge is None:
                return
            now = self._services.clock()
            if status == "in-progress":
                bridges.citizen_there(bridge, sid, now)
            elif status in TERMINAL:
                bridges.citizen_gone(bridge, now, _ENDS[status], seconds)

    def _speak(self, bridge_id: int, sid: str, act: _Act) -> str:
        """One turn as markup; a failure is told as a call that does not come about."""
        told: _Told = _last(self._profile.languages[0], "ring_failed")
        try:
            with self._services.db.write() as session:
                bridge = bridges.find(session, bridge_id)
                if bridge is not None:
                    told = act(session, bridge, self._services.clock())
        except Exception as error:  # whatever it is, a member of the team is on the line
            log_failure(error, sid)
        if isinstance(told, Connection):
            return render_connection(told)
        if isinstance(told, _Question):
            return render_key_question(told.says, told.action, self._prompts, self._profile)
        return render(told, self._prompts, self._profile)

    def _ask(self, session: Session, bridge: Bridge, sid: str, now: datetime) -> _Told:
        """What the call is about, and the key; or that nobody waits for it any more."""
        language = self._language(session, bridge)
        if not bridges.operator_there(bridge, sid, now):
            return _last(language, "ring_late")
        return _Question(self._about(session, bridge, language), KEY_PATH.format(bridge.id))

    def _connect(self, session: Session, bridge: Bridge, sid: str, now: datetime) -> _Told:
        """Ring the citizen, unless nobody is to be rung any more."""
        number = bridges.accept(session, self._profile, bridge, sid, now)
        if number is None:
            return _last(self._language(session, bridge), "ring_late")
        ours = self._services.settings.carrier_number
        return Connection(number, ours, OVER_PATH.format(bridge.id), CITIZEN_PATH.format(bridge.id))

    def _last_words(self, session: Session, bridge: Bridge) -> Reply:
        last = _LAST_WORDS.get(bridge.status)
        return _last(self._language(session, bridge), *([last] if last else []))

    def _language(self, session: Session, bridge: Bridge) -> str:
        return language_for(session.get_one(Staff, bridge.staff_id).languages, self._profile)

    def _about(self, session: Session, bridge: Bridge, language: str) -> tuple[Saying, ...]:
        """What the call is about, and the key; whom it rings, the desk shows."""
        callback = session.get_one(Callback, bridge.callback_id)
        words = [Saying(f"ring_{callback.kind}", language)]
        category = self._category(session, callback)
        if category is not None:
            words.append(Saying("ring_about", language, {"need": category[language]}))
        return (*words, Saying("ring_accept", language))

    def _category(self, session: Session, callback: Callback) -> dict[str, str] | None:
        """The label of what is needed, as far as it is known."""
        about = session.get(Request, callback.request_id) if callback.request_id else None
        need = about.category if about is not None else None
        if need is None and callback.kind is CallbackKind.INTAKE:
            need = callback.need
        return next((one.label for one in self._profile.categories if one.id == need), None)


def _last(language: str, *keys: str) -> Reply:
    return Reply(says=tuple(Saying(key, language) for key in keys))


def language_for(languages: list[str], district: Profile) -> str:
    """The language in which an account hears our words: the district's first if it is hers, else her own."""
    first = district.languages[0]
    if first in languages:
        return first
    return next((code for code in languages if code in district.languages), first)


def make_blueprint(bridging: Bridging) -> Blueprint:
    """The routes below ``/voice/bridge``, behind the app's signature check."""
    pages = Blueprint("bridge", __name__, url_prefix="/voice/bridge/<int:bridge_id>")

    @pages.post("/whisper")
    def whisper(bridge_id: int) -> Response:
        return markup(bridging.whisper(bridge_id, call_sid()))

    @pages.post("/key")
    def key(bridge_id: int) -> Response:
        return markup(bridging.key(bridge_id, call_sid(), keys_of(request.form)))

    @pages.post("/over")
    def over(bridge_id: int) -> Response:
        dial_status = request.form.get("DialCallStatus", "")
        hung_up = request.form.get("CallStatus") in TERMINAL
        seconds = whole_number("DialCallDuration")
        return markup(bridging.over(bridge_id, call_sid(), dial_status, seconds, hung_up))

    @pages.post("/fallback")
    def fallback(bridge_id: int) -> Response:
        asked = request.form.get("ErrorUrl", "").rpartition("/")[2]
        return markup(bridging.fallback(bridge_id, call_sid(), asked, error_code()))

    @pages.post("/status")
    def status(bridge_id: int) -> Response:
        bridging.report_operator(bridge_id, call_sid(), request.form.get("CallStatus", ""))
        return Response(status=204)

    @pages.post("/citizen")
    def citizen(bridge_id: int) -> Response:
        status, seconds = request.form.get("CallStatus", ""), whole_number("CallDuration")
        bridging.report_citizen(bridge_id, call_sid(), status, seconds)
        return Response(status=204)

    return pages
