"""What became of a text after the carrier took it: its reports are listened to.

They come in any order, more than once, and sometimes before our own note that the text was taken. A text that
did not arrive is a duty that failed, and whoever owed it takes another way.
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from intake.kinds import DutyKind
from intake.lifecycle import DutyStatus, check_move
from intake.models import Duty
from intake.services import Job, Services
from matching import outgoing

#: Where the carrier reports on a text, by the id of its duty.
TEXT_REPORT_PATH = "/voice/text-status/{duty_id}"

_LOST = frozenset({"undelivered", "failed"})

#: A duty in one of these may still turn out not to have arrived.
_GIVEN_TO_THE_CARRIER = (DutyStatus.RUNNING, DutyStatus.UNSURE, DutyStatus.DONE)


def report(services: Services, duty_id: int, status: str, code: str) -> None:
    """Take the carrier's word on a text. Only that it was lost changes anything."""
    if status not in _LOST:
        return
    now = services.clock()
    with services.db.write() as session:
        duty = session.get(Duty, duty_id, with_for_update=True)
        if duty is None or duty.kind is not DutyKind.TEXT or duty.status not in _GIVEN_TO_THE_CARRIER:
            return
        duty.status = check_move(duty.status, DutyStatus.FAILED)
        duty.error, duty.lease_until = f"code {code}", None
        duty.done_at = duty.done_at or now
        outgoing.failed(session, services.profile, now, duty.key, code)
    for job in (Job.DUTIES, Job.ASSIGN):
        services.nudge(job)


def make_blueprint(services: Services) -> Blueprint:
    """The route for the reports below ``/voice``, behind the app's signature check."""
    pages = Blueprint("text_reports", __name__, url_prefix="/voice")

    @pages.post("/text-status/<int:duty_id>")
    def text_status(duty_id: int) -> Response:
        report(services, duty_id, request.form.get("MessageStatus", ""), _code())
        return Response(status=204)

    return pages


def _code() -> str:
    """The carrier's code in digits; anything else is none."""
    code = request.form.get("ErrorCode", "")
    return code if code.isdecimal() and len(code) <= 6 else ""
