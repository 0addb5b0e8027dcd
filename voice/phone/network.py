"""Starts calls and texts on an exchange, from any thread; what the three faces and the REST side share."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from voice.phone.call import CallOverError, Direction, PhoneCall, Reporting
from voice.phone.carrier import API_VERSION, Answer, Texts, country_of, new_sid
from voice.phone.engine import Exchange
from voice.phone.http import WebReply, WebRequest
from voice.phone.script import Detection, incoming, outgoing, run_documents
from voice.phone.twiml_reader import Document, UnreadableTwimlError, message_texts

QUEUE_SECONDS = 0.5
"""How long a text waits at the carrier, and how long each later step of its delivery takes."""
OPT_OUT_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"})
OPT_IN_WORDS = frozenset({"START", "UNSTOP", "YES"})
"""The words that the carrier itself acts on. There are no German ones."""


def dial_in(
    exchange: Exchange,
    from_: str,
    *,
    forwarded_from: str = "",
    caller_name: str = "",
    paced_by_listener: bool = False,
) -> PhoneCall:
    """Dial the hotline. ``from_`` is sent as it stands: E.164, a sentinel, "anonymous" or empty."""
    carrier = exchange.carrier
    call = PhoneCall(
        carrier=carrier,
        clock=exchange.clock,
        from_=from_,
        to=carrier.number,
        direction=Direction.INBOUND,
        reporting=Reporting(url=carrier.status_callback_url),
        forwarded_from=forwarded_from,
        caller_name=caller_name,
        fallback_url=carrier.fallback_url,
        paced_by_listener=paced_by_listener,
    )
    exchange.enter(call)
    exchange.post(lambda: exchange.begin(call, incoming(exchange, call)))
    return call


@dataclass(frozen=True)
class Order:
    """An outgoing call as the REST side was asked for it. ``first`` is an address or a document."""

    to: str
    from_: str
    first: WebRequest | Document
    reporting: Reporting = field(default_factory=Reporting)
    timeout: float = 60.0
    detection: Detection = field(default_factory=Detection)
    fallback_url: str = ""


def place_call(exchange: Exchange, order: Order) -> PhoneCall:
    """Queue an outgoing call; it begins as soon as the exchange is moved on."""
    call = PhoneCall(
        carrier=exchange.carrier,
        clock=exchange.clock,
        from_=order.from_,
        to=order.to,
        direction=Direction.API,
        reporting=order.reporting,
        fallback_url=order.fallback_url,
    )
    exchange.enter(call)
    script = outgoing(exchange, call, order.first, order.timeout, order.detection)
    exchange.post(lambda: exchange.begin(call, script))
    return call


def redirect_call(exchange: Exchange, call: PhoneCall, first: WebRequest | Document) -> None:
    """Let a live call go on with another document, whatever it was doing."""
    ahead = first if isinstance(first, Document) else replace(first, params=call.parameters())
    exchange.post(lambda: exchange.replace_script(call, run_documents(exchange, call, ahead)))


def end_call(exchange: Exchange, call: PhoneCall) -> None:
    """End a call from outside. One that was still queued leaves without any status callback."""
    if call.script is None and not call.ended:
        call.status = "canceled"
        return
    status = "canceled" if call.answered_at is None else "completed"
    exchange.post(lambda: exchange.interrupt(call, CallOverError(status)))


# Texts.


@dataclass
class TextMessage:
    """One text. ``created_at`` and ``sent_at`` are aware times; ``error`` is the carrier's code.

    ``is_reply``: a document said it in answer to a text that came in.
    """

    from_: str
    to: str
    body: str
    created_at: datetime
    inbound: bool = False
    callback_url: str = ""
    sid: str = field(default_factory=lambda: new_sid("SM"))
    status: str = "queued"
    sent_at: datetime | None = None
    error: int | None = None
    is_reply: bool = False


UNDELIVERABLE = 30006
"""The carrier's code for "landline or unreachable carrier"."""


