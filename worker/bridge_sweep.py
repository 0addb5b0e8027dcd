"""Calls from the desk that went quiet: the carrier is asked about them; what came too late is given up."""

from __future__ import annotations

from datetime import timedelta

from intake import bridges
from intake.services import Services
from voice.bridging import Bridging
from voice.calls import TERMINAL
from voice.carrier import Carrier
from worker.stuck_calls import status_of

#: Longer than any telephone rings for a bridge. A talk may last: it is asked about that often.
QUIET = timedelta(seconds=60)


def sweep(services: Services, bridging: Bridging, carrier: Carrier | None) -> int:
    """Close what is over without our knowing; how many were closed."""
    now = services.clock()
    with services.db.write() as session:
        closed = bridges.give_up_late(session, now)
    with services.db.read() as session:
        quiet = bridges.quiet(session, now - QUIET) if carrier else []
    for bridge_id, sid in quiet:
        status = status_of(carrier, sid) if carrier else None
        if status in TERMINAL:
            bridging.report_operator(bridge_id, sid, status)
            closed += 1
        else:
            with services.db.write() as session:
                bridges.asked(session, now, bridge_id)
    return closed
