"""Proposals: the plan of the whole district as rows, refreshed as things change.

One run at a time, guarded by a lease in the database. The run reads the situation, solves it without any
session open, and writes the difference: a row whose rank and reasons still hold stays as it is, one that does
not is overtaken by a new row, and none is overwritten.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.db import insert_into
from intake.services import Job, Services
from matching import offers, proposal_rows, situation
from matching.models import MatchingRun
from matching.plan import make_plan

#: A run that died gives way to the next one after this; longer than the largest district takes.
LEASE = timedelta(minutes=2)

_RUN = 1


def refresh(services: Services) -> int:
    """Bring the proposals up to the situation; how many rows were written. 0 if nothing changed.

    Also 0 while another run is under way: it will see what this one would have seen, or the next sweep will.
    """
    now = services.clock()
    with services.db.write() as session:
        offers.expire(session, now)
        if not _claim(session, now):
            return 0
    with services.db.read() as session:
        last = session.get_one(MatchingRun, _RUN)
        before, state = last.fingerprint, last.solver_state
        current = situation.read(session, services.profile, now)
    written = 0
    if current.fingerprint != before:
        solved = make_plan(current.needs, current.offers, current.weights, state or None)
        if not solved.certificate().holds:
            raise RuntimeError("the plan is not proven to be the best one; the proposals stay as they are")
        state = solved.state
        request_ids = [need.id for need in current.needs]
        written = proposal_rows.store(services.db, services.profile, services.clock, solved, request_ids)
    with services.db.write() as session:
        run = session.get_one(MatchingRun, _RUN)
        run.lease_until, run.finished_at = None, services.clock()
        run.fingerprint, run.solver_state = current.fingerprint, state
        asked = offers.ask_next(session, services.profile, services.clock())
    if asked:
        services.nudge(Job.DUTIES)
    return written


def _claim(session: Session, now: datetime) -> bool:
    """Take the one run's lease, unless somebody has it."""
    session.execute(
        insert_into(session, MatchingRun)
        .values(id=_RUN, fingerprint="", solver_state={})
        .on_conflict_do_nothing()
    )
    free = sa.or_(MatchingRun.lease_until.is_(None), MatchingRun.lease_until < now)
    claimed = session.execute(
        sa.update(MatchingRun)
        .where(MatchingRun.id == _RUN, free)
        .values(lease_until=now + LEASE)
        .returning(MatchingRun.id)
    )
    return claimed.first() is not None