@dataclass
class TextDesk:
    """Carries texts between the hotline and the simulated telephones."""

    exchange: Exchange
    messages: dict[str, TextMessage] = field(default_factory=dict)

    def send(self, from_: str, to: str, body: str, callback_url: str = "") -> TextMessage:
        """Take a text from the hotline; it is sent, then delivered or not, as time goes on."""
        message = TextMessage(from_, to, body, self._now(), callback_url=callback_url)
        self.messages[message.sid] = message
        arrives = self.exchange.line(to).texts is Texts.DELIVERED

        def last() -> None:
            message.error = None if arrives else UNDELIVERABLE
            self._becomes(message, "delivered" if arrives else "undelivered")

        def first() -> None:
            message.sent_at = self._now()
            self._becomes(message, "sent")
            self.exchange.after(QUEUE_SECONDS, last)

        self.exchange.post(lambda: self.exchange.after(QUEUE_SECONDS, first))
        return message

    def receive(self, from_: str, body: str) -> TextMessage:
        """Somebody texts the hotline: posted to the SMS URL, whose ``<Message>`` texts are sent back."""
        carrier = self.exchange.carrier
        message = TextMessage(from_, carrier.number, body, self._now(), inbound=True, status="received")
        self.messages[message.sid] = message
        word = body.strip().upper()
        if word in OPT_OUT_WORDS | OPT_IN_WORDS:
            texts = Texts.OPTED_OUT if word in OPT_OUT_WORDS else Texts.DELIVERED
            self.exchange.lines[from_] = replace(self.exchange.line(from_), texts=texts)
        if carrier.sms_url:
            request = WebRequest(carrier.sms_url, self._parameters(message) | {"Body": body})
            self.exchange.ask(request, lambda reply: self._reply(from_, reply))
        return message

    def to_number(self, number: str) -> list[TextMessage]:
        """The texts that a telephone has shown, oldest first."""
        shown = ("sent", "delivered")
        return [text for text in list(self.messages.values()) if text.to == number and text.status in shown]

    def _reply(self, to: str, reply: WebReply) -> None:
        try:
            bodies = message_texts(reply.body) if reply.body.strip() else []
        except UnreadableTwimlError:
            bodies = []
        for body in bodies:
            self.send(self.exchange.carrier.number, to, body).is_reply = True

    def _becomes(self, message: TextMessage, status: str) -> None:
        message.status = status
        if message.callback_url:
            params = self._parameters(message) | {"MessageStatus": status}
            if message.error is not None:
                params["ErrorCode"] = str(message.error)
            self.exchange.tell(WebRequest(message.callback_url, params))

    def _parameters(self, message: TextMessage) -> dict[str, str]:
        return {
            "AccountSid": self.exchange.carrier.account_sid,
            "ApiVersion": API_VERSION,
            "From": message.from_,
            "FromCountry": country_of(message.from_),
            "MessageSid": message.sid,
            "NumMedia": "0",
            "NumSegments": "1",
            "SmsMessageSid": message.sid,
            "SmsSid": message.sid,
            "SmsStatus": message.status,
            "To": message.to,
            "ToCountry": country_of(message.to),
        }

    def _now(self) -> datetime:
        return self.exchange.clock.at(self.exchange.clock.now())


@dataclass
class Network:
    """The simulated telephone network: calls and texts of one carrier."""

    exchange: Exchange

    def __post_init__(self) -> None:
        self.texts = TextDesk(self.exchange)

    def wake(self) -> None:
        """Make sure that somebody moves the exchange on; here that is whoever holds the clock."""


def ringing_calls(exchange: Exchange, number: str) -> list[PhoneCall]:
    """Outgoing calls that ring at a telephone now and wait for somebody to answer by hand."""
    by_hand = exchange.line(number).answer is Answer.BY_HAND
    return [call for call in list(exchange.calls.values()) if by_hand and call.ringing and call.to == number]
