"""What one telephone hears and answers: Say, Play, Pause, Gather and Record, as script parts."""

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import TypeGuard
from urllib.parse import urljoin

from voice.phone.call import Event, HungUpError, Key, PhoneCall, Spoke, Step, TimeUp, Wait
from voice.phone.carrier import API_VERSION, Recording, new_sid
from voice.phone.clock import PLAYED_FILE_SECONDS, speaking_seconds, tone_seconds
from voice.phone.engine import Exchange
from voice.phone.http import WebRequest
from voice.phone.twiml_reader import Document, Verb

LISTENER_GRACE = 30.0
"""A listener that never reports a prompt heard holds the call up no longer than this beyond its length."""
THINKING_SECONDS = 1.5
"""How long a telephone that answers by itself waits before it presses its next key."""
SURE = 0.9
"""How sure the carrier is taken to be of words that were typed on the simulated telephone."""
READY_SECONDS = 2.0
"""From the end of a recording until it can be fetched; the call goes on before that."""
ENDLESS_LOOPS = 1000
"""What the carrier makes of ``loop="0"``."""


@dataclass(frozen=True)
class Sound:
    """One thing heard: what the log shows, in which language, and how long it lasts."""

    text: str
    seconds: float
    language: str = ""
    spoken: bool = True


def sounds_of(verb: Verb, document: Document) -> Iterable[Sound]:
    """What a Say, Play or Pause sounds like, once for each repetition."""
    if verb.name == "Pause":
        yield Sound("", verb.seconds("length", 1), spoken=False)
        return
    for _turn in range(verb.seconds("loop", 1) or ENDLESS_LOOPS):
        if verb.name == "Say":
            yield Sound(verb.text, speaking_seconds(verb.text), verb.attribute("language", "en-US"))
        elif digits := verb.attribute("digits", ""):
            yield Sound(f"[{digits}]", tone_seconds(digits), spoken=False)
        else:
            yield Sound(urljoin(document.url, verb.text), PLAYED_FILE_SECONDS, spoken=False)


Answer = Key | Spoke


def hear(
    exchange: Exchange, call: PhoneCall, sound: Sound, keys_matter: bool
) -> Generator[Step, Event, Answer | None]:
    """Let a sound be heard to its end, or to the first key or recognised words if they matter; gives them."""
    number: int | None = None
    if sound.text:
        number = call.note("said" if sound.spoken else "played", sound.text, sound.language).number
    paced = call.paced_by_listener and sound.spoken
    until = exchange.clock.now() + sound.seconds + (LISTENER_GRACE if paced else 0.0)
    while True:
        event = yield Wait(until, number)
        if isinstance(event, TimeUp):
            return None
        if keys_matter and _is_answer(event, call):
            return event


def _is_answer(event: Event, call: PhoneCall) -> TypeGuard[Answer]:
    return isinstance(event, Key) or (isinstance(event, Spoke) and call.recognising)


def gather(
    exchange: Exchange, call: PhoneCall, verb: Verb, document: Document
) -> Generator[Step, Event, WebRequest | None]:
    """Collect keys, or words where the verb takes them.

    Gives the request to make with them, or None to go on with the next verb.

    One timeout serves the wait for the first key and the waits between keys. It starts when the prompts
    have ended or at the first key, which also silences the prompts.
    """
    call.gathering = True
    call.recognising = "speech" in verb.attribute("input", "dtmf")
    try:
        given = yield from _collect(exchange, call, verb, document)
    finally:
        call.gathering = call.recognising = call.listening = False
    if not (given.get("Digits") or given.get("SpeechResult")) and not verb.is_set("actionOnEmptyResult"):
        return None
    return action_of(verb, document, call.parameters() | given | {"msg": "Gather End"})


