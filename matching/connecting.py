"""Connecting a helper with the seeker of her mission: by the mission's number, from her own telephone.

Neither learns the other's number: both see the hotline's. Caller ID alone proves nothing and a number may be
overheard, so it takes both, and a mission that is going on.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.bridges import may_be_dialled
from intake.lifecycle import OPEN_MISSIONS, HelperStatus
from intake.models import Helper, Request
from intake.profile import Profile
from matching.models import Mission

_ON_DUTY = (HelperStatus.ACTIVE, HelperStatus.PAUSED)  # who pauses still does what she has agreed to


def find(session: Session, number: str, caller_hash: bytes | None) -> Mission | None:
    """The mission with that number if it is going on and the caller's telephone is its helper's own."""
    if caller_hash is None:
        return None
    return session.scalar(
        sa.select(Mission)
        .join(Helper, Helper.id == Mission.helper_id)
        .where(
            Mission.number == number,
            Mission.status.in_(OPEN_MISSIONS),
            Helper.number_hash == caller_hash,
            Helper.status.in_(_ON_DUTY),
        )
    )


def seekers_number(session: Session, profile: Profile, mission_id: int) -> str | None:
    """The number to ring for a mission; None if it went, or if the mission is over by now."""
    query = (
        sa.select(Request.number)
        .join(Mission, Mission.request_id == Request.id)
        .where(Mission.id == mission_id, Mission.status.in_(OPEN_MISSIONS))
    )
    number = session.scalar(query)
    return number if may_be_dialled(profile, number) else None
