"""What the matching's tables forget with a request or a helper, and with a mission's record.

The record of a mission is the insurer's: it goes on its own, later than the two people it is about. What was
only said about them, and proposals that came to nothing, go with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import forgetting
from intake.lifecycle import OPEN_MISSIONS
from matching.exclusion_models import Exclusion
from matching.models import Mission, Proposal
from matching.offer_models import OfferCall
from matching.report_models import Handover, Report

#: A complaint that nobody has answered is still needed, until the mission's record ends.
_SETTLED = sa.or_(sa.not_(Report.complaint), Report.answered_at.is_not(None))

_HAS_MISSION = sa.exists().where(Mission.proposal_id == Proposal.id)


def forget_requests(session: Session, now: datetime, ids: Sequence[int]) -> None:
    """Take out requests that have ended; see ``intake.forgetting``. "Never again" outlives them."""
    forgetting.forget_requests(session, now, ids)
    _forget_proposals(session, Proposal.request_id.in_(ids))
    _run(session, sa.update(Handover).where(Handover.request_id.in_(ids)).values(note=None))
    _forget_words(session, Mission.request_id.in_(ids))


def forget_helpers(session: Session, now: datetime, ids: Sequence[int]) -> None:
    """Take out helpers who have left; see ``intake.forgetting``."""
    forgetting.forget_helpers(session, now, ids)
    hers = Proposal.helper_id.in_(ids)
    _silence(session, hers)
    _run(session, sa.delete(Exclusion).where(Exclusion.helper_id.in_(ids)))
    _forget_words(session, Mission.helper_id.in_(ids))


def forget_missions(session: Session, ids: Sequence[int]) -> None:
    """The record of missions ends: who helped, what was said of it, and how it came about."""
    proposals = session.scalars(sa.select(Mission.proposal_id).where(Mission.id.in_(ids))).all()
    _run(session, sa.delete(Report).where(Report.mission_id.in_(ids)))
    _run(session, sa.delete(Mission).where(Mission.id.in_(ids)))
    _run(session, sa.delete(OfferCall).where(OfferCall.proposal_id.in_(proposals)))
    _run(session, sa.delete(Proposal).where(Proposal.id.in_(proposals)))


def _forget_proposals(session: Session, which: sa.ColumnElement[bool]) -> None:
    """Proposals that led to no mission go; of the others what a person wrote, and what was said on calls."""
    _silence(session, which)
    gone = sa.select(Proposal.id).where(which, ~_HAS_MISSION)
    _run(session, sa.delete(OfferCall).where(OfferCall.proposal_id.in_(gone)))
    _run(session, sa.delete(Proposal).where(which, ~_HAS_MISSION))


def _silence(session: Session, which: sa.ColumnElement[bool]) -> None:
    """The rows stay, as long as what they belong to does; words and conversations do not."""
    ids = sa.select(Proposal.id).where(which)
    _run(session, sa.update(OfferCall).where(OfferCall.proposal_id.in_(ids)).values(state=None))
    _run(session, sa.update(Proposal).where(which).values(reason=None))


def _forget_words(session: Session, which: sa.ColumnElement[bool]) -> None:
    """What was said about missions, and the word at the door, are of no use any more."""
    missions = sa.select(Mission.id).where(which, Mission.status.not_in(OPEN_MISSIONS))
    said = sa.and_(Report.mission_id.in_(missions), _SETTLED)
    _run(session, sa.update(Report).where(said).values(words=None, answer=None))
    _run(session, sa.update(Mission).where(Mission.id.in_(missions)).values(code_word=None))


def _run(session: Session, statement: sa.Executable) -> None:
    session.execute(statement, execution_options={"synchronize_session": False})
