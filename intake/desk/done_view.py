"""What an operator did: her last tries with their outcomes, hers to look up after they are closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.kinds import CallbackKind
from intake.lifecycle import CallbackStatus
from intake.models import Attempt, Callback, Request
from intake.profile import AttemptOutcome

#: So long one's own tries can be looked up and their notes mended: a shift, and the evening after it.
FOR = timedelta(hours=16)


@dataclass(frozen=True)
class Done:
    """One ended try. ``next_at`` is when the callback is due again; None where it is closed."""

    attempt_id: int
    at: datetime
    kind: CallbackKind
    category: str | None
    ags: str | None
    outcome: AttemptOutcome
    next_at: datetime | None


def done_by(session: Session, staff_id: int, now: datetime, limit: int | None = None) -> tuple[Done, ...]:
    """The tries of an account that ended within ``FOR``, the latest first."""
    rows = session.execute(
        sa.select(
            Attempt.id,
            Attempt.ended_at,
            Attempt.outcome,
            Callback.kind,
            Callback.need,
            Callback.ags,
            Callback.status,
            Callback.not_before,
            Request.category,
        )
        .join(Callback, Callback.id == Attempt.callback_id)
        .outerjoin(Request, Request.id == Callback.request_id)
        .where(_is_hers(staff_id, now))
        .order_by(Attempt.ended_at.desc(), Attempt.id.desc())
        .limit(limit)
    )
    return tuple(
        Done(
            attempt_id=row.id,
            at=row.ended_at,
            kind=row.kind,
            category=row.need if row.kind is CallbackKind.INTAKE else row.category,
            ags=row.ags,
            outcome=AttemptOutcome(row.outcome),
            next_at=row.not_before if row.status is CallbackStatus.QUEUED else None,
        )
        for row in rows
    )


def find(session: Session, staff_id: int, now: datetime, attempt_id: int) -> Attempt | None:
    """That try, if it is the account's own and not too long ago."""
    return session.scalar(sa.select(Attempt).where(Attempt.id == attempt_id, _is_hers(staff_id, now)))


def _is_hers(staff_id: int, now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(Attempt.staff_id == staff_id, Attempt.ended_at > now - FOR, Attempt.outcome.is_not(None))
