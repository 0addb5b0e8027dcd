"""The carrier's web client: signed requests, time and size limits, retries, and what a reply means.

Source of the rules: the carrier's pages on webhooks, connection overrides and request security.
"""

import time
import uuid
from collections import deque
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urldefrag, urlencode, urljoin, urlsplit

import requests
from twilio.request_validator import RequestValidator

from voice.phone.twiml_reader import UNREADABLE, Document, UnreadableTwimlError, Verb, read_document

TOTAL_SECONDS = 15.0
"""A webhook must be answered within this, whatever the URL's fragment says."""
CONNECT_SECONDS = 5.0
BODY_LIMIT = 64 * 1024
REDIRECT_LIMIT = 10
REMEMBERED = 5000
"""Requests kept for tests to look at; older ones are forgotten, so a long demonstration does not grow."""
TWIML_TYPES = frozenset({"text/xml", "application/xml", "text/html"})

INVALID_URL = 11100
HTTP_FAILURE = 11200
CONNECTION_FAILURE = 11205
TOO_MANY_REDIRECTS = 11215
BODY_TOO_LARGE = 11750
WRONG_TYPE = 12300


@dataclass(frozen=True)
class WebRequest:
    """What the carrier wants to ask: the address as configured, fragment included, and its parameters."""

    url: str
    params: dict[str, str]
    method: str = "POST"


@dataclass(frozen=True)
class SentRequest:
    """What went over the wire, byte for byte, so that it can be sent again."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes

    @property
    def params(self) -> dict[str, str]:
        """The parameters it carried, in the body or, with GET, in the address."""
        text = self.body.decode() if self.method == "POST" else urlsplit(self.url).query
        return dict(parse_qsl(text, keep_blank_values=True))


@dataclass(frozen=True)
class WebReply:
    """An answer with its address after HTTP redirects; ``content_type`` without its parameters."""

    url: str
    status: int
    content_type: str = ""
    body: bytes = b""


@dataclass(frozen=True)
class WebFailure:
    """Why there is nothing to perform: the carrier's code, the address asked, and words for the log."""

    code: int
    url: str
    detail: str


class _SendError(Exception):
    """No usable answer came; ``reason`` is the retry policy's word for why (ct, rt, size, loop)."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True)
class Overrides:
    """The connection settings in a URL's fragment: ``#rc=2&rp=ct,5xx&ct=2000&rt=8000`` (milliseconds)."""

    retries: int = 1
    retry_on: frozenset[str] = frozenset({"ct"})
    connect_seconds: float = CONNECT_SECONDS
    read_seconds: float = TOTAL_SECONDS

    @staticmethod
    def of(url: str) -> "Overrides":
        """Read a URL's fragment; what it does not set, or not as a number, keeps the carrier's default."""
        given = dict(parse_qsl(urldefrag(url).fragment, keep_blank_values=True))

        def number(name: str, default: int, most: int) -> int:
            value = given.get(name, "")
            return min(int(value) if value.isdecimal() else default, most)

        policy = frozenset(given.get("rp", "ct").split(","))
        return Overrides(
            retries=number("rc", 1, 5),
            retry_on=frozenset({"ct", "rt", "4xx", "5xx"}) if "all" in policy else policy,
            connect_seconds=number("ct", 5000, 10_000) / 1000,
            read_seconds=number("rt", 15_000, int(TOTAL_SECONDS * 1000)) / 1000,
        )


