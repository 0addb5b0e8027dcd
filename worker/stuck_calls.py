"""Calls that just stopped: the carrier's last word about them was lost, or never sent.

A call that was cancelled while it was queued sends none. So whoever has not been heard of for a while is
asked about, and closed as hung up; what still has no outcome after an hour is an alarm.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog

from intake.alarms import STUCK_AFTER
from intake.models import Call
from intake.services import Services
from voice.calls import TERMINAL, Calls
from voice.carrier import Carrier, CarrierError, CarrierRefused

#: Longer than any call may last (five minutes), so that one that is still going on is not asked about.
QUIET = timedelta(minutes=6)

#: So many in one sweep; each asks the carrier once.
AT_ONCE = 40

#: What a call is closed as that the carrier does not know: it surely is not going on.
UNKNOWN_TO_CARRIER = "failed"

log = structlog.get_logger()


def close_stuck(services: Services, calls: Calls, carrier: Carrier | None) -> int:
    """Ask about each call that went quiet, and close those that are over; how many were closed."""
    now = services.clock()
    closed = 0
    for sid, last_turn_at in _next_quiet(services, now):
        status = status_of(carrier, sid) if carrier else None
        if status in TERMINAL:
            calls.report(sid, status, None, None)
            closed += 1
        elif last_turn_at < now - STUCK_AFTER:
            log.error("a call has no outcome an hour after its last turn", call=sid, carrier_says=status)
    return closed


def _next_quiet(services: Services, now: datetime) -> list[tuple[str, datetime]]:
    """The quiet calls whose turn it is, with their last turns; asked about from now on.

    Whoever was not asked about for longest comes first, so that calls which the carrier never ends do not
    keep others from being asked about.
    """
    with services.db.write() as session:
        quiet = session.execute(
            sa.select(Call.id, Call.call_sid, Call.last_turn_at)
            .where(Call.outcome.is_(None), Call.last_turn_at < now - QUIET)
            .order_by(sa.func.coalesce(Call.asked_at, Call.last_turn_at), Call.id)
            .limit(AT_ONCE)
        ).all()
        ids = [row.id for row in quiet]
        session.execute(sa.update(Call).where(Call.id.in_(ids)).values(asked_at=now))
    return [(row.call_sid, row.last_turn_at) for row in quiet]


def status_of(carrier: Carrier, sid: str) -> str | None:
    """Where the carrier says the call stands; None if it cannot be asked now."""
    try:
        return carrier.call_status(sid)
    except CarrierRefused as error:
        return UNKNOWN_TO_CARRIER if error.permanent else None
    except CarrierError:
        return None
