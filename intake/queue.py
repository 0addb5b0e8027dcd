"""The callback queue: file, merge, hand out with a lease, give back, close.

A callback is rung by one person at a time. Whoever takes it holds it by a lease: short while it is only
assigned, longer while the case is open. A lease that ran out gives the callback back, so that a laptop that
was shut forgets nobody. Every change of hands is one statement that names the old state, so two takers
cannot both win.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import locks
from intake.db import INSERTS, kind_of, number_hash
from intake.hours import Window
from intake.kinds import BestTime, CallbackKind
from intake.lifecycle import CallbackStatus, PromiseStatus, check_move
from intake.models import (
    CALLBACK_IS_HELD,
    CALLBACK_IS_OPEN,
    CALLBACK_IS_QUEUED,
    Callback,
    Helper,
    Request,
)
from intake.prepared import Prepared

_callbacks = cast(sa.Table, Callback.__table__)

#: The need of a caller who has not said one: silent, or wanting a person.
UNKNOWN_NEED = "unknown"

#: An assigned callback that nobody opened goes back after this: long enough to finish the coffee.
LEASE_UNOPENED = timedelta(minutes=5)

#: A case that is open on a desk is kept so long after its last sign of life: a long talk fits in.
LEASE_OPEN = timedelta(minutes=30)


def _first_open(*which: sa.ColumnElement[bool]) -> Prepared:
    of_the_number = Callback.number_hash == sa.bindparam("hashed")
    chosen = sa.select(Callback.id).where(of_the_number, CALLBACK_IS_OPEN, *which)
    # locked: one that is being closed just now is not open any more, and whoever calls must not add to it
    return Prepared(chosen.order_by(Callback.id).limit(1).with_for_update(key_share=True))


_OPEN_FOR_NEED = _first_open(Callback.need == sa.bindparam("need"))
_OPEN_INTAKE = _first_open(Callback.kind == CallbackKind.INTAKE)


def find_open(session: Session, number: str, need: str | None) -> Callback | None:
    """The open callback of that number for that need; for no need (None) whichever intake is oldest."""
    hashed = number_hash(session, number)
    if need is None:
        found = _OPEN_INTAKE.within(session, hashed=hashed)
    else:
        found = _OPEN_FOR_NEED.within(session, hashed=hashed, need=need)
    return None if found is None else session.get(Callback, found[0])


def add_call(callback: Callback, now: datetime) -> None:
    """Note that the caller rang again. The callback keeps its place and its promise."""
    callback.times_called += 1
    callback.last_called_at = now


def bring_forward(callback: Callback, now: datetime, window: Window) -> None:
    """Have somebody rung by the end of ``window`` who was told so, where she would be rung later.

    A promise that is not decided yet follows, so that the one she relies on is the one that is measured.
    """
    if callback.due_at <= window.end:
        return
    callback.due_at, callback.not_before = window.end, min(callback.not_before, now)
    if callback.promise is PromiseStatus.OPEN and callback.promised_until is not None:
        callback.promised_from, callback.promised_until = window.start, window.end


def file_callback(
    session: Session,
    now: datetime,
    *,
    kind: CallbackKind,
    told_number: str,
    need: str,
    language: str,
    window: Window,
    request: Request | None = None,
    helper: Helper | None = None,
    ags: str | None = None,
    best_time: BestTime = BestTime.ANY,
    urgency: int = 0,
    not_before: datetime | None = None,
    note: str | None = None,
) -> tuple[Callback, bool]:
    """File a callback, or add to the one that is open for that number and need; and whether it was added.

    The database's own unique index decides, so two calls filed at one moment meet in one row.
    """
    values: dict[str, Any] = {
        "kind": kind,
        "status": CallbackStatus.QUEUED,
        "need": need,
        "request_id": request.id if request else None,
        "helper_id": helper.id if helper else None,
        "number": told_number,
        "number_hash": number_hash(session, told_number),
        "language": language,
        "ags": ags,
        "best_time": best_time,
        "urgency": urgency,
        "promised_from": window.start,
        "promised_until": window.end,
        "not_before": not_before or now,
        "due_at": window.end,
        "last_called_at": now,
        "created_at": now,
        "note": note,
    }
    callback_id, times_called = session.execute(_file_or_add(kind_of(session)), values).one()
    callback = session.get_one(Callback, callback_id, populate_existing=True)
    return callback, times_called > 1


@cache
def _file_or_add(database: str) -> sa.Executable:
    """The statement of ``file_callback`` for a kind of database; built once, because callers wait for it."""
    filing = INSERTS[database](_callbacks)
    again = {"times_called": _callbacks.c.times_called + 1, "last_called_at": filing.excluded.last_called_at}
    return filing.on_conflict_do_update(
        index_elements=["number_hash", "need"], index_where=CALLBACK_IS_OPEN, set_=again
    ).returning(_callbacks.c.id, _callbacks.c.times_called)


def waiting(session: Session) -> int:
    """How many callbacks nobody has in hand."""
    query = sa.select(sa.func.count()).select_from(Callback).where(CALLBACK_IS_QUEUED)
    return session.scalar(query) or 0


#: The order in which callbacks are rung: the oldest promise, then the most urgent, then who waits longest.
ORDER = (Callback.due_at, Callback.urgency.desc(), Callback.id)


def take(session: Session, now: datetime, callback_id: int, staff_id: int) -> bool:
    """Take one certain callback for somebody; False if it is in a hand already, or ended."""
    statement = (
        sa.update(Callback)
        .where(Callback.id == callback_id, CALLBACK_IS_QUEUED)
        .values(
            status=CallbackStatus.ASSIGNED,
            holder_id=staff_id,
            lease_until=now + LEASE_UNOPENED,
            opened_at=None,
        )
        .returning(Callback.id)
        .execution_options(synchronize_session=False)
    )
    return session.scalar(statement) is not None


def in_hand(session: Session) -> dict[int, int]:
    """How many callbacks each account holds, by its id."""
    rows = session.execute(
        sa.select(Callback.holder_id, sa.func.count()).where(CALLBACK_IS_HELD).group_by(Callback.holder_id)
    )
    return {holder: count for holder, count in rows if holder is not None}


def held_by(session: Session, callback_id: int, staff_id: int) -> Callback | None:
    """The callback if that account holds it, to be changed: locked with its request; else None."""
    callback = seen_by(session, callback_id, staff_id)
    if callback is not None:
        locks.hold_callback(session, callback)
    return callback if callback is not None and callback.holder_id == staff_id else None


def seen_by(session: Session, callback_id: int, staff_id: int) -> Callback | None:
    """The callback if that account holds it, only to be looked at; else None."""
    callback = session.get(Callback, callback_id)
    return callback if callback is not None and callback.holder_id == staff_id else None


def keep(callback: Callback, now: datetime) -> None:
    """Prolong the lease of a case that is open on its holder's desk; a longer one, for paper, stays."""
    callback.opened_at = callback.opened_at or now
    callback.lease_until = max(callback.lease_until or now, now + LEASE_OPEN)


