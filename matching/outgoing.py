"""What became of the matching's texts and calls at the carrier, told to whatever they were for.

A duty's key says what it is for ("offer:17"). Being told the same twice is harmless.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from intake.profile import Profile
from matching import missions, offers, ways
from matching.models import Mission, OfferCall, Proposal


def done(session: Session, profile: Profile, now: datetime, key: str) -> None:
    """The carrier has taken it."""
    cause, _, row_id = key.partition(":")
    if cause == ways.OFFER:
        offers.gone_out(session, profile, now, int(row_id))
    elif cause == ways.DETAILS:
        missions.briefed(session, now, session.get_one(Mission, int(row_id)), "worker")


def failed(session: Session, profile: Profile, now: datetime, key: str, code: str) -> None:
    """It cannot be done, or did not arrive; ``code`` is the carrier's, "" if it gave none."""
    cause, _, row_id = key.partition(":")
    if cause == ways.OFFER:
        ways.text_failed(session, profile, now, session.get_one(Proposal, int(row_id)), code)
    elif cause == ways.OFFER_CALL:
        ways.call_refused(session, now, session.get_one(OfferCall, int(row_id)))
    elif cause in (ways.DETAILS, ways.CANCELLED):
        mission = session.get_one(Mission, int(row_id))
        if cause == ways.DETAILS:
            mission.briefed_at = None
        missions.ring_the_helper(session, profile, now, mission)
