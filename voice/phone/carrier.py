"""What the simulated carrier knows about us: the account, the number, and the addresses it calls."""

import re
import secrets
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers

API_VERSION = "2010-04-01"


@dataclass(frozen=True)
class Carrier:
    """One account with one hotline number, configured as on the carrier's own console.

    ``number`` is E.164. The URLs are absolute; an empty one means "not configured". ``country`` reads
    numbers that are typed without their country code; ``api_base`` is where the REST side is served. The
    token is kept out of ``repr``.
    """

    account_sid: str
    auth_token: str
    number: str
    voice_url: str
    fallback_url: str = ""
    status_callback_url: str = ""
    sms_url: str = ""
    country: str = "DE"
    api_base: str = "https://api.twilio.com"

    def __repr__(self) -> str:
        return f"Carrier({self.account_sid}, {self.number})"


class Answer(StrEnum):
    """What the telephone at the far end of an outgoing call does."""

    BY_HAND = "by hand"  # it rings until a person (a test, the browser page) answers or declines
    HUMAN = "human"
    VOICEMAIL = "voicemail"
    BUSY = "busy"
    NO_ANSWER = "no answer"
    FAILED = "failed"  # the network finds no such line


class Texts(StrEnum):
    """What happens to a text message sent to a number."""

    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    LANDLINE = "landline"
    OPTED_OUT = "opted out"


@dataclass(frozen=True)
class Line:
    """A telephone in the simulated world: how it answers, and what becomes of texts to it.

    ``after`` is the seconds it rings before it answers by itself; ``keys`` are pressed, one for each
    question, by a HUMAN or (never, in life) VOICEMAIL that answered by itself.
    """

    answer: Answer = Answer.BY_HAND
    after: float = 6.0
    keys: str = ""
    texts: Texts = Texts.DELIVERED


@dataclass(frozen=True)
class Recording:
    """A recorded message: on which call, how many seconds, begun and ready when (the clock's seconds)."""

    sid: str
    call_sid: str
    seconds: int
    began_at: float
    ready_at: float


def new_sid(prefix: str) -> str:
    """An identifier in the carrier's form: two letters and 32 hexadecimal digits."""
    return prefix + secrets.token_hex(16)


def default_line(number: str) -> Line:
    """How a number behaves that nobody has described: rings by hand, texts as its kind of line allows."""
    kind = _kind(number)
    return Line(texts=Texts.LANDLINE if kind == phonenumbers.PhoneNumberType.FIXED_LINE else Texts.DELIVERED)


def _kind(number: str) -> int:
    try:
        return phonenumbers.number_type(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return phonenumbers.PhoneNumberType.UNKNOWN


def is_dialable(number: str) -> bool:
    """Whether the carrier takes ``number`` as a destination: E.164 with a length its country has."""
    if not number.startswith("+"):
        return False
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False


def country_of(number: str) -> str:
    """The two-letter country of an E.164 number, or "" when it has none (withheld, sentinel, sip)."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(parsed):  # a sentinel reads as a short Russian number
        return ""
    return phonenumbers.region_code_for_number(parsed) or ""


def as_dialled(typed: str, country: str) -> str:
    """A number as a person types it ("05692 555 1234") in the form in which the carrier sends it.

    Words and sentinels ("anonymous", "sip:…") pass unchanged; so does what cannot be read as a number.
    """
    if not re.fullmatch(r"[+\d\s()/.-]+", typed):
        return typed
    try:
        parsed = phonenumbers.parse(typed, country)
    except phonenumbers.NumberParseException:
        return typed
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def as_written(number: str) -> str:
    """An E.164 number as people at home write it: ``0561 10031177``."""
    national = phonenumbers.PhoneNumberFormat.NATIONAL
    return phonenumbers.format_number(phonenumbers.parse(number), national)
