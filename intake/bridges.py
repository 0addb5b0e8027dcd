"""Calls from the desk: the operator's telephone is rung first, and at her key the citizen's.

A bridge is the record of one such call. It moves along its life cycle only, so that what the carrier reports
twice, late or out of order changes nothing. One callback and one operator have one live bridge at most, by
the database's own indexes: pressing twice rings once. Nobody is rung outside the call window.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import attempts, audit, locks, outbox, queue
from intake.bridge_models import BRIDGE_IS_LIVE, Bridge
from intake.db import insert_into
from intake.hours import in_call_window
from intake.kinds import DutyKind
from intake.lifecycle import LIVE_BRIDGES, BridgeStatus, CallbackStatus, check_move
from intake.models import Attempt, Callback, Duty, Staff
from intake.phone_numbers import parse_callable
from intake.profile import AttemptOutcome, Profile

#: An operator who pressed "call" waits no longer than this for her telephone to ring. What could not be done
#: by then is not done any more: a telephone that rings out of the blue helps nobody.
LATE = timedelta(seconds=45)

#: What a duty's key begins with that is owed to a bridge.
CAUSE = "bridge"

#: Where the carrier asks what to say, and asks where no words came; where it reports how her call goes.
WHISPER_PATH = "/voice/bridge/{}/whisper"
FALLBACK_PATH = "/voice/bridge/{}/fallback"
STATUS_PATH = "/voice/bridge/{}/status"

#: Why a bridge ended, where it was not the carrier who said so.
NO_KEY, DECLINED, LATE_NOW, LOST, CLOSED = "no key", "declined", "late", "lost", "closed"

#: Which outcomes fit an end, the likeliest first.
_FITTING: dict[BridgeStatus, tuple[AttemptOutcome, ...]] = {
    BridgeStatus.ENDED: (AttemptOutcome.REACHED_COMPLETE, AttemptOutcome.ANSWERING_MACHINE),
    BridgeStatus.BUSY: (AttemptOutcome.BUSY,),
    BridgeStatus.NO_ANSWER: (AttemptOutcome.NO_ANSWER,),
    BridgeStatus.FAILED: (AttemptOutcome.NO_ANSWER, AttemptOutcome.WRONG_NUMBER),
}

_RINGS_OPERATOR = (BridgeStatus.PLACED, BridgeStatus.OPERATOR_RINGING)
_CITIZEN_DIALLED = (BridgeStatus.CITIZEN_RINGING, BridgeStatus.CONNECTED)


def suggested(bridge: Bridge, attempt: Attempt) -> tuple[AttemptOutcome, ...]:
    """The outcomes that fit how a call ended, the likeliest first. None is ever recorded by itself."""
    if bridge.status is BridgeStatus.CANCELLED and attempt.dialled_at is not None:
        return (AttemptOutcome.NO_ANSWER,)  # she let it ring, and hung up
    return _FITTING.get(bridge.status, ())


class Why(StrEnum):
    """Why no call can be begun."""

    NO_OWN_NUMBER = "no_own_number"
    NOT_CALLABLE = "not_callable"
    OWN_NUMBER = "own_number"
    ANOTHER_CALL = "another_call"


class BridgeError(Exception):
    """No call can be begun; ``why`` says for which reason."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