def move(callback: Callback, status: CallbackStatus) -> None:
    """Move a callback along its life cycle; outside ASSIGNED and CALLING nobody holds it."""
    callback.status = check_move(callback.status, status)
    if status not in (CallbackStatus.ASSIGNED, CallbackStatus.CALLING):
        callback.holder_id = callback.lease_until = callback.opened_at = None


def release(callback: Callback) -> None:
    """Give a callback back to the queue, without blame; its place and promise stay."""
    move(callback, CallbackStatus.QUEUED)


def give_back(session: Session, *which: sa.ColumnElement[bool]) -> int:
    """Give those held callbacks back to the queue in one statement; how many.

    One that somebody is just writing at is passed over: whoever has it is there.
    """
    held = sa.select(Callback.id).where(CALLBACK_IS_HELD, *which).order_by(Callback.id)
    free = held.with_for_update(skip_locked=True, key_share=True)
    result = session.execute(
        sa.update(Callback)
        .where(Callback.id.in_(free))
        .values(status=CallbackStatus.QUEUED, holder_id=None, lease_until=None, opened_at=None)
        .returning(Callback.id)
        .execution_options(synchronize_session=False)
    )
    return len(result.all())


def free_expired(session: Session, now: datetime) -> int:
    """Give back every callback whose lease ran out; how many."""
    return give_back(session, Callback.lease_until < now)


def close_for_request(session: Session, now: datetime, request_id: int, outcome: str) -> None:
    """End the open callbacks of a request that needs no ringing any more; the request is held already."""
    _close(session, now, Callback.request_id == request_id, outcome)


def close_needs(session: Session, now: datetime, needs: Sequence[str], outcome: str) -> None:
    """End the open callbacks for these needs."""
    _close(session, now, Callback.need.in_(needs), outcome)


def _close(session: Session, now: datetime, which: sa.ColumnElement[bool], outcome: str) -> None:
    closing = sa.select(Callback).where(which, CALLBACK_IS_OPEN).order_by(Callback.id)
    held = closing.with_for_update(key_share=True).execution_options(populate_existing=True)
    for callback in session.scalars(held).all():
        move(callback, CallbackStatus.DONE)
        callback.closed_at, callback.outcome = now, outcome
