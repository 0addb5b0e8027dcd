"""A call's turns: each one short transaction around the flow's next move.

The call's row is locked, so that a webhook that comes twice waits for its twin and then repeats its words.
What was said is committed before the carrier hears the answer; whoever is to be woken is nudged after that.
A failure is told to the caller, and what is known is filed in a fresh transaction.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from intake import blocks, staff
from intake.db import insert_into, number_hash
from intake.lifecycle import CallOutcome
from intake.models import Call
from intake.services import Job, Services
from voice.effects import Done, Performer
from voice.events import Answered, Event, Failed, HungUp, Refusal, Rung, Silence, Taken
from voice.flow import advance, begin, taken_by
from voice.prompts import Prompts
from voice.state import Reply, Ring, Saying, State, Step
from voice.twiml import (
    NO_TELEPHONES,
    Telephones,
    render,
    render_accepted,
    render_declined,
    render_whisper,
)
from voice.wording import number_to_call

#: The carrier's last words on a call; nothing that comes later changes it.
TERMINAL = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})

#: Calls from one number are counted over this time.
_LIMIT_SPAN = timedelta(hours=1)

#: The carrier's codes for "your words never reached me"; with any other it had them and could not use them.
_CONNECTION_CODES = range(11200, 11300)

#: The key by which a member of the team takes a caller.
_ACCEPT_KEY = "1"

#: The turn that a call begins with.
_FIRST_TURN = 0

# The hot path speaks to the table itself: loading rows as objects costs several times as much.
_calls = cast(sa.Table, Call.__table__)
_SEEN = (
    _calls.c.id,
    _calls.c.state,
    _calls.c.started_at,
    _calls.c.carrier_status,
    _calls.c.status_sequence,
)

log = structlog.get_logger()

EventAt = Callable[[int], Event]


@dataclass(frozen=True)
class Caller:
    """Who calls: the carrier's identifier of the call, and the number if it may be called back.

    ``forwarded``: another exchange sent the call on, so that the number may be the exchange's.
    """

    sid: str
    number: str | None
    forwarded: bool = False


@dataclass(frozen=True)
class _Row:
    """What a turn needs of a call's row; it is locked. ``fresh`` if this turn began the call."""

    id: int
    state: State
    started_at: datetime
    carrier_status: str = ""
    status_sequence: int = -1
    fresh: bool = False

    def age(self, now: datetime) -> int:
        """Whole seconds since the call was picked up."""
        return max(0, int((now - self.started_at).total_seconds()))


