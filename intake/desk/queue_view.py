"""What the queue page shows: callbacks without numbers or names, in few cheap questions to the database.

However long the queue is, no question reads more of it than the page shows: the lists follow an index in its
order, and counting stops early.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import leads, queue, staff
from intake.desk.done_view import Done, done_by
from intake.desk.queue_filters import NO_FILTERS, Filters
from intake.hours import Window
from intake.kinds import CallbackKind
from intake.lifecycle import CallbackStatus
from intake.models import CALLBACK_IS_HELD, CALLBACK_IS_QUEUED, Call, Callback, Request, Staff
from intake.skip_models import Skip

#: Rows of each list on one page: nobody reads more, and the page stays quick behind a long queue.
ROWS = 50

_MINUTE = timedelta(minutes=1)

#: Counting goes so far; beyond it the page says "1000+". A whole count would read the whole queue.
COUNT_AT_MOST = 1000

#: The last callbacks of one's own that stay in sight; the others are one click away.
DONE_ROWS = 3


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
    skips: int
    promised: Window | None
    due_at: datetime
    not_before: datetime
    holder_id: int | None
    holder: str | None
    is_later: bool
    overdue: bool


@dataclass(frozen=True)
class Counts:
    """How many there are of what, each cut at ``COUNT_AT_MOST``."""

    overdue: int
    ready: int
    later: int
    leads: int


@dataclass(frozen=True)
class Queue:
    """The queue page's lists, each cut at ``ROWS``, as of the minute ``at``; ``crew``: how many on duty."""

    at: datetime
    mine: tuple[Row, ...]
    ready: tuple[Row, ...]
    later: tuple[Row, ...]
    others: tuple[Row, ...]
    leads: tuple[leads.Lead, ...]
    done: tuple[Done, ...]
    counts: Counts
    crew: int

    def fingerprint(self, *more: object) -> str:
        """Differs as soon as anything on the page differs; ``more`` is what else the page depends on."""
        return blake2b(repr((self, more)).encode(), digest_size=16).hexdigest()


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
    sa.select(sa.func.count())
    .select_from(Skip)
    .where(Skip.callback_id == Callback.id)
    .scalar_subquery()
    .label("skips"),
)


def look(session: Session, now: datetime, staff_id: int, filters: Filters = NO_FILTERS) -> Queue:
    """The queue as it stands for one operator. Filters choose among what nobody has in hand."""
    at = now.replace(second=0, microsecond=0)  # what runs by the minute changes for all rows together
    which = filters.conditions()
    is_ready = sa.and_(CALLBACK_IS_QUEUED, Callback.not_before <= now, *which)
    is_later = sa.and_(CALLBACK_IS_QUEUED, Callback.not_before > now, *which)
    counts = _counts(session, now, is_ready, is_later)
    held = _held(session, at)
    return Queue(
        at=at,
        mine=tuple(row for row in held if row.holder_id == staff_id),
        ready=_queued(session, at, _few(is_ready) if counts.ready < COUNT_AT_MOST else is_ready, queue.ORDER),
        later=_queued(session, at, is_later, (Callback.not_before, Callback.id)),
        others=tuple(row for row in held if row.holder_id != staff_id),
        leads=tuple(leads.waiting(session, ROWS)),
        done=done_by(session, staff_id, now, DONE_ROWS),
        counts=counts,
        crew=len(staff.on_duty(session, now)),
    )


def _few(which: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """The same rows, found by themselves before they are sorted.

    Few ready ones among many that come later are found by their time; many are found by walking the queue in
    its order. The limit, which is never reached, keeps a planner from doing the first by the second.
    """
    found = _joined(sa.select(Callback.id)).where(which).limit(COUNT_AT_MOST).subquery()
    return Callback.id.in_(sa.select(found.c.id))


def _joined(query: sa.Select[Any]) -> sa.Select[Any]:
    return query.select_from(Callback).outerjoin(Request, Request.id == Callback.request_id)


def _counts(
    session: Session, now: datetime, is_ready: sa.ColumnElement[bool], is_later: sa.ColumnElement[bool]
) -> Counts:
    """All counts in one question."""
    overdue = sa.and_(Callback.due_at < now, is_ready)
    wanted = [_joined(sa.select(Callback.id)).where(each) for each in (overdue, is_ready, is_later)]
    wanted.append(sa.select(Call.id).where(leads.IS_LEAD))
    row = session.execute(sa.select(*map(_bounded, wanted))).one()
    return Counts(overdue=row[0], ready=row[1], later=row[2], leads=row[3])


def _bounded(query: sa.Select[Any]) -> sa.ScalarSelect[int]:
    some = query.limit(COUNT_AT_MOST).subquery()
    return sa.select(sa.func.count()).select_from(some).scalar_subquery()


def _queued(
    session: Session, at: datetime, which: sa.ColumnElement[bool], order: Sequence[Any]
) -> tuple[Row, ...]:
    query = _joined(sa.select(*_COLUMNS)).where(which).order_by(*order).limit(ROWS)
    return tuple(_row(found, at, None) for found in session.execute(query))


def _held(session: Session, at: datetime) -> list[Row]:
    """Every callback that somebody has in hand: few, because everybody holds few."""
    query = (
        _joined(sa.select(*_COLUMNS, Staff.name))
        .join(Staff, Staff.id == Callback.holder_id)
        .where(CALLBACK_IS_HELD)
        .order_by(Callback.due_at, Callback.id)
    )
    return [_row(found, at, found.name) for found in session.execute(query)]


def _row(found: Any, at: datetime, holder: str | None) -> Row:
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
        skips=found.skips,
        promised=promised,
        due_at=found.due_at,
        not_before=found.not_before,
        holder_id=found.holder_id,
        holder=holder,
        is_later=found.not_before >= at + _MINUTE,  # who called within this very minute is not for later
        overdue=found.due_at < at,
    )
