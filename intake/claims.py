"""Taking what is due next: one prepared statement, so that dozens of hands can take from one long queue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache

import sqlalchemy as sa

from intake.db import Database, UtcDateTime
from intake.lifecycle import CallbackStatus
from intake.models import CALLBACK_IS_QUEUED, Callback
from intake.prepared import Prepared
from intake.queue import LEASE_UNOPENED, ORDER
from intake.skip_models import Skip

_NOW = sa.bindparam("now", type_=UtcDateTime)
_ONE: sa.ColumnElement[int] = sa.literal_column("1")
_TAKER = sa.bindparam("staff_id", type_=sa.Integer)


def take_next(db: Database, now: datetime, staff_id: int, languages: Sequence[str]) -> int | None:
    """Take the callback that is due first, in one of one's own languages if there is one; its id or None.

    What the taker has skipped lately is left to others. It is a transaction of its own.
    """
    spoken = {f"language_{number}": code for number, code in enumerate(languages)}
    row = _statement(len(spoken)).run(
        db, now=now, staff_id=staff_id, lease_until=now + LEASE_UNOPENED, **spoken
    )
    return None if row is None else int(row[0])


@cache
def _statement(languages: int) -> Prepared:
    """The statement for so many languages of the taker's own.

    Two takers cannot both win: PostgreSQL skips the rows that others have locked, SQLite lets one write at a
    time. Each own language is looked up by itself, because an index knows the order within one language but
    not within several.
    """
    oldest: sa.ColumnElement[int] = _first()
    if languages:
        firsts = [_first(Callback.language == sa.bindparam(f"language_{n}")) for n in range(languages)]
        own = sa.select(Callback.id).where(Callback.id.in_(firsts)).order_by(*ORDER).limit(_ONE)
        oldest = sa.func.coalesce(own.correlate(None).scalar_subquery(), oldest)
    return Prepared(
        sa.update(Callback)
        .where(Callback.id == oldest, CALLBACK_IS_QUEUED)
        .values(
            status=CallbackStatus.ASSIGNED,
            holder_id=_TAKER,
            lease_until=sa.bindparam("lease_until", type_=UtcDateTime),
            opened_at=sa.null(),
        )
        .returning(Callback.id)
    )


def _first(*which: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    """The first of those callbacks that may be rung now; the limit is literal, so that plans know it."""
    skipped = sa.select(Skip.callback_id).where(Skip.staff_id == _TAKER, Skip.until > _NOW)
    return (
        sa.select(Callback.id)
        .where(CALLBACK_IS_QUEUED, Callback.not_before <= _NOW, Callback.id.not_in(skipped), *which)
        .order_by(*ORDER)
        .limit(_ONE)
        .with_for_update(skip_locked=True)
        .correlate(None)
        .scalar_subquery()
    )
