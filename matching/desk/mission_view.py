"""What the pages on missions show, read from the record in a few queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from intake.kinds import CallbackKind
from intake.lifecycle import OPEN_MISSIONS
from intake.models import CALLBACK_IS_OPEN, Callback, Staff
from matching import missions, reports
from matching.models import Mission, Proposal
from matching.report_models import Report

#: The list shows so many at most, the next first.
LIST_AT_MOST = 200


class Show(StrEnum):
    """Which missions the list shows."""

    OPEN = "open"
    COMPLAINTS = "complaints"
    ENDED = "ended"


@dataclass(frozen=True)
class Line:
    """A mission in the list: whether its day has passed, and whether somebody complained."""

    mission: Mission
    is_over: bool
    complaint: bool


@dataclass(frozen=True)
class Seen:
    """One mission with all that is known of it. ``talks`` are the callbacks that are open about it."""

    mission: Mission
    sent_by: str
    reports: tuple[Report, ...]
    talks: tuple[CallbackKind, ...]


def lines(session: Session, now: datetime, show: Show) -> list[Line]:
    """The missions to be shown: those to come by their day, those that ended the latest first."""
    complaints = reports.open_complaints(session)
    where = {
        Show.OPEN: Mission.status.in_(OPEN_MISSIONS),
        Show.COMPLAINTS: Mission.id.in_(complaints),
        Show.ENDED: Mission.status.not_in(OPEN_MISSIONS),
    }[show]
    order = (Mission.status_at.desc(),) if show is Show.ENDED else (Mission.planned_at, Mission.agreed_at)
    query = (
        sa.select(Mission)
        .options(joinedload(Mission.helper), joinedload(Mission.request))
        .where(where)
        .order_by(*order, Mission.id)
        .limit(LIST_AT_MOST)
    )
    return [
        Line(row, _is_over(row, now), row.id in complaints) for row in session.scalars(query).unique().all()
    ]


def look(session: Session, mission: Mission) -> Seen:
    """Everything about one mission."""
    sender = (
        sa.select(Staff.name)
        .join(Proposal, Proposal.decided_by == Staff.id)
        .where(Proposal.id == mission.proposal_id)
    )
    needs = [f"{kind}:{mission.id}" for kind in (*missions.TALKS, CallbackKind.FELL_THROUGH)]
    talks = sa.select(Callback.kind).where(Callback.need.in_(needs), CALLBACK_IS_OPEN)
    return Seen(
        mission,
        session.scalar(sender) or "",
        tuple(reports.of_mission(session, mission.id)),
        tuple(session.scalars(talks)),
    )


def _is_over(mission: Mission, now: datetime) -> bool:
    return mission.status in OPEN_MISSIONS and mission.planned_at is not None and mission.planned_at < now
