"""The scripts of calls: fetch a document, perform its verbs, go on where they lead; and ``<Dial>``."""

from collections.abc import Generator
from dataclasses import dataclass, field
from urllib.parse import urljoin

from voice.phone.call import (
    CallOverError,
    Direction,
    Event,
    Fetch,
    Fetched,
    HungUpError,
    Key,
    LegChanged,
    PhoneCall,
    PickedUp,
    Reporting,
    Script,
    Step,
    TimeUp,
    Wait,
)
from voice.phone.carrier import Answer, as_dialled
from voice.phone.engine import Exchange
from voice.phone.http import WebFailure, WebRequest, document_of
from voice.phone.listening import Sound, action_of, gather, hear, record, sounds_of
from voice.phone.twiml_reader import Document, Verb

CANNED_ERROR = "We are sorry, an application error has occurred. Goodbye."
"""What the carrier itself says when neither the hotline nor its fallback can be reached."""
SET_UP_SECONDS = 1.0
"""From dialling to the first ring."""
DETECTION_SECONDS = 4.0
"""How long answering-machine detection listens before the call goes on."""

TURN_LIMIT = 300
"""Documents in one call. The carrier has no such limit, but documents that lead to each other without a
pause would stop a virtual clock for good."""

Part = Generator[Step, Event, WebRequest | None]


def _wait(exchange: Exchange, seconds: float) -> Generator[Step, Event, None]:
    until = exchange.clock.now() + seconds
    while not isinstance((yield Wait(until)), TimeUp):
        pass


# Documents.


def run_documents(exchange: Exchange, call: PhoneCall, first: WebRequest | Document) -> Script:
    """Perform documents from the first to the one that leads nowhere."""
    ahead: WebRequest | Document | None = first
    while ahead is not None:
        document = ahead if isinstance(ahead, Document) else (yield from _fetch(exchange, call, ahead))
        call.faults += document.faults
        ahead = yield from _perform(exchange, call, document)


def _fetch(exchange: Exchange, call: PhoneCall, request: WebRequest) -> Generator[Step, Event, Document]:
    """The document at an address, or the fallback's, or the carrier's own apology and the end."""
    call.turns += 1
    if call.turns > TURN_LIMIT:
        call.note("line", "endless loop of documents")
        raise CallOverError("failed")
    outcome = yield from _ask(call, request)
    fallback = call.fallback_url
    if isinstance(outcome, WebFailure) and fallback:
        told = {"ErrorCode": str(outcome.code), "ErrorUrl": outcome.url}
        outcome = yield from _ask(call, WebRequest(fallback, request.params | told))
    if isinstance(outcome, Document):
        return outcome
    _pick_up(exchange, call)
    yield from hear(exchange, call, Sound(CANNED_ERROR, 5.0, "en-US"), keys_matter=False)
    raise CallOverError("failed")


def _ask(call: PhoneCall, request: WebRequest) -> Generator[Step, Event, Document | WebFailure]:
    event = yield Fetch(request)
    if not isinstance(event, Fetched):
        raise TypeError(f"expected an answer, got {event}")
    outcome = event.outcome
    document = outcome if isinstance(outcome, WebFailure) else document_of(outcome)
    if isinstance(document, WebFailure):
        call.failures.append(document)
        call.note("line", f"error {document.code}: {document.detail}")
    return document


def _perform(exchange: Exchange, call: PhoneCall, document: Document) -> Part:
    """Perform a document's verbs; gives the request that one of them leads to, None at the end."""
    for verb in document.verbs:
        if verb.name == "Reject" and call.answered_at is None:
            raise CallOverError("busy" if verb.attribute("reason", "rejected") == "busy" else "no-answer")
        _pick_up(exchange, call)
        if verb.name in ("Hangup", "Reject"):
            raise CallOverError
        if verb.name == "Redirect":
            url = urljoin(document.url, verb.text)
            return WebRequest(url, call.parameters(), verb.attribute("method", "POST"))
        ahead = yield from _perform_one(exchange, call, verb, document)
        if ahead is not None:
            return ahead
    _pick_up(exchange, call)
    return None


