"""One telephone call: who with whom, what was heard and pressed, and the script that performs it.

A script is a generator. It yields what it waits for (:class:`Wait`, :class:`Fetch`) and is sent what
happened (:class:`TimeUp`, :class:`Key`, …); a hang-up is thrown into it as :class:`HungUpError`, so a verb
can still report it. The exchange (``engine.py``) moves scripts on; nothing here waits or calls anybody.
"""

from collections import deque
from collections.abc import Generator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

import requests

from voice.phone.carrier import API_VERSION, Carrier, country_of, new_sid
from voice.phone.clock import Clock
from voice.phone.http import WebFailure, WebReply, WebRequest, new_session
from voice.phone.twiml_reader import TwimlFault


@dataclass(frozen=True)
class Wait:
    """Wait until something happens, at the latest at ``until`` (the clock's seconds; None: no limit).

    ``prompt`` is the id of the prompt being heard, if one is.
    """

    until: float | None
    prompt: int | None = None


@dataclass(frozen=True)
class Fetch:
    """Ask the hotline."""

    request: WebRequest


@dataclass(frozen=True)
class TimeUp:
    """The wait reached its end."""


@dataclass(frozen=True)
class Key:
    """The telephone's owner pressed a key."""

    key: str


@dataclass(frozen=True)
class Spoke:
    """The telephone's owner said something, which the carrier's recognition made into these words."""

    words: str
    confidence: float


@dataclass(frozen=True)
class Fetched:
    """The hotline's answer is here."""

    outcome: WebReply | WebFailure


@dataclass(frozen=True)
class PickedUp:
    """The called telephone was answered, or declined."""

    accepted: bool


@dataclass(frozen=True)
class LegChanged:
    """A dialled leg was put through to its parent, or ended."""

    leg: "PhoneCall"


Step = Wait | Fetch
Event = TimeUp | Key | Spoke | Fetched | PickedUp | LegChanged
Script = Generator[Step, Event, None]


class HungUpError(Exception):
    """The telephone's owner hung up."""


class CallOverError(Exception):
    """The call ends here, by TwiML or by failure; ``status`` is the carrier's word for how."""

    def __init__(self, status: str = "completed") -> None:
        super().__init__(status)
        self.status = status


class Direction(StrEnum):
    """Who started the call, in the carrier's words."""

    INBOUND = "inbound"
    API = "outbound-api"
    DIAL = "outbound-dial"


FINAL = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})
"""Statuses that a call never leaves."""


EntryKind = Literal["said", "played", "keys", "spoke", "line"]


@dataclass(frozen=True)
class Entry:
    """One line of a call's log. ``at`` is seconds since the call began."""

    number: int
    at: float
    kind: EntryKind
    text: str
    language: str = ""


@dataclass
class Reporting:
    """Where and for which events a call's progress is reported."""

    url: str = ""
    method: str = "POST"
    events: frozenset[str] = frozenset({"completed"})
    sequence: int = 0


@dataclass
class PhoneCall:
    """A call as the network sees it: plain data that the exchange alone changes.

    ``paced_by_listener``: prompts last until the listener reports them heard (the browser speaks them
    with voices of its own pace), not as long as their words are reckoned to take. ``own_keys`` are pressed
    by the telephone itself, one at each question. ``gathering`` is set while keys are collected,
    ``recognising`` while words are as well, ``recording`` while they are taken on tape, ``listening``
    while the far side waits for its owner with nothing left to say. ``asking`` marks the request whose
    answer is awaited.
    """

    carrier: Carrier
    clock: Clock
    from_: str
    to: str
    direction: Direction
    reporting: Reporting = field(default_factory=Reporting)
    parent: "PhoneCall | None" = None
    forwarded_from: str = ""
    caller_name: str = ""
    fallback_url: str = ""
    paced_by_listener: bool = False
    sid: str = field(default_factory=lambda: new_sid("CA"))
    status: str = "queued"
    answered_by: str = ""
    began_at: float = 0.0
    answered_at: float | None = None
    ended_at: float | None = None
    bridged: bool = False
    bridged_at: float | None = None
    log: list[Entry] = field(default_factory=list)
    turns: int = 0
    faults: list[TwimlFault] = field(default_factory=list)
    failures: list[WebFailure] = field(default_factory=list)
    own_keys: deque[str] = field(default_factory=deque)
    gathering: bool = False
    recognising: bool = False
    recording: bool = False
    listening: bool = False
    hearing: int | None = None
    script: Script | None = None
    deadline: float | None = None
    asking: object | None = None
    session: requests.Session = field(default_factory=new_session)

    @property
    def ended(self) -> bool:
        """Whether the call is over."""
        return self.status in FINAL

    @property
    def ringing(self) -> bool:
        """Whether the called telephone is ringing now."""
        return self.status == "ringing" and self.direction is not Direction.INBOUND

    def age(self) -> float:
        """Seconds since the call began, standing still once it has ended."""
        return (self.clock.now() if self.ended_at is None else self.ended_at) - self.began_at

    def duration(self) -> int:
        """Whole seconds from answer to end, as the carrier bills them; 0 if never answered."""
        if self.answered_at is None:
            return 0
        end = self.clock.now() if self.ended_at is None else self.ended_at
        return round(end - self.answered_at)

    def note(self, kind: EntryKind, text: str, language: str = "") -> Entry:
        """Write a line into the log."""
        entry = Entry(len(self.log), self.age(), kind, text, language)
        self.log.append(entry)
        return entry

    def parameters(self) -> dict[str, str]:
        """What the carrier sends with every request of this call."""
        params = {
            "AccountSid": self.carrier.account_sid,
            "ApiVersion": API_VERSION,
            "CallSid": self.sid,
            "CallStatus": self.status,
            "Called": self.to,
            "CalledCountry": country_of(self.to),
            "Caller": self.from_,
            "CallerCountry": country_of(self.from_),
            "Direction": self.direction.value,
            "From": self.from_,
            "FromCountry": country_of(self.from_),
            "To": self.to,
            "ToCountry": country_of(self.to),
        }
        for side in ("From", "To", "Caller", "Called"):
            params |= {f"{side}City": "", f"{side}State": "", f"{side}Zip": ""}
        if self.parent is not None:
            params["ParentCallSid"] = self.parent.sid
        if self.forwarded_from:
            params["ForwardedFrom"] = self.forwarded_from
        if self.caller_name:
            params["CallerName"] = self.caller_name
        if self.answered_by:
            params["AnsweredBy"] = self.answered_by
        return params