def start(session: Session, profile: Profile, now: datetime, callback: Callback, staff_id: int) -> Bridge:
    """Begin a call to the number of a callback that ``staff_id`` holds, and with it the attempt.

    Begun twice, it is the same call. Raises ``BridgeError``, and ``OutsideCallWindow`` as any attempt does.
    """
    own = session.get_one(Staff, staff_id).number
    _check_numbers(profile, own, callback.number)
    attempt = attempts.start(session, profile, now, callback, staff_id)
    values = {
        "callback_id": callback.id,
        "attempt_id": attempt.id,
        "staff_id": staff_id,
        "status": BridgeStatus.PLACED,
        "created_at": now,
        "status_at": now,
    }
    insert = insert_into(session, Bridge).values(**values).on_conflict_do_nothing().returning(Bridge.id)
    bridge_id = session.scalar(insert)
    if bridge_id is None:
        return _begun_already(session, callback.id, staff_id)
    payload = {
        "to": own,
        "path": WHISPER_PATH.format(bridge_id),
        "fallback_path": FALLBACK_PATH.format(bridge_id),
        "status_path": STATUS_PATH.format(bridge_id),
    }
    outbox.owe(session, now, DutyKind.CALL, key_of(bridge_id), payload, due_at=now)
    audit.append(session, now, audit.by_staff(staff_id), "call_begun", f"callback:{callback.id}")
    return session.get_one(Bridge, bridge_id)


def _check_numbers(profile: Profile, own: str | None, number: str | None) -> None:
    if not own:
        raise BridgeError(Why.NO_OWN_NUMBER)
    if number == own:
        raise BridgeError(Why.OWN_NUMBER)
    if not may_be_dialled(profile, number):
        raise BridgeError(Why.NOT_CALLABLE)


def may_be_dialled(profile: Profile, number: str | None) -> bool:
    """Whether the citizen's number may be rung at all: an ordinary one of the country, and not our own."""
    return (
        number is not None
        and number != profile.hotline_number
        and parse_callable(number, profile.country) == number
    )


def _begun_already(session: Session, callback_id: int, staff_id: int) -> Bridge:
    live = sa.select(Bridge).where(BRIDGE_IS_LIVE, Bridge.callback_id == callback_id)
    bridge = session.scalar(live.where(Bridge.staff_id == staff_id))
    if bridge is None:
        raise BridgeError(Why.ANOTHER_CALL)
    return bridge


def key_of(bridge_id: int) -> str:
    """The key of the duty to ring the operator for that bridge."""
    return f"{CAUSE}:{bridge_id}"


def find(session: Session, bridge_id: int) -> Bridge | None:
    """The bridge with that id, held for this transaction behind the callback that it is about."""
    bridge = session.get(Bridge, bridge_id)
    if bridge is not None:
        locks.hold(session, session.get_one(Callback, bridge.callback_id), bridge)
    return bridge


def latest(session: Session, attempt: Attempt | None) -> Bridge | None:
    """The last call that was begun from the desk during an attempt."""
    if attempt is None:
        return None
    return session.scalar(
        sa.select(Bridge).where(Bridge.attempt_id == attempt.id).order_by(Bridge.id.desc()).limit(1)
    )


def is_live(bridge: Bridge) -> bool:
    """Whether it may still ring somebody, or has two people talking."""
    return bridge.status in LIVE_BRIDGES


# --- what the operator wants ----------------------------------------------------------------------


def end(session: Session, now: datetime, bridge: Bridge) -> None:
    """End the call, wherever it stands. One that nobody has begun to place yet is never placed."""
    if not is_live(bridge) or bridge.end_wanted_at is not None:
        return
    bridge.end_wanted_at = now
    if bridge.status is BridgeStatus.PLACED and outbox.take_back(session, now, key_of(bridge.id)):
        _end_before(session, bridge, BridgeStatus.CANCELLED, now)
    else:
        _hang_up(session, now, bridge)


def _hang_up(session: Session, now: datetime, bridge: Bridge) -> None:
    """Owe the carrier a word to end the operator's call, and the citizen's with it, once it has a name."""
    if bridge.operator_sid is not None:
        payload = {"sid": bridge.operator_sid}
        outbox.owe(session, now, DutyKind.HANG_UP, f"hang-up:{bridge.id}", payload, due_at=now)


# --- what the worker knows ------------------------------------------------------------------------


