"""The classes of data that requests, helpers and missions belong to, and when their time is over.

Nothing is forgotten that is still needed: nobody who has yet to be rung or written to, no helper with a
mission to come, no reference that still leads to an open request.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from intake.db import Base
from intake.letter_models import Letter
from intake.lifecycle import (
    CLOSED_REQUESTS,
    OPEN_MISSIONS,
    OPEN_PROPOSALS,
    HelperStatus,
    LetterStatus,
    RequestStatus,
)
from intake.merge_models import Merge
from intake.models import CALLBACK_IS_OPEN, Callback, Helper, Request
from intake.profile import Retention
from intake.retention import AT_ONCE, Forget, years_before
from matching.exclusion_models import Exclusion
from matching.forgetting import forget_helpers, forget_missions, forget_requests
from matching.models import Mission, Proposal


def _closed_requests(session: Session, now: datetime, rules: Retention) -> int:
    """Requests that have ended, and that nobody has to be told about any more."""
    kept = aliased(Request)
    due = sa.select(Request.id).where(
        Request.status.in_(CLOSED_REQUESTS),
        Request.status_at < now - timedelta(days=rules.closed_request_days),
        ~sa.exists().where(Callback.request_id == Request.id, CALLBACK_IS_OPEN),
        ~sa.exists().where(Letter.request_id == Request.id, Letter.status == LetterStatus.DUE),
        ~sa.exists().where(Mission.request_id == Request.id, Mission.status.in_(OPEN_MISSIONS)),
        ~sa.exists().where(Proposal.request_id == Request.id, Proposal.status.in_(OPEN_PROPOSALS)),
        # who names the reference of one that was merged is told about the other
        ~sa.exists().where(
            Merge.gone_id == Request.id, Merge.kept_id == kept.id, kept.status != RequestStatus.ERASED
        ),
    )
    ids = _held(session, due.order_by(Request.id), Request)
    return _forget(session, now, ids, forget_requests)


def _helpers_who_left(session: Session, now: datetime, rules: Retention) -> int:
    """Helpers some time after they left, and those of whom nothing came since they were last rung."""
    before = now - timedelta(days=rules.helper_days)
    rung = sa.exists().where(
        Callback.helper_id == Helper.id, sa.or_(CALLBACK_IS_OPEN, Callback.closed_at >= before)
    )
    due = sa.select(Helper.id).where(
        sa.or_(Helper.status == HelperStatus.LEFT, sa.and_(Helper.status == HelperStatus.LEAD, ~rung)),
        Helper.status_at < before,
        ~sa.exists().where(Letter.helper_id == Helper.id, Letter.status == LetterStatus.DUE),
        ~sa.exists().where(Mission.helper_id == Helper.id, Mission.status.in_(OPEN_MISSIONS)),
    )
    ids = _held(session, due.order_by(Helper.id), Helper)
    return _forget(session, now, ids, forget_helpers)


def _missions(session: Session, now: datetime, rules: Retention) -> int:
    """The insurer's record of missions that ended."""
    before = years_before(now, rules.mission_years)
    due = sa.select(Mission.id).where(Mission.status.not_in(OPEN_MISSIONS), Mission.status_at < before)
    ids = _held(session, due.order_by(Mission.id), Mission)
    forget_missions(session, ids)
    return len(ids)


def _never_again(session: Session, now: datetime, rules: Retention) -> int:
    """Who is not to meet again: known as long as the record of what led to it."""
    old = Exclusion.created_at < years_before(now, rules.mission_years)
    rows = sa.select(Exclusion.id).where(old).limit(AT_ONCE)
    gone = sa.delete(Exclusion).where(Exclusion.id.in_(rows)).returning(Exclusion.id)
    return len(session.execute(gone, execution_options={"synchronize_session": False}).all())


def _held(session: Session, due: sa.Select[int], table: type[Base]) -> Sequence[int]:
    """The first of those that nobody else is moving just now, held until the transaction ends."""
    held = due.limit(AT_ONCE).with_for_update(of=table, skip_locked=True, key_share=True)
    return session.scalars(held).all()


def _forget(
    session: Session,
    now: datetime,
    ids: Sequence[int],
    how: Callable[[Session, datetime, Sequence[int]], None],
) -> int:
    if ids:
        how(session, now, ids)
    return len(ids)


#: Put by the worker to the classes of the record.
CLASSES: dict[str, Forget] = {
    "closed requests": _closed_requests,
    "helpers who left": _helpers_who_left,
    "missions": _missions,
    "never again": _never_again,
}
