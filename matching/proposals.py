"""Proposals: the plan of the whole district as rows, refreshed as things change.

One run at a time, guarded by a lease in the database. The run reads the situation, solves it without any
session open, and writes the difference: a row whose rank and reasons still hold stays as it is, one that does
not is overtaken by a new row, and none is overwritten.
"""

from __future__ import annotations

from intake.services import Job, Services
from matching import offers, proposal_rows, situation
from matching.kept import KeptPlan
from matching.lease import RUN, Lease, LeaseLost, claim
from matching.models import MatchingRun


def refresh(services: Services, kept: KeptPlan | None = None) -> int:
    """Bring the proposals up to the situation; how many rows were written. 0 if nothing changed.

    Also 0 while another run is under way: it will see what this one would have seen, or the next sweep will.
    A few changes are quickly put into the plan that was ``kept``; the result is the same without one.
    """
    now = services.clock()
    with services.db.write() as session:
        offers.expire(session, now)
        number = claim(session, now)
    if number is None:
        return 0
    lease = Lease(services, number)
    try:
        with lease.kept_up():
            return _run(services, lease, kept or KeptPlan())
    except LeaseLost:
        return 0


def _run(services: Services, lease: Lease, kept: KeptPlan) -> int:
    with services.db.read() as session:
        last = session.get_one(MatchingRun, RUN)
        before, state = last.fingerprint, last.solver_state
        current = situation.read(session, services.profile, services.clock())
    written, solved = 0, None
    if current.fingerprint != before:
        solved = kept.plan_of(current, state or None)
        if not solved.certificate().holds:
            raise RuntimeError("the plan is not proven to be the best one; the proposals stay as they are")
        state = solved.state
        request_ids = [need.id for need in current.needs]
        written = proposal_rows.store(
            services.db, services.profile, services.clock, solved, request_ids, hold=lease.hold
        )
    with services.db.write() as session:
        lease.hold(session)
        run = session.get_one(MatchingRun, RUN)
        run.lease_until, run.finished_at = None, services.clock()
        run.fingerprint, run.solver_state = current.fingerprint, state
        asked = offers.ask_next(session, services.profile, services.clock())
    if solved is not None:
        kept.keep(current, solved)
    if asked:
        services.nudge(Job.DUTIES)
    return written
