"""The proposals that are clear, read from the record."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

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


def lines(session: Session, profile: Profile, request_id: int | None = None) -> list[Line]:
    """The clear proposals of requests for which nobody is asked, the urgent and the old first.

    With ``request_id`` only that request's is looked at.
    """
    asked = sa.select(Proposal.request_id).where(Proposal.status.in_(LIVE_PROPOSALS))
    rows = session.scalars(
        sa.select(Proposal)
        .join(Request, Request.id == Proposal.request_id)
        .options(joinedload(Proposal.request), joinedload(Proposal.helper))
        .where(
            Proposal.status == ProposalStatus.PROPOSED,
            Request.status == RequestStatus.PROPOSED,
            Request.id.not_in(asked),
            sa.true() if request_id is None else Request.id == request_id,
        )
        .order_by(Request.urgency.desc(), Request.created_at, Request.id, Proposal.rank)
    )
    by_request: defaultdict[int, list[Proposal]] = defaultdict(list)
    for row in rows:
        by_request[row.request_id].append(row)
    clear = [proposals[0] for proposals in by_request.values() if _is_clear(proposals)]
    return [Line(each, view.parts(profile, each.parts)) for each in clear[:LINES_AT_MOST]]


def _is_clear(proposals: list[Proposal]) -> bool:
    request = proposals[0].request
    candidates = [Candidate(each.rank, each.score) for each in proposals]
    return is_clear(candidates, bool(request.wishes), request.in_district)
