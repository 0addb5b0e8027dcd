"""What a call brings and what it wants: events in, effects and their results between. Plain data, pure.

Silence, keys and a hang-up are different types, never an empty string. ``at`` is the call's age in whole
seconds since it was picked up.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from intake.kinds import BestTime
from intake.lifecycle import RequestStatus


class Purpose(StrEnum):
    """What somebody calls for."""

    HELP = "help"
    HELPER = "helper"
    EARLIER = "earlier"
    PERSON = "person"


class Refusal(StrEnum):
    """Why a call is not taken at all."""

    BLOCKED = "blocked"
    TOO_MANY = "too_many"


@dataclass(frozen=True)
class Answered:
    """The call was picked up. ``caller_id`` is E.164 if that number may be called back, else None.

    ``forwarded``: another exchange sent it on, so that the number may be the exchange's, not the caller's.
    """

    caller_id: str | None
    refused: Refusal | None = None
    forwarded: bool = False
    at: int = 0


@dataclass(frozen=True)
class Digits:
    """Keys were pressed: ``0``–``9`` and ``*``; the closing ``#`` is not among them."""

    keys: str
    at: int = 0


@dataclass(frozen=True)
class Spoken:
    """Something was said instead: words as the carrier recognised them, ``confidence`` from 0 to 1.

    They are read and forgotten: no state and no log keeps them.
    """

    words: str
    confidence: float
    at: int = 0


@dataclass(frozen=True)
class HashAlone:
    """``#`` and nothing before it: no answer, but somebody who ends each entry with it may have given one."""

    at: int = 0


@dataclass(frozen=True)
class Silence:
    """Nothing was pressed in time."""

    at: int = 0


@dataclass(frozen=True)
class Taken:
    """A member of the team pressed the key and has the caller; ``leg`` is the carrier's name of her call."""

    leg: str
    at: int = 0


@dataclass(frozen=True)
class Rung:
    """The team's telephones have stopped ringing; ``bridged`` if somebody talked with the caller."""

    bridged: bool
    at: int = 0


@dataclass(frozen=True)
class Recorded:
    """The caller's message is on tape at the carrier."""

    at: int = 0


@dataclass(frozen=True)
class HungUp:
    """The line is gone. Whatever is replied, nobody hears it."""

    at: int = 0


@dataclass(frozen=True)
class Failed:
    """The program or the way to it broke; ``code`` is for the log."""

    code: str
    at: int = 0


@dataclass(frozen=True)
class TimeUp:
    """The call has lasted as long as a call may."""

    at: int = 0


Event = Answered | Digits | Spoken | HashAlone | Silence | Taken | Rung | Recorded | HungUp | Failed | TimeUp


@dataclass(frozen=True)
class Answers:
    """What the caller has said so far. ``confirmed`` means the number was read back and found right.

    ``ags`` is set when the place was confirmed, ``place_later`` when it could not be found out.
    ``reference`` is the earlier request that the caller named. ``message`` tells whether a message was left,
    None while nobody was asked for one.
    """

    purpose: Purpose | None = None
    category: str | None = None
    number: str | None = None
    confirmed: bool = False
    postcode: str | None = None
    ags: str | None = None
    in_district: bool = True
    place_later: bool = False
    best_time: BestTime | None = None
    reference: str | None = None
    message: bool | None = None


NOTHING_SAID = Answers()


@dataclass(frozen=True)
class File:
    """Effect: file what was said and the duty to call ``number`` back. Answered by ``Filed``."""

    number: str
    language: str
    answers: Answers


@dataclass(frozen=True)
class FileAgain:
    """Effect: file a callback about the request with that reference. Answered by ``Filed`` or ``Unknown``."""

    reference: str


@dataclass(frozen=True)
class LookUp:
    """Effect: find the request with that reference for a caller; ``caller_id`` None: a withheld one.

    It may be the number of an offer or a mission as well. Answered by ``Found``, ``Offered``, ``OwnMission``,
    ``Unknown``, or ``Guessed`` where too many were wrong of late. ``forwarded``: the caller ID may be that of
    another.
    """

    reference: str
    caller_id: str | None
    forwarded: bool = False


@dataclass(frozen=True)
class Withdraw:
    """Effect: the help is not needed any more. Answered by ``Noted`` or ``Unknown``.

    By ``Found`` where the request has ended in another way already.
    """

    reference: str


@dataclass(frozen=True)
class StillNeeded:
    """Effect: the help is still needed. Answered by ``Noted``, by ``Filed`` if that took a new callback."""

    reference: str


@dataclass(frozen=True)
class Connect:
    """Effect: connect a helper with whom she helps. Answered by ``Seeker``, ``NotNow`` or ``Unknown``."""

    mission: int


@dataclass(frozen=True)
class ReportMission:
    """Effect: a helper has helped, or else cannot come. Answered by ``Noted``, ``Unknown`` if it is over."""

    mission: int
    done: bool


@dataclass(frozen=True)
class AskWhoIsThere:
    """Effect: ask who of the team can be rung now for somebody who speaks ``language``. By ``Reachable``."""

    language: str


Effect = File | FileAgain | LookUp | Withdraw | StillNeeded | Connect | ReportMission | AskWhoIsThere


@dataclass(frozen=True)
class Filed:
    """The callback stands. ``promise`` is the window in spoken words, ``added`` if it joined an open one.

    A helper's lead has no ``reference``.
    """

    promise: str
    reference: str | None = None
    added: bool = False


@dataclass(frozen=True)
class Found:
    """The earlier request is known and stands at ``status``."""

    status: RequestStatus


@dataclass(frozen=True)
class Offered:
    """The number is of an offer to the caller, who has not answered it: the call about it by its id."""

    offer_call: int


@dataclass(frozen=True)
class OwnMission:
    """The number is of a mission that is going on, and the caller its helper."""

    mission: int


@dataclass(frozen=True)
class Seeker:
    """The helper may be connected with whom she helps."""


@dataclass(frozen=True)
class NotNow:
    """Nobody is rung at this hour, not even by a helper."""


@dataclass(frozen=True)
class Unknown:
    """There is no such request."""


@dataclass(frozen=True)
class Guessed:
    """Too many wrong references came of late: none is looked up for now, not even a right one."""


@dataclass(frozen=True)
class Noted:
    """The wish about the earlier request was carried out."""


@dataclass(frozen=True)
class Reachable:
    """The accounts whose own telephones can be rung now, without their numbers; () outside opening hours."""

    staff: tuple[int, ...] = ()


Result = Filed | Found | Offered | OwnMission | Seeker | NotNow | Unknown | Guessed | Noted | Reachable
