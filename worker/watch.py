"""The worker's watch: decides about promises, counts what the next ones are computed from, raises alarms.

Where the district gave an address, the mails about it are filed in the same transaction.
"""

from __future__ import annotations

from intake import alarms, promises
from intake.services import Services
from worker import mails


def look_after(services: Services) -> None:
    """One round of the watch; doing it twice, or two workers at once, changes nothing."""
    now = services.clock()
    with services.db.write() as session:
        decided = promises.decide(session, now)
    while decided == promises.DECIDE_AT_ONCE:
        with services.db.write() as session:
            decided = promises.decide(session, now)
    with services.db.write() as session:
        looked_before = promises.look(session, services.profile, now)
        alarms.watch(session, services.profile, now, looked_before)
        if services.settings.has_mail:
            mails.owe(session, services.profile, now)