def is_wanted(session: Session, now: datetime, bridge_id: int) -> bool:
    """Whether the operator is still to be rung: nobody knows of her call yet, and it is not too late."""
    bridge = find(session, bridge_id)
    return (
        bridge is not None
        and bridge.status is BridgeStatus.PLACED
        and bridge.end_wanted_at is None
        and now - bridge.created_at <= LATE
    )


def placed(session: Session, now: datetime, bridge_id: int, sid: str) -> None:
    """The carrier has the call to the operator, under this name."""
    bridge = find(session, bridge_id)
    if bridge is None:
        return
    bridge.operator_sid = bridge.operator_sid or sid
    if bridge.end_wanted_at is not None:
        _hang_up(session, now, bridge)


def not_placed(session: Session, now: datetime, bridge_id: int, error: str) -> None:
    """The call to the operator was never made, and will not be; ``error`` is the duty's."""
    bridge = find(session, bridge_id)
    if bridge is not None and bridge.status is BridgeStatus.PLACED:
        cancelled = bridge.end_wanted_at is not None
        status = BridgeStatus.CANCELLED if cancelled else BridgeStatus.REFUSED
        _end_before(session, bridge, status, now, error)


def give_up_late(session: Session, now: datetime) -> int:
    """Give up the calls that could not be placed in time; how many."""
    late = sa.select(Bridge.id).where(Bridge.status == BridgeStatus.PLACED, Bridge.created_at < now - LATE)
    given_up = 0
    for bridge_id in session.scalars(late.order_by(Bridge.callback_id)).all():
        bridge = find(session, bridge_id)
        if bridge is None or bridge.status is not BridgeStatus.PLACED:
            continue
        error = session.scalar(sa.select(Duty.error).where(Duty.key == key_of(bridge.id)))
        if outbox.take_back(session, now, key_of(bridge.id)):
            _end_before(session, bridge, BridgeStatus.REFUSED, now, error or LATE_NOW)
            given_up += 1
    return given_up


def quiet(session: Session, before: datetime) -> list[tuple[int, str]]:
    """The live calls of which nothing was heard since then, with the carrier's name of each."""
    heard = sa.func.coalesce(Bridge.asked_at, Bridge.status_at)
    rows = session.execute(
        sa.select(Bridge.id, Bridge.operator_sid)
        .where(BRIDGE_IS_LIVE, Bridge.operator_sid.is_not(None), Bridge.status_at < before, heard < before)
        .order_by(Bridge.id)
    )
    return [(row.id, row.operator_sid) for row in rows]


def asked(session: Session, now: datetime, bridge_id: int) -> None:
    """The carrier was asked about that call, and said that it goes on or nothing at all."""
    session.execute(sa.update(Bridge).where(Bridge.id == bridge_id).values(asked_at=now))


# --- what the carrier tells -----------------------------------------------------------------------


def operator_rings(bridge: Bridge, sid: str, now: datetime) -> None:
    """The operator's telephone rings."""
    if _is_hers(bridge, sid) and bridge.status is BridgeStatus.PLACED:
        _move(bridge, BridgeStatus.OPERATOR_RINGING, now)


def operator_there(bridge: Bridge, sid: str, now: datetime) -> bool:
    """The operator's telephone, or what answers for her, was picked up; False if there is nothing to say."""
    if not _is_hers(bridge, sid) or not is_live(bridge) or bridge.end_wanted_at is not None:
        return False
    if bridge.status in _RINGS_OPERATOR:
        _move(bridge, BridgeStatus.OPERATOR_THERE, now)
    return True


def accept(session: Session, profile: Profile, bridge: Bridge, sid: str, now: datetime) -> str | None:
    """The operator pressed the key: the number to dial, or None if nobody is to be rung any more.

    Told twice, it is the same number. The callback must still be in her hand, its number one that may be
    rung, and the call window open.
    """
    if not _is_hers(bridge, sid) or bridge.end_wanted_at is not None:
        return None
    callback = session.get_one(Callback, bridge.callback_id)
    if bridge.status is BridgeStatus.OPERATOR_THERE:
        why = _why_not(profile, now, callback, bridge.staff_id)
        if why is not None:
            _end_before(session, bridge, BridgeStatus.CANCELLED, now, why)
            return None
        _move(bridge, BridgeStatus.CITIZEN_RINGING, now)
        attempts.dial(session.get_one(Attempt, bridge.attempt_id), now)
    return callback.number if bridge.status in _CITIZEN_DIALLED else None


