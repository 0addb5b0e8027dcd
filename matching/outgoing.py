"""What became of the matching's texts and calls at the carrier, told to whatever they were for.

A duty's key says what it is for ("offer:17"). Being told the same twice is harmless.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from intake import outbox
from intake.models import Helper
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
    helper = _addressee(session, cause, int(row_id)) if code == ways.OPTED_OUT else None
    if helper is not None:
        ways.no_more_texts(session, now, helper, "carrier")
    if cause == ways.OFFER:
        ways.text_failed(session, profile, now, session.get_one(Proposal, int(row_id)), code)
    elif cause == ways.OFFER_CALL:
        ways.call_refused(session, now, session.get_one(OfferCall, int(row_id)))
    elif cause in (ways.DETAILS, ways.CANCELLED):
        mission = session.get_one(Mission, int(row_id))
        if cause == ways.DETAILS:
            mission.briefed_at = None
        missions.ring_the_helper(session, profile, now, mission)


def stop_texts(session: Session, profile: Profile, now: datetime, number: str) -> None:
    """The owner of the number wants no more texts: what is owed goes another way, as if it had failed."""
    for key in outbox.texts_to(session, number):
        outbox.take_back(session, now, key)
        failed(session, profile, now, key, ways.OPTED_OUT)


def _addressee(session: Session, cause: str, row_id: int) -> Helper | None:
    """The helper to whom a text of ours went; None for what is not one."""
    if cause in (ways.DETAILS, ways.CANCELLED, ways.CALLED_OFF):
        return session.get_one(Mission, row_id).helper
    if cause in (ways.OFFER, ways.REMINDER, ways.THANKS):
        return session.get_one(Proposal, row_id).helper
    return None
