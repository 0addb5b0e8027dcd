"""A helper whom a coordinator wants for a request, though the plan puts others before her."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import locks
from intake.lifecycle import OPEN_PROPOSALS, ProposalStatus
from matching.explain import Explained
from matching.models import Proposal
from matching.offers import OfferError
from matching.proposal_rows import Row


def propose(session: Session, now: datetime, request_id: int, wanted: Explained) -> Proposal:
    """The pair's open proposal; if there is none, a new one behind the plan's, with what speaks against it.

    The rules hold for a person's choice too: raises ``OfferError`` for a helper whom a filter bars.
    """
    if wanted.score is None:
        raise OfferError("barred")
    locks.hold_requests(session, [request_id])
    open_ones = (Proposal.request_id == request_id, Proposal.status.in_(OPEN_PROPOSALS))
    known = session.scalar(sa.select(Proposal).where(*open_ones, Proposal.helper_id == wanted.helper))
    if known is not None:
        return known
    last = session.scalar(sa.select(sa.func.max(Proposal.rank)).where(*open_ones)) or 0
    fresh = Proposal(
        request_id=request_id,
        status=ProposalStatus.PROPOSED,
        created_at=now,
        status_at=now,
        **vars(Row.of(wanted.helper, last + 1, wanted.score, wanted.against)),
    )
    session.add(fresh)
    session.flush()
    return fresh
