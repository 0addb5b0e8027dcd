"""Fetches the messages that callers left, and has the carrier delete its copy, until it says that it did.

No session is open while the carrier is asked. What does not work is tried again after a pause that doubles.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from intake import messages
from intake.lifecycle import VoiceMessageStatus
from intake.messages import Claim
from intake.services import Services
from voice.carrier import Carrier, CarrierError, CarrierUnreachable
from worker.duties import pause_after

#: So many steps in one task; the rest is found by the next sweep.
AT_ONCE = 20

#: What the carrier has not given out after so long, it does not have.
GIVE_UP = timedelta(days=1)

log = structlog.get_logger()


def collect(services: Services, carrier: Carrier) -> int:
    """Do what is owed to each message; how many steps were taken. Ends early where the carrier is away."""
    for steps in range(AT_ONCE):
        with services.db.write() as session:
            claim = messages.claim(session, services.clock())
        if claim is None:
            return steps
        if not _act(services, carrier, claim):
            return steps + 1
    return AT_ONCE


def _act(services: Services, carrier: Carrier, claim: Claim) -> bool:
    """Fetch or delete, and write down what came of it; False if the carrier was not reached."""
    is_fetched = claim.status is VoiceMessageStatus.KEPT
    try:
        if is_fetched:
            carrier.delete_recording(claim.recording_sid)
            sound = None
        else:
            sound = carrier.fetch_recording(claim.recording_sid)
    except CarrierError as error:
        _put_off(services, claim, error)
        return not isinstance(error, CarrierUnreachable)
    status = VoiceMessageStatus.CLEARED if is_fetched else VoiceMessageStatus.KEPT
    with services.db.write() as session:
        messages.settle(session, claim, services.clock(), status, sound)
    log.info("voice message", id=claim.message_id, status=status.value)
    return True


def _put_off(services: Services, claim: Claim, error: CarrierError) -> None:
    """Try again later; a message that the carrier has refused for a day is lost."""
    now = services.clock()
    status = VoiceMessageStatus.LOST if _is_lost(claim, error, now) else None
    with services.db.write() as session:
        messages.settle(session, claim, now + pause_after(claim.tries), status)
    log.info("voice message put off", id=claim.message_id, error=str(error), lost=status is not None)


def _is_lost(claim: Claim, error: CarrierError, now: datetime) -> bool:
    may_be_fetched = claim.status is VoiceMessageStatus.ANNOUNCED and now < claim.created_at + GIVE_UP
    is_ours = claim.status is VoiceMessageStatus.KEPT
    return not (may_be_fetched or is_ours or isinstance(error, CarrierUnreachable))
