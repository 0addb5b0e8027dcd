"""Messages that callers leave: what the carrier tells of them, written down for the worker to fetch."""

from __future__ import annotations

from datetime import timedelta

import structlog

from intake import messages
from intake.services import Job, Services

#: The carrier says when a recording can be fetched. Should that be lost, it is fetched unasked after this.
UNASKED = timedelta(minutes=2)

log = structlog.get_logger()


class Messages:
    """Takes down that there is a recording. Told twice, in any order, it is one message."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def recorded(self, call_sid: str, recording_sid: str, seconds: int) -> None:
        """The call's own word that a message was recorded; it may not be ready to be fetched.

        Never raises: the call must go on, and the carrier tells us once more when it is ready.
        """
        try:
            self._announce(call_sid, recording_sid, seconds, UNASKED)
        except Exception as error:  # whatever it is, a person is on the line
            log.error("a message was not written down", call=call_sid, error=type(error).__name__)

    def ready(self, call_sid: str, recording_sid: str, seconds: int) -> None:
        """The carrier's word that a recording can be fetched. Raises what the database raises: nobody is on
        the line, and the carrier's log shows it.
        """
        self._announce(call_sid, recording_sid, seconds, timedelta())
        self._services.nudge(Job.VOICE_MESSAGES)

    def _announce(self, call_sid: str, recording_sid: str, seconds: int, after: timedelta) -> None:
        now = self._services.clock()
        with self._services.db.write() as session:
            messages.announce(session, now, call_sid, recording_sid, seconds, now + after)
