"""Leaving a callback to somebody else, with a reason and without blame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import audit, queue
from intake.models import Callback
from intake.skip_models import Skip, SkipReason

#: For how long a callback does not come back to whoever skipped it. Whom one knows, or whose language one
#: does not speak, is the same tomorrow; a full hour is not. It can still be taken from the list on purpose,
#: so that nobody waits in vain where a single operator is on duty.
STAYS_AWAY: Mapping[SkipReason, timedelta] = {
    SkipReason.LANGUAGE: timedelta(days=3),
    SkipReason.ACQUAINTED: timedelta(days=30),
    SkipReason.UNSURE: timedelta(hours=12),
    SkipReason.NO_TIME: timedelta(hours=1),
    SkipReason.OTHER: timedelta(hours=1),
}


def skip(session: Session, now: datetime, callback: Callback, staff_id: int, reason: SkipReason) -> None:
    """Give a callback that ``staff_id`` holds to others; its place and its promise stay."""
    until = now + STAYS_AWAY[reason]
    session.add(Skip(callback_id=callback.id, staff_id=staff_id, reason=reason, at=now, until=until))
    queue.release(callback)
    audit.append(session, now, audit.by_staff(staff_id), "skipped", f"callback:{callback.id}", reason.value)


def of_callback(session: Session, callback_id: int) -> list[Skip]:
    """How often the callback was left to others and why, the first skip first."""
    return list(session.scalars(sa.select(Skip).where(Skip.callback_id == callback_id).order_by(Skip.id)))


def skipped_by(session: Session, now: datetime, callback_ids: Sequence[int]) -> dict[int, frozenset[int]]:
    """Which accounts a callback must stay away from for now; callbacks that nobody skipped are left out."""
    rows = session.execute(
        sa.select(Skip.callback_id, Skip.staff_id).where(Skip.callback_id.in_(callback_ids), Skip.until > now)
    )
    found: dict[int, set[int]] = {}
    for callback_id, staff_id in rows:
        found.setdefault(callback_id, set()).add(staff_id)
    return {callback_id: frozenset(people) for callback_id, people in found.items()}