def _perform_one(exchange: Exchange, call: PhoneCall, verb: Verb, document: Document) -> Part:
    if verb.name == "Gather":
        return (yield from gather(exchange, call, verb, document))
    if verb.name == "Record":
        return (yield from record(exchange, call, verb, document))
    if verb.name == "Dial":
        return (yield from _dial(exchange, call, verb, document))
    for sound in sounds_of(verb, document):
        yield from hear(exchange, call, sound, keys_matter=False)
    return None


def _pick_up(exchange: Exchange, call: PhoneCall) -> None:
    """The first verb that is not Reject answers an incoming call."""
    if call.answered_at is None:
        call.answered_at = exchange.clock.now()
        call.status = "in-progress"
        exchange.report(call, "answered")


# Calls.


def incoming(exchange: Exchange, call: PhoneCall) -> Script:
    """Somebody dials the hotline's number."""
    call.status = "ringing"
    call.note("line", "dialled")
    yield from run_documents(exchange, call, WebRequest(call.carrier.voice_url, call.parameters()))


@dataclass(frozen=True)
class Detection:
    """Answering-machine detection as the REST side was asked for it. ``mode`` "" is off."""

    mode: str = ""
    asynchronous: bool = False
    callback_url: str = ""


def outgoing(
    exchange: Exchange,
    call: PhoneCall,
    first: WebRequest | Document,
    timeout: float,
    detection: Detection = Detection(),
) -> Script:
    """The carrier rings a telephone for us and performs a document when it is answered."""
    yield from _ring(exchange, call, timeout)
    if detection.mode:
        yield from _detect(exchange, call, detection)
    if isinstance(first, WebRequest):
        first = WebRequest(first.url, call.parameters(), first.method)
    yield from run_documents(exchange, call, first)


def _detect(exchange: Exchange, call: PhoneCall, detection: Detection) -> Generator[Step, Event, None]:
    machine = exchange.line(call.to).answer is Answer.VOICEMAIL
    ending = "end_beep" if detection.mode == "DetectMessageEnd" else "start"
    found = f"machine_{ending}" if machine else "human"
    if detection.asynchronous:
        params = call.parameters() | {"AnsweredBy": found, "MachineDetectionDuration": "4000"}
        report = WebRequest(detection.callback_url, params)
        exchange.after(DETECTION_SECONDS, lambda: exchange.tell(report, call))
        return
    yield from _wait(exchange, DETECTION_SECONDS)
    call.answered_by = found


def _ring(exchange: Exchange, call: PhoneCall, timeout: float) -> Generator[Step, Event, None]:
    """From dialling to being answered. Raises :class:`CallOverError` when nobody does."""
    line = exchange.line(call.to)
    exchange.report(call, "initiated", "initiated")
    yield from _wait(exchange, SET_UP_SECONDS)
    if line.answer in (Answer.FAILED, Answer.BUSY):
        raise CallOverError("failed" if line.answer is Answer.FAILED else "busy")
    call.status = "ringing"
    call.note("line", "ringing")
    exchange.report(call, "ringing")
    alone = line.answer in (Answer.HUMAN, Answer.VOICEMAIL) and line.after < timeout
    until = exchange.clock.now() + (line.after if alone else timeout)
    while True:
        event = yield Wait(until)
        if isinstance(event, PickedUp) and not event.accepted:
            raise CallOverError("busy")
        if isinstance(event, TimeUp) and not alone:
            raise CallOverError("no-answer")
        if isinstance(event, PickedUp | TimeUp):
            break
    call.own_keys.extend(line.keys)
    _pick_up(exchange, call)
    call.note("line", "answered")


# Dial.


@dataclass
class _Dialling:
    """The legs that one ``<Dial>`` rings at once, and which of them was put through."""

    legs: list[PhoneCall] = field(default_factory=list)
    winner: PhoneCall | None = None

    def result(self, fallback: str) -> dict[str, str]:
        """What the action URL is told. A leg that was answered but not put through counts as no answer."""
        if self.winner is not None:
            seconds = round(self.winner.clock.now() - (self.winner.bridged_at or 0.0))
            return {
                "DialCallStatus": "completed",
                "DialCallSid": self.winner.sid,
                "DialCallDuration": str(seconds),
                "DialBridged": "true",
            }
        last = self.legs[-1] if self.legs else None
        status = last.status if last is not None and last.ended else fallback
        told = {"DialCallStatus": "no-answer" if status == "completed" else status, "DialBridged": "false"}
        return told | ({"DialCallSid": last.sid} if last is not None else {})