class Calls:
    """Answers the carrier's webhooks. Every method but ``report`` gives markup, whatever happens."""

    def __init__(self, services: Services, prompts: Prompts) -> None:
        self._services = services
        self._profile = services.profile
        self._prompts = prompts

    def answer(self, caller: Caller) -> str:
        """A call comes in: greet it. A second time: the same words."""
        return self._speak(caller, _FIRST_TURN, Silence)

    def turn(self, caller: Caller, turn: int, answer: EventAt) -> str:
        """What came at a question, as the event at a second. A turn that was taken repeats its words."""
        return self._speak(caller, turn, answer)

    def rung(self, caller: Caller, turn: int, bridged: bool) -> str:
        """The team's telephones have stopped ringing, or the talk with one of them is over."""
        return self._speak(caller, turn, partial(Rung, bridged))

    def left(self, caller: Caller, turn: int) -> str:
        """The caller hung up while the team's telephones rang."""
        return self._speak(caller, turn, HungUp)

    def whisper(self, turn: int) -> str:
        """A member of the team picked up: who calls, and which key connects."""
        return render_whisper(turn, self._prompts, self._profile)

    def accept(self, sid: str, leg: str, turn: int, keys: str) -> str:
        """A member of the team answered the whisper on her own call ``leg``; she gets the caller only once.

        A second one who presses the key as well, or too late, is told so.
        """
        if keys != _ACCEPT_KEY:
            return render_declined(self._prompts, self._profile, is_late=False)
        try:
            is_hers = self._take_over(sid, leg, turn)
        except Exception as error:  # she is let go, and the caller goes on as if nobody had answered
            _log_failure(error, sid)
            is_hers = False
        return render_accepted() if is_hers else render_declined(self._prompts, self._profile, is_late=True)

    def _take_over(self, sid: str, leg: str, turn: int) -> bool:
        """Give the caller who waits at ``turn`` to that leg; True as well if it has him already."""
        now = self._services.clock()
        with self._services.db.write() as session:
            row = self._find(session, sid)
            if row is None:
                return False
            state = row.state
            if turn < state.turn:
                return state.log[turn].heard == taken_by(leg)
            if turn > state.turn or state.step is not Step.RINGING:
                return False
            self._move(session, row, Taken(leg, row.age(now)), now)
        return True

    def fallback(self, caller: Caller, failed_turn: int | None, code: int) -> str:
        """The carrier got no usable answer to ``failed_turn`` (None if it does not say which).

        Where that turn was committed and only its words were lost on the way, they are said again; a call
        that never began begins. Else the failure is told, and what is known is filed.
        """
        repeatable = failed_turn if code in _CONNECTION_CODES else None
        return self._speak(caller, repeatable, partial(Failed, str(code)))

    def report(self, sid: str, status: str, sequence: int | None, seconds: int | None) -> None:
        """The carrier says where a call stands: in any order, more than once, or late.

        The end of a call is sticky, and tells the flow that the caller is gone. Raises what the database
        raises: nobody is on the line, and the carrier's log shows it.
        """
        now = self._services.clock()
        wakes: list[Job] = []
        with self._services.db.write() as session:
            row = self._find(session, sid)
            if row is None or row.carrier_status in TERMINAL:
                return
            ended = status in TERMINAL
            if not ended and sequence is not None and sequence <= row.status_sequence:
                return
            values: dict[str, Any] = {"carrier_status": status}
            values["status_sequence"] = max(row.status_sequence, sequence or 0)
            if ended:
                values |= {"ended_at": now, "seconds": seconds}
            session.execute(sa.update(_calls).where(_calls.c.id == row.id).values(**values))
            if ended and row.state.outcome is None:
                _, wakes = self._move(session, row, HungUp(row.age(now)), now)
        self._wake(wakes)

    def _speak(self, caller: Caller, turn: int | None, event_at: EventAt) -> str:
        """One turn as markup. A failure is spoken too; nobody hears an error of the carrier's own."""
        try:
            reply = self._take(caller, turn, event_at)
            telephones = self._telephones(reply.ring) if reply.ring else NO_TELEPHONES
        except Exception as error:  # whatever it is, a person is on the line
            _log_failure(error, caller.sid)
            reply, telephones = self._apologise(caller, turn), NO_TELEPHONES
        return render(reply, self._prompts, self._profile, telephones)

    def _telephones(self, ring: Ring) -> Telephones:
        """The numbers behind the accounts: read when they are needed, never kept with the call."""
        with self._services.db.read() as session:
            theirs = staff.numbers(session, ring.staff)
        return Telephones(self._services.settings.carrier_number, theirs)

    def _apologise(self, caller: Caller, turn: int | None) -> Reply:
        """File what is known in a fresh transaction; where even that fails, only apologise."""
        try:
            return self._take(caller, turn, partial(Failed, "program"))
        except Exception as error:  # as above
            _log_failure(error, caller.sid)
            return Reply(says=(Saying("apology", self._profile.languages[0]),))

    def _take(self, caller: Caller, turn: int | None, event_at: EventAt) -> Reply:
        """Take a turn in one transaction; one that was taken already only gives its reply again."""
        now = self._services.clock()
        wakes: list[Job] = []
        with self._services.db.write() as session:
            row = self._find_or_begin(session, caller, turn, now)
            event = event_at(row.age(now))
            reply = _said_already(row, turn, event)
            if reply is None:
                reply, wakes = self._move(session, row, event, now)
        self._wake(wakes)
        return reply

    def _find_or_begin(self, session: Session, caller: Caller, turn: int | None, now: datetime) -> _Row:
        """The call's row, locked. An unknown call is begun, whichever turn it claims to be at."""
        row = None if turn == _FIRST_TURN else self._find(session, caller.sid)
        row = row or self._begin(session, caller, now) or self._find(session, caller.sid)
        assert row is not None, "a row that stood in the way of an insert has gone"
        return row

    def _find(self, session: Session, sid: str) -> _Row | None:
        query = sa.select(*_SEEN).where(_calls.c.call_sid == sid).with_for_update()
        found = session.execute(query).first()
        if found is None:
            return None
        call_id, state, *rest = found
        return _Row(call_id, State.from_json(state), *rest)

    def _begin(self, session: Session, caller: Caller, now: datetime) -> _Row | None:
        """A new row, its caller greeted; None if the call has a row already."""
        hashed = number_hash(session, caller.number) if caller.number else None
        refused = self._refusal(session, hashed, caller, now) if hashed else None
        fresh = begin(self._profile.languages[0])
        state, reply = advance(fresh, Answered(caller.number, refused, caller.forwarded), self._profile)
        assert isinstance(reply, Reply), "a call is greeted before anything is asked of the record"
        statement = (
            insert_into(session, _calls)
            .values(
                call_sid=caller.sid,
                number=caller.number,
                number_hash=hashed,
                started_at=now,
                carrier_status="in-progress",
                status_sequence=-1,
                **_columns(state, now),
            )
            .on_conflict_do_nothing(index_elements=["call_sid"])
            .returning(_calls.c.id)
        )
        call_id = session.scalar(statement)
        return None if call_id is None else _Row(call_id, state, now, fresh=True)

    def _refusal(self, session: Session, hashed: bytes, caller: Caller, now: datetime) -> Refusal | None:
        """Why calls from that number are not taken now; None if they are."""
        if blocks.is_blocked(session, now, hashed):
            return Refusal.BLOCKED
        return Refusal.TOO_MANY if self._calls_too_often(session, hashed, caller, now) else None

    def _calls_too_often(self, session: Session, hashed: bytes, caller: Caller, now: datetime) -> bool:
        """Whether the number has used up its calls of the last hour; this call is not among them."""
        query = sa.select(sa.func.count()).where(
            _calls.c.number_hash == hashed,
            _calls.c.started_at > now - _LIMIT_SPAN,
            _calls.c.call_sid != caller.sid,
        )
        return (session.scalar(query) or 0) >= self._profile.limits.calls_per_hour

    def _move(self, session: Session, row: _Row, event: Event, now: datetime) -> tuple[Reply, list[Job]]:
        """Let the flow take its next move, carry out its effects, and save where the call stands."""
        done: list[Done] = []
        state, then = advance(row.state, event, self._profile)
        while not isinstance(then, Reply):
            done.append(Performer(session, self._profile, now, state.language).perform(then))
            state, then = advance(state, done[-1].result, self._profile)
        values = _columns(state, now)
        for item in done:
            values |= {
                name: value
                for name, value in (("request_id", item.request_id), ("callback_id", item.callback_id))
                if value is not None
            }
        number = number_to_call(state)
        if state.caller_id is None or (number and state.outcome is CallOutcome.LEAD):
            # a lead is rung where the caller wanted it; a withheld number is known only now, and one that
            # the caller refused must go again, or a lead would ring a stranger
            hashed = number_hash(session, number) if number else None
            values |= {"number": number, "number_hash": hashed}
        session.flush()
        session.execute(sa.update(_calls).where(_calls.c.id == row.id).values(**values))
        return then, [item.wakes for item in done if item.wakes]

    def _wake(self, jobs: list[Job]) -> None:
        for job in jobs:
            self._services.nudge(job)


def _columns(state: State, now: datetime) -> dict[str, Any]:
    """The columns that follow the flow's state."""
    return {
        "state": state.to_json(),
        "turn": state.turn,
        "step": state.left_at.value,
        "language": state.language,
        "outcome": state.outcome,
        "last_turn_at": now,
    }


def _said_already(row: _Row, turn: int | None, event: Event) -> Reply | None:
    """What to say again: to a turn that was taken or lies ahead, or to a call just begun, or ended.

    None if the call moves on.
    """
    state = row.state
    if turn is not None and turn < state.turn:
        return state.reply_of(turn)
    if state.outcome is None and isinstance(event, Failed):
        return None
    is_ahead = turn is not None and turn > state.turn
    return state.log[-1].reply if state.outcome is not None or row.fresh or is_ahead else None


def _log_failure(error: Exception, sid: str) -> None:
    """Where it broke and how, never what was in it: errors of the database quote what was said."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{last.name}:{last.lineno}"
    log.error("a turn failed", call=sid, error=type(error).__name__, where=where)
