"""How much of what there is: the figures for ``hotline status`` and ``/metrics``. Nothing personal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import alarms
from intake.kinds import CallOutcome
from intake.lifecycle import CallbackStatus, DutyStatus
from intake.models import Attempt, Call, Callback, Duty, Request
from intake.skip_models import Skip
from matching.models import Mission, Proposal

#: How a call without an outcome is counted.
OPEN_CALL = "open"


def collect(session: Session, now: datetime) -> dict[str, Any]:
    """Counts by outcome, status and kind, as ``hotline status --json`` prints them; broker not included."""
    calls = _count_by(session, Call.outcome)
    return {
        "calls": {OPEN_CALL if outcome is None else outcome: count for outcome, count in calls.items()},
        "leads": _count(session, Call, Call.outcome == CallOutcome.LEAD, Call.lead_closed_at.is_(None)),
        "requests": _count_by(session, Request.status),
        "callbacks": _count_by(session, Callback.status),
        "attempts": _count(session, Attempt),
        "proposals": _count_by(session, Proposal.status),
        "missions": _count_by(session, Mission.status),
        "due": _due(session, now),
    }


def stuck_calls(session: Session, now: datetime) -> int:
    """How many calls have no outcome though nothing was heard of them for an hour. There should be none."""
    return _count(session, Call, alarms.is_stuck(now))


def skips(session: Session) -> dict[str, int]:
    """How often callbacks were left to somebody else, by the reason given."""
    return _count_by(session, Skip.reason)


def _due(session: Session, now: datetime) -> dict[str, int]:
    """What should have been begun by now: the worker's duties by kind, and callbacks nobody has yet."""
    owed = Duty.status.in_((DutyStatus.DUE, DutyStatus.UNSURE)), Duty.due_at <= now
    due = _count_by(session, Duty.kind, *owed)
    unassigned = _count(
        session, Callback, Callback.status == CallbackStatus.QUEUED, Callback.not_before <= now
    )
    return {**due, **({"callback": unassigned} if unassigned else {})}


def _count(session: Session, table: type[Any], *where: sa.ColumnElement[bool]) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(table).where(*where)) or 0


def _count_by(session: Session, column: Any, *where: sa.ColumnElement[bool]) -> dict[Any, int]:
    rows = session.execute(sa.select(column, sa.func.count()).where(*where).group_by(column))
    return {value if value is None else str(value): count for value, count in rows}
