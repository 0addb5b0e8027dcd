"""The telephone in a browser: a page with a keypad, and the telephone of a helper beside it.

The page polls small JSON answers; no request waits for the hotline. It uses no cookies, so it is to be
exempt from the app's CSRF protection, and takes posts from its own origin only.
"""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, jsonify, render_template, request
from werkzeug.exceptions import HTTPException

from voice.phone.call import PhoneCall
from voice.phone.carrier import as_dialled, as_written, is_dialable
from voice.phone.listening import SURE
from voice.phone.live import LiveNetwork
from voice.phone.network import dial_in, ringing_calls

T = TypeVar("T", bool, int, str)

LIVE_CALLS = 50
"""Calls at the same time from pages; a demonstration needs few, a flood is refused."""
WORDS_AT_MOST = 200
"""Characters said at one question."""
LANGUAGES = ("de", "en")
_WORDS: dict[str, dict[str, str]] = tomllib.loads(
    Path(__file__).with_name("words.toml").read_text(encoding="utf-8")
)
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_KEYPAD = (
    ("1", ""), ("2", "ABC"), ("3", "DEF"), ("4", "GHI"), ("5", "JKL"), ("6", "MNO"),
    ("7", "PQRS"), ("8", "TUV"), ("9", "WXYZ"), ("*", ""), ("0", "+"), ("#", ""),
)  # fmt: skip


def make_phone_blueprint(network: LiveNetwork) -> Blueprint:
    """The browser telephone at ``/phone/``. Register it only where the simulator is switched on."""
    blueprint = Blueprint(
        "phone", __name__, url_prefix="/phone", template_folder="templates", static_folder="static"
    )
    pages = _Pages(network)
    blueprint.before_request(_only_from_here)
    blueprint.before_request(network.wake)
    blueprint.after_request(_with_policy)
    blueprint.register_error_handler(HTTPException, _told)
    routes: list[tuple[str, str, Callable[..., str | Response]]] = [
        ("GET", "/", pages.page),
        ("POST", "/calls", pages.dial),
        ("GET", "/calls/<sid>", pages.show),
        ("POST", "/calls/<sid>/keys", pages.press),
        ("POST", "/calls/<sid>/words", pages.say),
        ("POST", "/calls/<sid>/heard", pages.heard),
        ("POST", "/calls/<sid>/hang-up", pages.hang_up),
        ("POST", "/calls/<sid>/answer", pages.answer),
        ("POST", "/line", pages.line),
        ("POST", "/line/text", pages.text),
    ]
    for method, path, view in routes:
        blueprint.add_url_rule(path, view.__name__, view, methods=[method])
    return blueprint


def _only_from_here() -> None:
    """Refuse posts that another site's page sent: a browser always tells where a post comes from."""
    if request.method != "POST":
        return
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None and site != "same-origin":
        abort(403)
    if origin is not None and urlsplit(origin).netloc != request.host:
        abort(403)
    if not request.is_json:
        abort(415)


def _with_policy(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    if request.endpoint != "phone.static":
        response.headers["Cache-Control"] = "no-store"
    return response


def _told(fault: HTTPException) -> tuple[Response, int]:
    return jsonify({"error": fault.description}), fault.code or 500


class _Pages:
    def __init__(self, network: LiveNetwork) -> None:
        self.network = network
        self.exchange = network.exchange
        self.carrier = network.exchange.carrier

    def page(self) -> str:
        language = request.args.get("lang", "")
        language = language if language in LANGUAGES else LANGUAGES[0]
        return render_template(
            "phone/phone.html",
            words=_WORDS[language],
            language=language,
            other="en" if language == "de" else "de",
            hotline=as_written(self.carrier.number),
            keypad=_KEYPAD,
        )

    # The caller's telephone.

    def dial(self) -> Response:
        live = [call for call in self._calls() if not call.ended]
        if len(live) >= LIVE_CALLS:
            abort(429, "busy")
        number = "anonymous" if _given("withheld", bool) else self._number("from")
        call = dial_in(self.exchange, number, paced_by_listener=_given("aloud", bool))
        self.network.keep(call)
        return jsonify({"call": call.sid})

    def show(self, sid: str) -> Response:
        call = self._call(sid)
        self.network.keep(call)
        since = max(0, request.args.get("since", 0, int))
        return jsonify(_state(call, since))

    def press(self, sid: str) -> Response:
        keys = _given("keys", str)
        if not re.fullmatch(r"[0-9*#]{1,40}", keys):
            abort(400, "keys")
        for key in keys:
            self.exchange.press(self._call(sid), key)
        return jsonify({})

    def say(self, sid: str) -> Response:
        words = _given("words", str).strip()
        if not 0 < len(words) <= WORDS_AT_MOST:
            abort(400, "words")
        self.exchange.speak(self._call(sid), words, SURE)
        return jsonify({})

    def heard(self, sid: str) -> Response:
        self.exchange.heard(self._call(sid), _given("prompt", int))
        return jsonify({})

    def hang_up(self, sid: str) -> Response:
        self.exchange.hang_up(self._call(sid))
        return jsonify({})

    # The telephone of a helper.

    def answer(self, sid: str) -> Response:
        call = self._call(sid)
        with self.exchange.lock:
            call.paced_by_listener = _given("aloud", bool)
        self.network.keep(call)
        self.exchange.pick_up(call, accepted=_given("accepted", bool))
        return jsonify({})

    def line(self) -> Response:
        number = self._number("number")
        texts = [
            {"id": text.sid, "body": text.body, "from": text.from_}
            for text in self.network.texts.to_number(number)
        ]
        ringing = [{"call": call.sid, "from": call.from_} for call in ringing_calls(self.exchange, number)]
        return jsonify({"number": number, "texts": texts, "ringing": ringing})

    def text(self) -> Response:
        body = _given("body", str).strip()
        if not body:
            abort(400, "empty")
        self.network.texts.receive(self._number("number"), body)
        return jsonify({})

    def _number(self, name: str) -> str:
        number = as_dialled(_given(name, str), self.carrier.country)
        if not is_dialable(number):
            abort(400, "number")
        return number

    def _call(self, sid: str) -> PhoneCall:
        call = self.exchange.calls.get(sid)
        if call is None:
            abort(404, "call")
        return call

    def _calls(self) -> list[PhoneCall]:
        with self.exchange.lock:
            return list(self.exchange.calls.values())


def _given(name: str, kind: type[T]) -> T:
    """One field of the posted JSON object, left out it is the type's empty value; 400 for a wrong type."""
    body = request.get_json()
    value = body.get(name, kind()) if isinstance(body, dict) else None
    if not isinstance(value, kind):
        abort(400, name)
    return value


def _state(call: PhoneCall, since: int) -> dict[str, object]:
    entries = [
        {
            "n": entry.number,
            "at": round(entry.at, 1),
            "kind": entry.kind,
            "text": entry.text,
            "lang": entry.language,
        }
        for entry in call.log[since:]
    ]
    return {
        "entries": entries,
        "status": call.status,
        "ended": call.ended,
        "hearing": call.hearing,
        "gathering": call.gathering,
        "recognising": call.recognising,
        "seconds": round(call.age(), 1),
    }
