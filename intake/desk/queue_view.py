"""What the queue page shows: callbacks without numbers or names, in few cheap questions to the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import leads
from intake.hours import Window
from intake.lifecycle import CallbackKind, CallbackStatus
from intake.models import CALLBACK_IS_HELD, CALLBACK_IS_QUEUED, Call, Callback, Request, Staff

#: Rows of each list on one page: nobody reads more, and the page stays quick behind a long queue.
ROWS = 50

#: Counting goes so far; beyond it the page says "1000+". A whole count would read the whole queue.
COUNT_AT_MOST = 1000


@dataclass(frozen=True)
class Row:
    """A callback as the queue shows it. ``category`` is None where nobody said it, or none applies."""

    id: int
    kind: CallbackKind
    status: CallbackStatus
    category: str | None
    ags: str | None
    language: str
    urgency: int
    times_called: int
    tries: int
    promised: Window | None
    due_at: datetime
    not_before: datetime
    holder_id: int | None
    holder: str | None
    overdue: bool


@dataclass(frozen=True)
class Queue:
    """The queue page's lists, each cut at ``ROWS``; counts are cut at ``COUNT_AT_MOST``."""

    mine: tuple[Row, ...]
    ready: tuple[Row, ...]
    later: tuple[Row, ...]
    others: tuple[Row, ...]
    leads: tuple[leads.Lead, ...]
    overdue_count: int
    ready_count: int
    later_count: int
    lead_count: int


_COLUMNS = (
    Callback.id,
    Callback.kind,
    Callback.status,
    Callback.need,
    Request.category,
    Callback.ags,
    Callback.language,
    Callback.urgency,
    Callback.times_called,
    Callback.tries,
    Callback.promised_from,
    Callback.promised_until,
    Callback.due_at,
    Callback.not_before,
    Callback.holder_id,
)


def look(session: Session, now: datetime, staff_id: int) -> Queue:
    """The queue as it stands for one operator."""
    held = _held(session, now)
    is_ready = sa.and_(CALLBACK_IS_QUEUED, Callback.not_before <= now)
    is_later = sa.and_(CALLBACK_IS_QUEUED, Callback.not_before > now)
    return Queue(
        mine=tuple(row for row in held if row.holder_id == staff_id),
        ready=_queued(session, now, is_ready),
        later=_queued(session, now, is_later),
        others=tuple(row for row in held if row.holder_id != staff_id),
        leads=tuple(leads.waiting(session, ROWS)),
        overdue_count=_count(session, Callback.id, sa.and_(is_ready, Callback.due_at < now)),
        ready_count=_count(session, Callback.id, is_ready),
        later_count=_count(session, Callback.id, is_later),
        lead_count=_count(session, Call.id, leads.IS_LEAD),
    )


def _queued(session: Session, now: datetime, which: sa.ColumnElement[bool]) -> tuple[Row, ...]:
    query = (
        sa.select(*_COLUMNS)
        .outerjoin(Request, Request.id == Callback.request_id)
        .where(which)
        .order_by(Callback.due_at, Callback.urgency.desc(), Callback.id)
        .limit(ROWS)
    )
    return tuple(_row(found, now, None) for found in session.execute(query))


def _held(session: Session, now: datetime) -> list[Row]:
    """Every callback that somebody has in hand: few, because everybody holds few."""
    query = (
        sa.select(*_COLUMNS, Staff.name)
        .outerjoin(Request, Request.id == Callback.request_id)
        .join(Staff, Staff.id == Callback.holder_id)
        .where(CALLBACK_IS_HELD)
        .order_by(Callback.due_at, Callback.id)
    )
    return [_row(found, now, found.name) for found in session.execute(query)]


def _row(found: Any, now: datetime, holder: str | None) -> Row:
    promised = Window(found.promised_from, found.promised_until) if found.promised_from else None
    return Row(
        id=found.id,
        kind=found.kind,
        status=found.status,
        category=found.need if found.kind is CallbackKind.INTAKE else found.category,
        ags=found.ags,
        language=found.language,
        urgency=found.urgency,
        times_called=found.times_called,
        tries=found.tries,
        promised=promised,
        due_at=found.due_at,
        not_before=found.not_before,
        holder_id=found.holder_id,
        holder=holder,
        overdue=found.due_at < now,
    )


def _count(session: Session, column: Any, which: sa.ColumnElement[bool]) -> int:
    some = sa.select(column).where(which).limit(COUNT_AT_MOST).subquery()
    return session.scalar(sa.select(sa.func.count()).select_from(some)) or 0
