"""A call's turns: each one short transaction around the flow's next move.

The call's row is locked, so that a webhook that comes twice waits for its twin and then repeats its words.
What was said is committed before the carrier hears the answer; whoever is to be woken is nudged after that.
A failure is told to the caller, and what is known is filed in a fresh transaction.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy.orm import Session

from intake import blocks, staff
from intake.db import number_hash
from intake.kinds import CallOutcome
from intake.phone_numbers import caller_id
from intake.profile import Profile
from intake.services import Job, Services
from matching import connecting
from voice import call_rows
from voice.call_rows import CallRow
from voice.effects import Done, Performer
from voice.events import Answered, Digits, Event, Failed, HungUp, Refusal, Rung, Silence, Taken
from voice.flow import advance, begin, taken_by
from voice.prompts import Prompts
from voice.state import Reply, Ring, Saying, Step
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
CONNECTION_CODES = range(11200, 11300)

#: The key by which a member of the team takes a caller.
_ACCEPT_KEY = "1"

#: The turn that a call begins with.
_FIRST_TURN = 0

log = structlog.get_logger()

EventAt = Callable[[int], Event]


@dataclass(frozen=True)
class Caller:
    """Who calls, as the carrier tells it: its identifier of the call, the number it came from, and the number
    that sent it on, if another exchange did.

    Whether the number may be called back is looked into only when the call begins: that costs as much as
    the rest of a turn.
    """

    sid: str
    came_from: str
    via: str = ""


class _RehearsalOver(Exception):
    """Takes back whatever a rehearsal wrote."""


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
            log_failure(error, sid)
            is_hers = False
        return render_accepted() if is_hers else render_declined(self._prompts, self._profile, is_late=True)

    def _take_over(self, sid: str, leg: str, turn: int) -> bool:
        """Give the caller who waits at ``turn`` to that leg; True as well if it has him already."""
        now = self._services.clock()
        with self._services.db.write() as session:
            row = call_rows.find(session, sid)
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
        repeatable = failed_turn if code in CONNECTION_CODES else None
        return self._speak(caller, repeatable, partial(Failed, str(code)))

    def report(self, sid: str, status: str, sequence: int | None, seconds: int | None) -> None:
        """The carrier says where a call stands: in any order, more than once, or late.

        The end of a call is sticky, and tells the flow that the caller is gone. Raises what the database
        raises: nobody is on the line, and the carrier's log shows it.
        """
        now = self._services.clock()
        wakes: list[Job] = []
        with self._services.db.write() as session:
            row = call_rows.find(session, sid)
            if row is None or row.carrier_status in TERMINAL:
                return
            ended = status in TERMINAL
            if not ended and sequence is not None and sequence <= row.status_sequence:
                return
            values: dict[str, Any] = {"carrier_status": status}
            values["status_sequence"] = max(row.status_sequence, sequence or 0)
            if ended:
                values |= {"ended_at": now, "seconds": seconds}
            call_rows.save(session, row, values)
            if ended and row.state.outcome is None:
                _, wakes = self._move(session, row, HungUp(row.age(now)), now)
        self._wake(wakes)

    def _speak(self, caller: Caller, turn: int | None, event_at: EventAt) -> str:
        """One turn as markup. A failure is spoken too; nobody hears an error of the carrier's own."""
        try:
            reply = self._take(caller, turn, event_at)
            telephones = self._telephones(reply.ring) if reply.ring else NO_TELEPHONES
        except Exception as error:  # whatever it is, a person is on the line
            log_failure(error, caller.sid)
            reply, telephones = self._apologise(caller, turn), NO_TELEPHONES
        return render(reply, self._prompts, self._profile, telephones)

    def _telephones(self, ring: Ring) -> Telephones:
        """The numbers to ring: read when they are needed, never kept with the call."""
        with self._services.db.read() as session:
            theirs = staff.numbers(session, ring.staff)
            if ring.mission is not None:
                number = connecting.seekers_number(session, self._profile, ring.mission)
                theirs = (number,) if number else ()
        return Telephones(self._services.settings.carrier_number, theirs)

    def _apologise(self, caller: Caller, turn: int | None) -> Reply:
        """File what is known in a fresh transaction; where even that fails, only apologise."""
        try:
            return self._take(caller, turn, partial(Failed, "program"))
        except Exception as error:  # as above
            log_failure(error, caller.sid)
            return Reply(says=(Saying("apology", self._profile.languages[0]),))

    def _take(self, caller: Caller, turn: int | None, event_at: EventAt) -> Reply:
        """Take a turn in one transaction; one that was taken already only gives its reply again."""
        now = self._services.clock()
        reply, wakes = self._services.db.write_together(
            lambda session: self._take_in(session, caller, turn, event_at, now)
        )
        self._wake(wakes)
        return reply

    def _take_in(
        self, session: Session, caller: Caller, turn: int | None, event_at: EventAt, now: datetime
    ) -> tuple[Reply, list[Job]]:
        """The turn's reply, and who is to be woken once it is committed."""
        row = self._find_or_begin(session, caller, turn, now)
        event = event_at(row.age(now))
        again = _said_already(row, turn, event)
        return (again, []) if again is not None else self._move(session, row, event, now)

    def rehearse(self, caller: Caller, answers: Sequence[str]) -> int:
        """Hold a call and leave no trace of it; how many turns it took.

        So the first caller does not wait for what is loaded when it is first needed: number plans, holidays,
        words for times, statements.

        Never raises: where the record cannot be reached yet, callers will be told so.
        """
        now, turns = self._services.clock(), 0
        try:
            with self._services.db.write() as session:
                for turns, keys in enumerate(("", *answers), start=1):
                    event_at = partial(Digits, keys) if keys else Silence
                    reply, _ = self._take_in(session, caller, turns - 1, event_at, now)
                    render(reply, self._prompts, self._profile)
                raise _RehearsalOver
        except _RehearsalOver:
            return turns
        except Exception as error:  # a hotline that was not rehearsed answers all the same
            log_failure(error, caller.sid)
            return 0

    def _find_or_begin(self, session: Session, caller: Caller, turn: int | None, now: datetime) -> CallRow:
        """The call's row, locked. An unknown call is begun, whichever turn it claims to be at."""
        row = None if turn == _FIRST_TURN else call_rows.find(session, caller.sid)
        row = row or self._begin(session, caller, now) or call_rows.find(session, caller.sid)
        assert row is not None, "a row that stood in the way of an insert has gone"
        return row

    def _begin(self, session: Session, caller: Caller, now: datetime) -> CallRow | None:
        """A new row, its caller greeted; None if the call has a row already."""
        number, forwarded = _number_of(caller, self._profile)
        hashed = number_hash(session, number) if number else None
        refused = self._refusal(session, hashed, caller, now) if hashed else None
        fresh = begin(self._profile.languages[0])
        state, reply = advance(fresh, Answered(number, refused, forwarded), self._profile)
        assert isinstance(reply, Reply), "a call is greeted before anything is asked of the record"
        return call_rows.begin(session, caller.sid, number, state, now)

    def _refusal(self, session: Session, hashed: bytes, caller: Caller, now: datetime) -> Refusal | None:
        """Why calls from that number are not taken now; None if they are."""
        if blocks.is_blocked(session, now, hashed):
            return Refusal.BLOCKED
        return Refusal.TOO_MANY if self._calls_too_often(session, hashed, caller, now) else None

    def _calls_too_often(self, session: Session, hashed: bytes, caller: Caller, now: datetime) -> bool:
        """Whether the number has used up its calls of the last hour; this call is not among them."""
        calls = call_rows.count_others(session, hashed, now - _LIMIT_SPAN, caller.sid)
        return calls >= self._profile.limits.calls_per_hour

    def _move(self, session: Session, row: CallRow, event: Event, now: datetime) -> tuple[Reply, list[Job]]:
        """Let the flow take its next move, carry out its effects, and save where the call stands."""
        done: list[Done] = []
        state, then = advance(row.state, event, self._profile)
        while not isinstance(then, Reply):
            done.append(Performer(session, self._profile, now, state.language).perform(then))
            state, then = advance(state, done[-1].result, self._profile)
        values = call_rows.columns(state, now)
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
        call_rows.save(session, row, values)
        return then, [item.wakes for item in done if item.wakes]

    def _wake(self, jobs: list[Job]) -> None:
        for job in jobs:
            self._services.nudge(job)


def _number_of(caller: Caller, profile: Profile) -> tuple[str | None, bool]:
    """The number if it may be called back, and whether it may be another's: of whoever sent the call on.

    Forwarding by the hotline's own published number is the ordinary way in. A number that is the
    forwarding exchange's, or the hotline's, is nobody's to call back.
    """
    number = caller_id(caller.came_from, profile.country)
    exchange = caller_id(caller.via, profile.country)
    if number in (exchange, profile.hotline_number):
        number = None
    return number, bool(caller.via) and exchange != profile.hotline_number


def _said_already(row: CallRow, turn: int | None, event: Event) -> Reply | None:
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


def log_failure(error: Exception, sid: str) -> None:
    """Where it broke and how, never what was in it: errors of the database quote what was said."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{last.name}:{last.lineno}"
    log.error("a turn failed", call=sid, error=type(error).__name__, where=where)
