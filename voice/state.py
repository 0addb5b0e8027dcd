"""Where a call stands and what was said on it: frozen data with a way to JSON and back. Pure.

The log keeps each turn with its reply, so that a webhook that comes twice hears the same words again.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, overload

from intake.kinds import BestTime, CallOutcome
from voice.events import NOTHING_SAID, Answers, Purpose, Refusal


class Step(StrEnum):
    """Every node of the conversation: questions, junctions, works and ends. The table is in ``steps``."""

    # junctions
    PICK_UP = "pick_up"
    NEXT = "next"
    NUMBER_WRONG = "number_wrong"
    PLACE_KNOWN = "place_known"
    PLACE_WRONG = "place_wrong"
    PERSON = "person"
    NOBODY_THERE = "nobody_there"
    SILENT = "silent"
    WAY_OUT = "way_out"
    GONE = "gone"
    BROKEN = "broken"
    # questions
    MENU = "menu"
    LANGUAGE = "language"
    NEED = "need"
    NUMBER_OFFER = "number_offer"
    NUMBER_TYPE = "number_type"
    NUMBER_CHECK = "number_check"
    POSTCODE = "postcode"
    WHICH_PLACE = "which_place"
    PLACE_CHECK = "place_check"
    TIME = "time"
    REFERENCE = "reference"
    EARLIER = "earlier"
    MISSION = "mission"
    CALL_OFF = "call_off"
    MESSAGE = "message"
    # a connection
    RINGING = "ringing"
    SEEKER_RINGING = "seeker_ringing"
    # a recording
    RECORDING = "recording"
    # works
    WHO_IS_THERE = "who_is_there"
    FILE = "file"
    FILE_AGAIN = "file_again"
    LOOK_UP = "look_up"
    WITHDRAW = "withdraw"
    STILL_NEEDED = "still_needed"
    CONNECT = "connect"
    SAY_DONE = "say_done"
    SAY_OFF = "say_off"
    # ends
    PUT_THROUGH = "put_through"
    FILED = "filed"
    ADDED = "added"
    SILENT_FILED = "silent_filed"
    SILENT_LOST = "silent_lost"
    LEAD = "lead"
    LEFT = "left"
    HELPER_FILED = "helper_filed"
    WITHDRAWN = "withdrawn"
    STATUS_TOLD = "status_told"
    ASKED_HELPER = "asked_helper"
    SEEKER_AWAY = "seeker_away"
    SEEKER_LATER = "seeker_later"
    MISSION_DONE = "mission_done"
    MISSION_OFF = "mission_off"
    MISSION_OVER = "mission_over"
    BLOCKED = "blocked"
    TOO_MANY = "too_many"
    APOLOGY_FILED = "apology_filed"
    APOLOGY = "apology"


class Manner(StrEnum):
    """In which manner the call is being filed, where it is not the usual one."""

    SILENT = "silent"
    STUCK = "stuck"
    BROKEN = "broken"


@dataclass(frozen=True)
class Saying:
    """One prompt by its key, with the words for its placeholders, in one language."""

    key: str
    language: str
    words: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> list[Any]:
        """The saying as a short list."""
        return [self.key, self.language, dict(self.words)] if self.words else [self.key, self.language]

    @classmethod
    def from_json(cls, data: list[Any]) -> Saying:
        """The saying that ``to_json`` wrote."""
        return cls(*data)


@dataclass(frozen=True)
class Listen:
    """What keys are waited for: ``keys`` many (None: any number), ``wait`` seconds for each, for ``turn``.

    ``speech`` is the language in which the answer may be spoken instead, None where keys alone are taken.
    """

    turn: int
    keys: int | None
    wait: int
    speech: str | None = None


@dataclass(frozen=True)
class Ring:
    """Whose telephones are rung: numbers are looked up only when it is spoken. For ``turn``.

    It is those of ``staff``, by account; or, for a helper who calls, that of whom her ``mission`` is for.
    """

    turn: int
    staff: tuple[int, ...] = ()
    mission: int | None = None


@dataclass(frozen=True)
class Record:
    """How many seconds of a message are recorded at most. For ``turn``."""

    turn: int
    seconds: int


@dataclass(frozen=True)
class Reply:
    """What the caller hears: ``first`` to its end, then ``says``; then keys are waited for, somebody of the
    team is rung, a message is recorded, or it is over.

    ``says`` may be cut short by a key if there is something to listen for.
    """

    first: tuple[Saying, ...] = ()
    says: tuple[Saying, ...] = ()
    listen: Listen | None = None
    ring: Ring | None = None
    record: Record | None = None
    goes_on: str | None = None  # the path at which another conversation takes the call over

    def to_json(self) -> dict[str, Any]:
        """The reply as plain data."""
        goes_on = {"goes_on": self.goes_on} if self.goes_on else {}
        record = {"record": list(vars(self.record).values())} if self.record else {}
        ring = {"ring": [self.ring.turn, list(self.ring.staff), self.ring.mission]} if self.ring else {}
        return {
            "first": [saying.to_json() for saying in self.first],
            "says": [saying.to_json() for saying in self.says],
            "listen": list(vars(self.listen).values()) if self.listen else None,
            **ring,
            **record,
            **goes_on,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Reply:
        """The reply that ``to_json`` wrote."""
        ring, record = data.get("ring"), data.get("record")
        return cls(
            tuple(map(Saying.from_json, data["first"])),
            tuple(map(Saying.from_json, data["says"])),
            Listen(*data["listen"]) if data["listen"] else None,
            Ring(ring[0], tuple(ring[1]), *ring[2:]) if ring else None,
            Record(*record) if record else None,
            data.get("goes_on"),
        )


@dataclass(frozen=True)
class Turn:
    """One question and its answer: at which second and step what was heard, and what was replied."""

    turn: int
    at: int
    step: Step
    heard: str
    reply: Reply

    def to_json(self) -> list[Any]:
        """The turn as a short list."""
        return [self.turn, self.at, self.step.value, self.heard, self.reply.to_json()]

    @classmethod
    def from_json(cls, data: Sequence[Any]) -> Turn:
        """The turn that ``to_json`` wrote."""
        turn, at, step, heard, reply = data
        return cls(turn, at, Step(step), heard, Reply.from_json(reply))


class Log(Sequence[Turn]):
    """The turns of a call, in order. They are kept as plain data, and made into turns when they are looked
    at: a call's next move needs the last one at most.
    """

    def __init__(self, kept: Sequence[Any] = ()) -> None:
        self._kept = kept

    @overload
    def __getitem__(self, place: int) -> Turn: ...
    @overload
    def __getitem__(self, place: slice) -> Log: ...
    def __getitem__(self, place: int | slice) -> Turn | Log:
        return Log(self._kept[place]) if isinstance(place, slice) else Turn.from_json(self._kept[place])

    def __len__(self) -> int:
        return len(self._kept)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Log) and self.to_json() == other.to_json()

    def __hash__(self) -> int:
        return hash(len(self))

    def plus(self, turn: Turn) -> Log:
        """The log with one more turn."""
        return Log((*self._kept, turn.to_json()))

    def to_json(self) -> list[Any]:
        """The log as plain data."""
        return list(self._kept)


@dataclass(frozen=True)
class State:
    """A call. ``turn`` is the number of the turn that comes next, ``tries`` those used up at ``step``.

    While an effect is carried out, ``work`` names its node, and ``heard``, ``at`` and ``words`` wait to be
    part of the turn's reply. ``caller_id`` is usable or None; ``refused_id`` says the caller refused it,
    ``forwarded`` that it may be another's: then it is offered, never assumed.
    ``wrong_numbers`` counts the typed numbers that the caller called wrong when they were read back,
    ``wrong_places`` the postcodes whose places the caller did not mean.
    ``local`` is a typed number that still lacks its area code. ``sought`` says that the team was asked for
    somebody to talk to, which is done once a call; ``there`` are the accounts that can be rung. ``mission``
    is the one whose helper calls to be connected.
    """

    language: str
    step: Step = Step.PICK_UP
    turn: int = 0
    tries: int = 0
    refusal: Refusal | None = None
    caller_id: str | None = None
    refused_id: bool = False
    forwarded: bool = False
    wrong_numbers: int = 0
    wrong_places: int = 0
    local: str | None = None
    answers: Answers = NOTHING_SAID
    privacy_told: bool = False
    sought: bool = False
    there: tuple[int, ...] = ()
    mission: int | None = None
    manner: Manner | None = None
    work: Step | None = None
    heard: str = ""
    at: int = 0
    words: tuple[Saying, ...] = ()
    promise: str = ""
    reference: str = ""
    offer_call: int | None = None
    outcome: CallOutcome | None = None
    log: Log = Log()  # noqa: RUF009 -- it never changes

    @property
    def left_at(self) -> Step:
        """The question that was last open: once the call has ended, where that happened."""
        return self.log[-1].step if self.outcome is not None else self.step

    def reply_of(self, turn: int) -> Reply | None:
        """What was replied to that turn, if it was taken."""
        return self.log[turn].reply if 0 <= turn < len(self.log) else None

    def to_json(self) -> dict[str, Any]:
        """The state as plain data; what still has its first value is left out, to keep it small."""
        data = {name: getattr(self, name) for name in _PLAIN if getattr(self, name) != _FIRST[name]}
        data["language"] = self.language
        data["answers"] = {
            name: value for name, value in vars(self.answers).items() if value != getattr(NOTHING_SAID, name)
        }
        data["words"] = [saying.to_json() for saying in self.words]
        data["log"] = self.log.to_json()
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> State:
        """The state that ``to_json`` wrote, also after a trip through JSON text."""
        values = dict(data)
        for name, kind in _ENUMS.items():
            if values.get(name) is not None:
                values[name] = kind(values[name])
        values["answers"] = _answers(values["answers"])
        values["there"] = tuple(values.get("there", ()))
        values["words"] = tuple(map(Saying.from_json, values["words"]))
        values["log"] = Log(values["log"])
        return cls(**values)


_ENUMS: dict[str, type[StrEnum]] = {
    "step": Step,
    "work": Step,
    "manner": Manner,
    "refusal": Refusal,
    "outcome": CallOutcome,
}
_NESTED = ("answers", "words", "log")
_FIRST = {f.name: f.default for f in dataclasses.fields(State)}
_PLAIN = tuple(name for name in _FIRST if name not in _NESTED)


def _answers(data: Mapping[str, Any]) -> Answers:
    values = dict(data)
    if "purpose" in values:
        values["purpose"] = Purpose(values["purpose"])
    if "best_time" in values:
        values["best_time"] = BestTime(values["best_time"])
    return Answers(**values)