def _dial(exchange: Exchange, call: PhoneCall, verb: Verb, document: Document) -> Part:
    dialling = _Dialling()
    call.listening = True
    numbers = verb.children or (Verb("Number", text=verb.text),)
    for number in numbers:
        leg = _leg(call, number, verb, document)
        dialling.legs.append(leg)
        exchange.begin(leg, _called(exchange, leg, number, document, verb.seconds("timeout", 30)))
    try:
        yield from _until_over(exchange, call, verb, dialling)
    except HungUpError:
        _end_legs(exchange, dialling)
        if "action" in verb.attributes:
            params = call.parameters() | dialling.result("canceled") | {"CallStatus": "completed"}
            request = action_of(verb, document, params)
            exchange.tell(request, call)
        raise
    except (CallOverError, GeneratorExit):  # ended, or sent elsewhere, from outside
        _end_legs(exchange, dialling)
        raise
    finally:
        call.listening = False
    result = dialling.result("no-answer")
    _end_legs(exchange, dialling)
    return action_of(verb, document, call.parameters() | result) if "action" in verb.attributes else None


def _until_over(exchange: Exchange, call: PhoneCall, verb: Verb, dialling: _Dialling) -> Script:
    """Wait until a leg is put through and the talk is over, or no leg is left."""
    until: float | None = None
    while True:
        event = yield Wait(until)
        if isinstance(event, TimeUp):
            call.note("line", "the time limit ended the connection")
            return
        if isinstance(event, Key) and event.key == "*" and verb.is_set("hangupOnStar"):
            return
        if not isinstance(event, LegChanged) or event.leg not in dialling.legs:
            continue
        if dialling.winner is None and event.leg.bridged:
            dialling.winner = event.leg
            call.note("line", f"put through to {event.leg.to}")
            until = exchange.clock.now() + verb.seconds("timeLimit", 14400)
            for leg in dialling.legs:
                if leg is not event.leg:
                    _end_leg(exchange, leg)
        if all(leg.ended for leg in dialling.legs):
            return


def _leg(call: PhoneCall, number: Verb, verb: Verb, document: Document) -> PhoneCall:
    callback = number.attribute("statusCallback", "")
    events = number.attribute("statusCallbackEvent", "completed")
    return PhoneCall(
        carrier=call.carrier,
        clock=call.clock,
        from_=verb.attribute("callerId", call.from_),
        to=as_dialled(number.text, call.carrier.country),
        direction=Direction.DIAL,
        parent=call,
        reporting=Reporting(
            url=urljoin(document.url, callback) if callback else "",
            method=number.attribute("statusCallbackMethod", "POST"),
            events=frozenset(events.replace(",", " ").split()),
        ),
    )


def _called(exchange: Exchange, leg: PhoneCall, number: Verb, document: Document, timeout: float) -> Script:
    """The called side of a Dial: rings, hears the whisper alone, then is put through."""
    parent = leg.parent
    if parent is None:
        raise TypeError("a dialled leg has a parent")
    try:
        yield from _ring(exchange, leg, timeout)
        if whisper := number.attribute("url", ""):
            method = number.attribute("method", "POST")
            request = WebRequest(urljoin(document.url, whisper), leg.parameters(), method)
            yield from run_documents(exchange, leg, request)
        leg.bridged, leg.bridged_at, leg.listening = True, exchange.clock.now(), True
        leg.note("line", f"put through to {parent.from_}")
        exchange.post(lambda: exchange.resume(parent, LegChanged(leg)))
        while True:
            yield Wait(None)
    finally:
        exchange.post(lambda: exchange.resume(parent, LegChanged(leg)))


def _end_legs(exchange: Exchange, dialling: _Dialling) -> None:
    for leg in dialling.legs:
        _end_leg(exchange, leg)


def _end_leg(exchange: Exchange, leg: PhoneCall) -> None:
    status = "canceled" if leg.answered_at is None else "completed"
    exchange.interrupt(leg, CallOverError(status))
