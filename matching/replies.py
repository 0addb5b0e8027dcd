"""Which offer an answer belongs to, found by the helper's number or by the offer's own."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.db import number_hash
from intake.lifecycle import ProposalStatus
from intake.models import Helper
from matching.models import Proposal


def waiting_for(session: Session, number: str) -> Proposal | None:
    """The oldest offer that the owner of this number has not answered yet."""
    return session.scalar(
        sa.select(Proposal)
        .join(Helper, Helper.id == Proposal.helper_id)
        .where(Helper.number_hash == number_hash(session, number), Proposal.status == ProposalStatus.OFFERED)
        .order_by(Proposal.id)
        .limit(1)
    )


def last_answered(session: Session, number: str) -> Proposal | None:
    """The newest proposal to the owner of this number that was asked and is decided."""
    decided = (
        ProposalStatus.ACCEPTED,
        ProposalStatus.DECLINED,
        ProposalStatus.EXPIRED,
        ProposalStatus.OVERTAKEN,
    )
    return session.scalar(
        sa.select(Proposal)
        .join(Helper, Helper.id == Proposal.helper_id)
        .where(
            Helper.number_hash == number_hash(session, number),
            Proposal.status.in_(decided),
            Proposal.expires_at.is_not(None),  # only what went out has an end
        )
        .order_by(Proposal.status_at.desc(), Proposal.id.desc())
        .limit(1)
    )


def by_number(session: Session, number: str, offer_number: str) -> Proposal | None:
    """The offer with that number of its own, if it was made to the owner of this telephone number."""
    return session.scalar(
        sa.select(Proposal)
        .join(Helper, Helper.id == Proposal.helper_id)
        .where(Proposal.number == offer_number, Helper.number_hash == number_hash(session, number))
    )


def helpers_at(session: Session, number: str) -> list[Helper]:
    """The helpers with this number; a household may share one."""
    query = sa.select(Helper).where(Helper.number_hash == number_hash(session, number))
    return list(session.scalars(query.order_by(Helper.id)))
