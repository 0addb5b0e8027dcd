"""The plan as rows of proposals: a row that still holds stays, one that does not is overtaken by a new one.

None is overwritten. Whoever is being asked already, and whatever ended meanwhile, is left to the next run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import registry
from intake.lifecycle import LIVE_PROPOSALS, OPEN_PROPOSALS, ProposalStatus, RequestStatus
from intake.models import Request
from intake.profile import Profile
from matching import offers
from matching.models import Proposal
from matching.plan import Plan, Ranked
from matching.situation import Situation


@dataclass(frozen=True)
class Row:
    """A proposal as the plan wants it: what of it is stored."""

    helper_id: int
    rank: int
    score: int
    parts: list[dict[str, Any]]
    lower_because: list[dict[str, Any]]


def store(session: Session, profile: Profile, now: datetime, current: Situation, solved: Plan) -> int:
    """Write what differs, request by request, and move the requests to OPEN or PROPOSED; how many rows."""
    request_ids = [need.id for need in current.needs]
    written = _overtake_ended(session, profile, now)
    old = _open_rows(session, request_ids)
    requests = {row.id: row for row in session.scalars(sa.select(Request).where(Request.id.in_(request_ids)))}
    asked = set(session.scalars(sa.select(Proposal.request_id).where(Proposal.status.in_(LIVE_PROPOSALS))))
    for request_id in request_ids:
        request = requests[request_id]
        if request_id in asked or request.status not in (RequestStatus.OPEN, RequestStatus.PROPOSED):
            continue  # somebody decided while we were thinking; the next run sees it
        wanted = [_wanted(ranked) for ranked in solved.choice(request_id).ranked]
        written += _replace(session, now, request_id, old.get(request_id, []), wanted)
        status = RequestStatus.PROPOSED if wanted else RequestStatus.OPEN
        if request.status is not status:
            registry.move(request, status, now)
    return written


def _replace(
    session: Session, now: datetime, request_id: int, old: Iterable[Proposal], wanted: Iterable[Row]
) -> int:
    """Overtake the rows that do not hold any more and add those that are new; how many were touched."""
    fresh = {row.helper_id: row for row in wanted}
    touched = 0
    for proposal in old:
        if fresh.get(proposal.helper_id) == _row(proposal):
            del fresh[proposal.helper_id]
        else:
            offers.move(proposal, ProposalStatus.OVERTAKEN, now)
            touched += 1
    session.flush()  # the old rows must be out of the unique index before the new ones come
    for row in fresh.values():
        session.add(
            Proposal(
                request_id=request_id,
                helper_id=row.helper_id,
                status=ProposalStatus.PROPOSED,
                rank=row.rank,
                score=row.score,
                parts=row.parts,
                lower_because=row.lower_because,
                created_at=now,
                status_at=now,
            )
        )
    return touched + len(fresh)


def _overtake_ended(session: Session, profile: Profile, now: datetime) -> int:
    """End whatever is open for requests that wait for nobody any more; for how many requests."""
    ended = session.scalars(
        sa.select(Proposal.request_id)
        .join(Request, Request.id == Proposal.request_id)
        .where(
            Proposal.status.in_(OPEN_PROPOSALS),
            Request.status.not_in((RequestStatus.OPEN, RequestStatus.PROPOSED)),
        )
        .distinct()
    ).all()
    for request_id in ended:
        offers.overtake_others(session, profile, now, request_id)
    return len(ended)


def _open_rows(session: Session, request_ids: list[int]) -> Mapping[int, list[Proposal]]:
    rows: dict[int, list[Proposal]] = {}
    query = sa.select(Proposal).where(
        Proposal.status == ProposalStatus.PROPOSED, Proposal.request_id.in_(request_ids)
    )
    for proposal in session.scalars(query):
        rows.setdefault(proposal.request_id, []).append(proposal)
    return rows


def _wanted(ranked: Ranked) -> Row:
    return Row(
        ranked.helper,
        ranked.rank,
        ranked.score.total,
        [part.to_json() for part in ranked.score.parts],
        [reason.to_json() for reason in ranked.lower_because],
    )


def _row(proposal: Proposal) -> Row:
    return Row(proposal.helper_id, proposal.rank, proposal.score, proposal.parts, proposal.lower_because)