@dataclass
class Wire:
    """Sends requests and remembers the last of them in ``sent``, in order.

    ``doubling`` sends each request a second time, as a carrier may; addresses whose second answer was
    another one are kept in ``differing``.
    """

    auth_token: str
    sent: deque[SentRequest] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    doubling: bool = False
    differing: list[str] = field(default_factory=list)

    def prepare(self, request: WebRequest) -> SentRequest:
        """The signed form of a request, without the fragment; the signature is over what is really sent."""
        plain = urldefrag(request.url).url
        encoded = urlencode(request.params)
        if request.method == "GET" and encoded:
            plain += ("&" if urlsplit(plain).query else "?") + encoded
        url = requests.Request("GET", plain).prepare().url or plain
        posted = request.params if request.method == "POST" else {}
        headers = {
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
            "X-Twilio-Signature": RequestValidator(self.auth_token).compute_signature(url, posted),
            "I-Twilio-Idempotency-Token": str(uuid.uuid4()),
        }
        if request.method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        return SentRequest(request.method, url, headers, encoded.encode() if posted else b"")

    def fetch(self, request: WebRequest, session: requests.Session) -> WebReply | WebFailure:
        """Ask, again if the retry policy says so, and follow HTTP redirects."""
        overrides = Overrides.of(request.url)
        if urlsplit(request.url).scheme not in ("http", "https"):
            return WebFailure(INVALID_URL, request.url, "not an absolute web address")
        prepared = self.prepare(request)
        attempt = 0
        while True:
            reason, outcome = self._attempt(prepared, request, session, overrides)
            if reason not in overrides.retry_on or attempt >= overrides.retries:
                return outcome
            attempt += 1

    def send(
        self, sent: SentRequest, session: requests.Session, overrides: Overrides | None = None
    ) -> WebReply:
        """Put one request on the wire as it is. Raises :class:`_SendError`."""
        limits = overrides or Overrides()
        self.sent.append(sent)
        deadline = time.monotonic() + TOTAL_SECONDS
        try:
            with session.request(
                sent.method,
                sent.url,
                data=sent.body or None,
                headers=sent.headers,
                timeout=(limits.connect_seconds, limits.read_seconds),
                allow_redirects=False,
                stream=True,
            ) as reply:
                body = _read_body(reply, deadline)
                kind = reply.headers.get("Content-Type", "").partition(";")[0].strip().lower()
                url = urljoin(sent.url, reply.headers["Location"]) if reply.is_redirect else sent.url
                return WebReply(url, reply.status_code, kind, body)
        except requests.exceptions.ReadTimeout as fault:
            raise _SendError("rt", "no answer in time") from fault
        except requests.exceptions.RequestException as fault:
            raise _SendError("ct", type(fault).__name__) from fault

    def _attempt(
        self, prepared: SentRequest, request: WebRequest, session: requests.Session, limits: Overrides
    ) -> tuple[str, WebReply | WebFailure]:
        url = prepared.url
        try:
            reply = self.send(prepared, session, limits)
            if self.doubling and self.send(prepared, session, limits) != reply:
                self.differing.append(url)
            for _hop in range(REDIRECT_LIMIT):
                if not 300 <= reply.status < 400:
                    break
                method = request.method if reply.status in (307, 308) else "GET"
                reply = self.send(
                    self.prepare(replace(request, url=reply.url, method=method)), session, limits
                )
            else:
                return "loop", WebFailure(TOO_MANY_REDIRECTS, url, "too many redirects")
        except _SendError as fault:
            code = BODY_TOO_LARGE if fault.reason == "size" else CONNECTION_FAILURE
            return fault.reason, WebFailure(code, url, str(fault))
        if reply.status >= 400:
            policy = "4xx" if reply.status < 500 else "5xx"
            return policy, WebFailure(HTTP_FAILURE, url, f"HTTP status {reply.status}")
        return "", replace(reply, url=_without_params(reply.url, request))


def _read_body(reply: requests.Response, deadline: float) -> bytes:
    body = bytearray()
    for chunk in reply.iter_content(8192):
        body += chunk
        if len(body) > BODY_LIMIT:
            raise _SendError("size", f"more than {BODY_LIMIT} bytes")
        if time.monotonic() > deadline:
            raise _SendError("rt", "no complete answer in time")
    return bytes(body)


def _without_params(url: str, request: WebRequest) -> str:
    """The document's own address: with GET, our parameters are not part of it."""
    encoded = urlencode(request.params)
    if request.method == "GET" and encoded and url.endswith(encoded):
        return url[: -len(encoded) - 1]
    return url


def new_session() -> requests.Session:
    """A call's own cookie jar; the machine's proxy settings and .netrc stay out of it."""
    session = requests.Session()
    session.trust_env = False
    return session


def document_of(reply: WebReply) -> Document | WebFailure:
    """What a good reply asks for: TwiML, a file to play, words to speak, or nothing at all."""
    if reply.status == 204:
        return Document(reply.url, ())
    if reply.content_type in TWIML_TYPES:
        try:
            return read_document(reply.body, reply.url)
        except UnreadableTwimlError as fault:
            return WebFailure(UNREADABLE, reply.url, str(fault))
    if reply.content_type.startswith("audio/"):
        return Document(reply.url, (Verb("Play", text=reply.url),))
    if reply.content_type == "text/plain":
        return Document(reply.url, (Verb("Say", text=reply.body.decode(errors="replace")),))
    return WebFailure(WRONG_TYPE, reply.url, f"content type {reply.content_type!r}")
