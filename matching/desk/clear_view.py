"""The proposals that are clear, read from the record."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from intake.lifecycle import LIVE_PROPOSALS, ProposalStatus, RequestStatus
from intake.models import Request
from intake.profile import Profile
from matching.clear import Candidate, is_clear
from matching.desk import view
from matching.models import Proposal

#: So many on one page: what one person reads through before pressing.
LINES_AT_MOST = 50


@dataclass(frozen=True)
class Line:
    """A clear proposal with its reasons."""

    proposal: Proposal
    parts: tuple[view.Part, ...]


def how_many(session: Session) -> int:
    """How many requests have a clear proposal."""
    return len(_clear_ids(session, None))


def lines(session: Session, profile: Profile, request_id: int | None = None) -> list[Line]:
    """The clear proposals of requests for which nobody is asked, the urgent and the old first.

    With ``request_id`` only that request's is looked at.
    """
    clear = _clear_ids(session, request_id)[:LINES_AT_MOST]
    rows = session.scalars(
        sa.select(Proposal)
        .options(joinedload(Proposal.request), joinedload(Proposal.helper))
        .where(Proposal.id.in_(clear))
    )
    ordered = sorted(rows, key=lambda row: clear.index(row.id))
    return [Line(each, view.parts(profile, each.parts)) for each in ordered]


def _clear_ids(session: Session, request_id: int | None) -> list[int]:
    """The clear ones among all that is proposed, by what decides it alone: nobody's name is read for it."""
    asked = sa.select(Proposal.request_id).where(Proposal.status.in_(LIVE_PROPOSALS))
    rows = session.execute(
        sa.select(
            Proposal.request_id,
            Proposal.id,
            Proposal.rank,
            Proposal.score,
            Request.wishes,
            Request.in_district,
        )
        .join(Request, Request.id == Proposal.request_id)
        .where(
            Proposal.status == ProposalStatus.PROPOSED,
            Request.status == RequestStatus.PROPOSED,
            Request.id.not_in(asked),
            sa.true() if request_id is None else Request.id == request_id,
        )
        .order_by(Request.urgency.desc(), Request.created_at, Request.id, Proposal.rank)
    ).all()
    by_request: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        by_request[row.request_id].append(row)
    return [proposals[0].id for proposals in by_request.values() if _is_clear(proposals)]


def _is_clear(proposals: list[Any]) -> bool:
    candidates = [Candidate(each.rank, each.score) for each in proposals]
    return is_clear(candidates, bool(proposals[0].wishes), proposals[0].in_district)