def _why_not(profile: Profile, now: datetime, callback: Callback, staff_id: int) -> str | None:
    if callback.holder_id != staff_id or not may_be_dialled(profile, callback.number):
        return LOST
    return None if in_call_window(profile, now) else CLOSED


def operator_gone(session: Session, bridge: Bridge, sid: str, now: datetime, reason: str = "") -> None:
    """The operator's call is over, or was never answered; ``reason`` is the carrier's word for why."""
    if not _is_hers(bridge, sid) or not is_live(bridge):
        return
    if bridge.status is BridgeStatus.CONNECTED:
        _end_talk(bridge, now, None)
    elif bridge.status is BridgeStatus.CITIZEN_RINGING:
        _move(bridge, BridgeStatus.CANCELLED, now)
    elif bridge.end_wanted_at is not None:
        _end_before(session, bridge, BridgeStatus.CANCELLED, now)
    else:
        _end_before(session, bridge, BridgeStatus.NOT_TAKEN, now, reason or NO_KEY)


def citizen_there(bridge: Bridge, sid: str, now: datetime) -> None:
    """The citizen's telephone was picked up: they talk."""
    if bridge.status is BridgeStatus.CITIZEN_RINGING:
        bridge.citizen_sid, bridge.connected_at = sid, now
        _move(bridge, BridgeStatus.CONNECTED, now)


def citizen_gone(bridge: Bridge, now: datetime, how: BridgeStatus, seconds: int | None = None) -> None:
    """The citizen's call is over: ENDED after a talk of so many seconds, or it never came to one.

    A talk that is over was one, even if nobody told when it began.
    """
    if how is not BridgeStatus.ENDED:
        if bridge.status is BridgeStatus.CITIZEN_RINGING:
            _move(bridge, how, now)
        return
    if bridge.status is BridgeStatus.CITIZEN_RINGING:
        bridge.connected_at = now - timedelta(seconds=seconds or 0)
        _move(bridge, BridgeStatus.CONNECTED, now)
    if bridge.status is BridgeStatus.CONNECTED:
        _end_talk(bridge, now, seconds)


def _end_talk(bridge: Bridge, now: datetime, seconds: int | None) -> None:
    since = bridge.connected_at or now
    bridge.seconds = int((now - since).total_seconds()) if seconds is None else seconds
    _move(bridge, BridgeStatus.ENDED, now)


def _is_hers(bridge: Bridge, sid: str) -> bool:
    """Whether that is the operator's call of this bridge. Its first word may come before the REST answer."""
    bridge.operator_sid = bridge.operator_sid or sid
    return bridge.operator_sid == sid


def _end_before(
    session: Session, bridge: Bridge, status: BridgeStatus, now: datetime, reason: str = ""
) -> None:
    """End before the citizen was rung: unless her number was shown, nobody has been tried to reach."""
    _move(bridge, status, now, reason)
    attempt = session.get_one(Attempt, bridge.attempt_id)
    callback = session.get_one(Callback, bridge.callback_id)
    tried = attempt.number_shown_at or attempt.dialled_at or attempt.ended_at
    if not tried and callback.status is CallbackStatus.CALLING and callback.holder_id == bridge.staff_id:
        queue.move(callback, CallbackStatus.ASSIGNED)


def _move(bridge: Bridge, status: BridgeStatus, now: datetime, reason: str = "") -> None:
    bridge.status = check_move(bridge.status, status)
    bridge.status_at, bridge.reason = now, reason[:32]