def _collect(
    exchange: Exchange, call: PhoneCall, verb: Verb, document: Document
) -> Generator[Step, Event, dict[str, str]]:
    finish = verb.attribute("finishOnKey", "#")
    wanted = verb.seconds("numDigits", 0)
    timeout = verb.seconds("timeout", 5)
    digits = ""
    answer = yield from _prompt(exchange, call, verb, document)
    while True:
        if answer is None:
            answer = yield from _next_answer(exchange, call, timeout)
        if isinstance(answer, Spoke) and not digits:
            return {"SpeechResult": answer.words, "Confidence": str(answer.confidence)}
        if not isinstance(answer, Key):
            return {"Digits": digits, "FinishedOnKey": ""}
        if finish and answer.key == finish:
            return {"Digits": digits, "FinishedOnKey": finish}
        digits, answer = digits + answer.key, None
        if len(digits) == wanted:
            return {"Digits": digits, "FinishedOnKey": ""}


def _prompt(
    exchange: Exchange, call: PhoneCall, verb: Verb, document: Document
) -> Generator[Step, Event, Answer | None]:
    for child in verb.children:
        for sound in sounds_of(child, document):
            answer = yield from hear(exchange, call, sound, keys_matter=True)
            if answer is not None:
                return answer
    return None


def _next_answer(
    exchange: Exchange, call: PhoneCall, timeout: float
) -> Generator[Step, Event, Answer | None]:
    call.listening = True
    deadline = exchange.clock.now() + timeout
    while True:
        automatic = exchange.clock.now() + THINKING_SECONDS if call.own_keys else deadline
        event = yield Wait(min(deadline, automatic))
        if _is_answer(event, call):
            return event
        if isinstance(event, TimeUp):
            if call.own_keys and exchange.clock.now() < deadline:
                call.note("keys", call.own_keys[0])
                return Key(call.own_keys.popleft())
            return None


def record(
    exchange: Exchange, call: PhoneCall, verb: Verb, document: Document
) -> Generator[Step, Event, WebRequest | None]:
    """Record until a finishing key, the maximum length or a hang-up.

    The simulated owner speaks until then. Nothing recorded at all (under a second) makes no request:
    the call goes on with the next verb.
    """
    started = exchange.clock.now()
    call.note("line", "recording")
    call.listening = call.recording = True
    deadline = started + verb.seconds("maxLength", 3600)
    finish = verb.attribute("finishOnKey", "1234567890*#")
    pressed = ""
    try:
        while True:
            event = yield Wait(deadline)
            if isinstance(event, TimeUp):
                break
            if isinstance(event, Key) and event.key in finish:
                pressed = event.key
                break
    except HungUpError:
        request = _recorded(exchange, call, verb, document, started, "hangup")
        if request is not None:
            params = request.params | {"CallStatus": "completed"}
            exchange.tell(WebRequest(request.url, params, request.method), call)
        raise
    finally:
        call.listening = call.recording = False
    return _recorded(exchange, call, verb, document, started, pressed)


def _recorded(
    exchange: Exchange, call: PhoneCall, verb: Verb, document: Document, started: float, digits: str
) -> WebRequest | None:
    seconds = int(exchange.clock.now() - started)
    if seconds == 0:
        return None
    sid = new_sid("RE")
    now = exchange.clock.now()
    exchange.keep(Recording(sid, call.sid, seconds, started, now + READY_SECONDS))
    carrier = call.carrier
    media = f"{carrier.api_base}/{API_VERSION}/Accounts/{carrier.account_sid}/Recordings/{sid}"
    recording = {"RecordingSid": sid, "RecordingUrl": media, "RecordingDuration": str(seconds)}
    if callback := verb.attribute("recordingStatusCallback", ""):
        status = {"RecordingStatus": "completed", "RecordingSource": "RecordVerb", "RecordingChannels": "1"}
        owner = {"AccountSid": carrier.account_sid, "CallSid": call.sid}
        method = verb.attribute("recordingStatusCallbackMethod", "POST")
        ready = WebRequest(urljoin(document.url, callback), owner | recording | status, method)
        exchange.after(READY_SECONDS, lambda: exchange.tell(ready, call))
    return action_of(verb, document, call.parameters() | recording | {"Digits": digits})


def action_of(verb: Verb, document: Document, params: dict[str, str]) -> WebRequest:
    """The request of a verb's ``action``; without one it goes to the document's own address."""
    return WebRequest(
        urljoin(document.url, verb.attribute("action", "")), params, verb.attribute("method", "POST")
    )
