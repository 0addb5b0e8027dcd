"""The callback queue: file, merge, hand out with a lease, give back, close.

A callback is rung by one person at a time. Whoever takes it holds it by a lease: short while it is only
assigned, longer while the case is open. A lease that ran out gives the callback back, so that a laptop that
was shut forgets nobody. Every change of hands is one statement that names the old state, so two takers
cannot both win.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.db import insert_into, number_hash
from intake.hours import Window
from intake.lifecycle import BestTime, CallbackKind, CallbackStatus, check_move
from intake.models import (
    CALLBACK_IS_HELD,
    CALLBACK_IS_OPEN,
    CALLBACK_IS_QUEUED,
    Callback,
    Helper,
    Request,
    Staff,
)

#: The need of a caller who has not said one: silent, or wanting a person.
UNKNOWN_NEED = "unknown"

#: An assigned callback that nobody opened goes back after this: long enough to finish the coffee.
LEASE_UNOPENED = timedelta(minutes=5)

#: A case that is open on a desk is kept so long after its last sign of life: a long talk fits in.
LEASE_OPEN = timedelta(minutes=30)

#: How many callbacks one operator is given at once: the one being rung, and the next.
HOLD_AT_MOST = 2


def find_open(session: Session, number: str, need: str | None) -> Callback | None:
    """The open callback of that number for that need; for no need (None) whichever intake is oldest."""
    query = sa.select(Callback).where(Callback.number_hash == number_hash(session, number), CALLBACK_IS_OPEN)
    if need is None:
        query = query.where(Callback.kind == CallbackKind.INTAKE)
    else:
        query = query.where(Callback.need == need)
    return session.scalar(query.order_by(Callback.id).limit(1))


def add_call(callback: Callback, now: datetime) -> None:
    """Note that the caller rang again. The callback keeps its place and its promise."""
    callback.times_called += 1
    callback.last_called_at = now


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
    statement = (
        insert_into(session, Callback)
        .values(**values)
        .on_conflict_do_update(
            index_elements=["number_hash", "need"],
            index_where=CALLBACK_IS_OPEN,
            set_={"times_called": Callback.times_called + 1, "last_called_at": now},
        )
        .returning(Callback.id, Callback.times_called)
    )
    callback_id, times_called = session.execute(statement).one()
    callback = session.get_one(Callback, callback_id, populate_existing=True)
    return callback, times_called > 1


def waiting(session: Session) -> int:
    """How many callbacks nobody has in hand."""
    query = sa.select(sa.func.count()).select_from(Callback).where(CALLBACK_IS_QUEUED)
    return session.scalar(query) or 0


def _ready(now: datetime) -> tuple[sa.TextClause, sa.ColumnElement[bool]]:
    return CALLBACK_IS_QUEUED, Callback.not_before <= now


_ORDER = (Callback.due_at, Callback.urgency.desc(), Callback.id)


def _hand_to(session: Session, now: datetime, staff_id: int, chosen: sa.ColumnElement[bool]) -> int | None:
    """Give a queued callback to somebody in one statement; its id, or None if it was gone."""
    statement = (
        sa.update(Callback)
        .where(chosen, CALLBACK_IS_QUEUED)
        .values(
            status=CallbackStatus.ASSIGNED,
            holder_id=staff_id,
            lease_until=now + LEASE_UNOPENED,
            opened_at=None,
        )
        .returning(Callback.id)
        .execution_options(synchronize_session=False)
    )
    return session.scalar(statement)


def take_next(session: Session, now: datetime, staff_id: int, languages: Sequence[str]) -> int | None:
    """Take the callback that is due first, in one of one's own languages if there is one; its id or None."""
    for speaks in (Callback.language.in_(languages), sa.true()):
        oldest = (
            sa.select(Callback.id)
            .where(*_ready(now), speaks)
            .order_by(*_ORDER)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        taken = _hand_to(session, now, staff_id, Callback.id == oldest.scalar_subquery())
        if taken is not None:
            return taken
    return None


def take(session: Session, now: datetime, callback_id: int, staff_id: int) -> bool:
    """Take one certain callback; False if somebody else has it already."""
    return _hand_to(session, now, staff_id, Callback.id == callback_id) is not None


@dataclass(frozen=True)
class Taker:
    """Somebody on duty: which languages, and how many callbacks in hand."""

    staff_id: int
    languages: frozenset[str]
    in_hand: int


def choose_taker(language: str, takers: Iterable[Taker]) -> Taker | None:
    """Who gets a callback in ``language``: has room, speaks it, has fewest in hand, lowest id. Pure.

    Where nobody on duty speaks the language, anybody with room gets it: a promise in broken words is better
    kept than broken. Where a speaker is on duty but full, the callback waits for her.
    """
    all_takers = list(takers)
    speakers = [taker for taker in all_takers if language in taker.languages]
    free = [taker for taker in speakers or all_takers if taker.in_hand < HOLD_AT_MOST]
    return min(free, key=lambda taker: (taker.in_hand, taker.staff_id), default=None)


def assign(session: Session, now: datetime, on_duty: Sequence[Staff]) -> int:
    """Hand waiting callbacks to the operators on duty, the oldest promise first; how many."""
    held = Counter(in_hand(session))
    takers = {s.id: Taker(s.id, frozenset(s.languages), held[s.id]) for s in on_duty}
    languages = list(session.scalars(sa.select(Callback.language).where(*_ready(now)).distinct()))
    assigned = 0
    while any(taker.in_hand < HOLD_AT_MOST for taker in takers.values()):
        chosen = _next_for(session, now, languages, takers)
        if chosen is None:
            break
        callback_id, taker = chosen
        if _hand_to(session, now, taker.staff_id, Callback.id == callback_id) is not None:
            assigned += 1
            takers[taker.staff_id] = Taker(taker.staff_id, taker.languages, taker.in_hand + 1)
    return assigned


def _next_for(
    session: Session, now: datetime, languages: Sequence[str], takers: dict[int, Taker]
) -> tuple[int, Taker] | None:
    """The oldest promise for which somebody has room, locked where the database locks rows."""
    possible = {code: taker for code in languages if (taker := choose_taker(code, takers.values()))}
    oldest = session.execute(
        sa.select(Callback.id, Callback.language)
        .where(*_ready(now), Callback.language.in_(possible))
        .order_by(*_ORDER)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    return None if oldest is None else (oldest.id, possible[oldest.language])


def in_hand(session: Session) -> dict[int, int]:
    """How many callbacks each account holds, by its id."""
    rows = session.execute(
        sa.select(Callback.holder_id, sa.func.count()).where(CALLBACK_IS_HELD).group_by(Callback.holder_id)
    )
    return {holder: count for holder, count in rows if holder is not None}


def held_by(session: Session, callback_id: int, staff_id: int) -> Callback | None:
    """The callback if that account holds it, locked for this transaction; else None."""
    return session.scalar(
        sa.select(Callback)
        .where(Callback.id == callback_id, Callback.holder_id == staff_id)
        .with_for_update(of=Callback)
    )


def keep(callback: Callback, now: datetime) -> None:
    """Prolong the lease of a case that is open on its holder's desk."""
    callback.opened_at = callback.opened_at or now
    callback.lease_until = now + LEASE_OPEN


def move(callback: Callback, status: CallbackStatus) -> None:
    """Move a callback along its life cycle; outside ASSIGNED and CALLING nobody holds it."""
    callback.status = check_move(callback.status, status)
    if status not in (CallbackStatus.ASSIGNED, CallbackStatus.CALLING):
        callback.holder_id = callback.lease_until = callback.opened_at = None


def release(callback: Callback) -> None:
    """Give a callback back to the queue, without blame; its place and promise stay."""
    move(callback, CallbackStatus.QUEUED)


def free_expired(session: Session, now: datetime) -> int:
    """Give back every callback whose lease ran out; how many."""
    result = session.execute(
        sa.update(Callback)
        .where(CALLBACK_IS_HELD, Callback.lease_until < now)
        .values(status=CallbackStatus.QUEUED, holder_id=None, lease_until=None, opened_at=None)
        .returning(Callback.id)
        .execution_options(synchronize_session=False)
    )
    return len(result.all())


def close_for_request(session: Session, now: datetime, request_id: int, outcome: str) -> None:
    """End the open callbacks of a request that needs no ringing any more."""
    _close(session, now, Callback.request_id == request_id, outcome)


def close_needs(session: Session, now: datetime, needs: Sequence[str], outcome: str) -> None:
    """End the open callbacks for these needs."""
    _close(session, now, Callback.need.in_(needs), outcome)


def _close(session: Session, now: datetime, which: sa.ColumnElement[bool], outcome: str) -> None:
    for callback in session.scalars(sa.select(Callback).where(which, CALLBACK_IS_OPEN)):
        move(callback, CallbackStatus.DONE)
        callback.closed_at, callback.outcome = now, outcome
