"""What an answer is about: offers and missions, found by the helper's number or by their own."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.db import number_hash
from intake.lifecycle import OPEN_MISSIONS, ProposalStatus
from intake.models import Helper
from matching.models import Mission, Proposal
from matching.report_models import HelperWord


def waiting(session: Session, number: str) -> list[Proposal]:
    """The offers that the owner of this number has not answered yet, the oldest first."""
    query = (
        sa.select(Proposal)
        .join(Helper, Helper.id == Proposal.helper_id)
        .where(Helper.number_hash == number_hash(session, number), Proposal.status == ProposalStatus.OFFERED)
        .order_by(Proposal.id)
    )
    return list(session.scalars(query))


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


def missions_of(session: Session, number: str) -> list[Mission]:
    """The missions that the owner of this number has agreed to and that are to come, the oldest first."""
    query = _missions_at(session, number).where(Mission.status.in_(OPEN_MISSIONS))
    return list(session.scalars(query.order_by(Mission.id)))


def last_said(session: Session, number: str, word: HelperWord) -> Mission | None:
    """The mission of which the owner of this number said that last."""
    query = _missions_at(session, number).where(Mission.helper_word == word)
    return session.scalar(query.order_by(Mission.helper_word_at.desc(), Mission.id.desc()).limit(1))


def helpers_at(session: Session, number: str) -> list[Helper]:
    """The helpers with this number; a household may share one."""
    query = sa.select(Helper).where(Helper.number_hash == number_hash(session, number))
    return list(session.scalars(query.order_by(Helper.id)))


def _missions_at(session: Session, number: str) -> sa.Select[Mission]:
    return (
        sa.select(Mission)
        .join(Helper, Helper.id == Mission.helper_id)
        .where(Helper.number_hash == number_hash(session, number))
    )
