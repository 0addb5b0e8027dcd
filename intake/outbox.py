"""What the worker is to send: owing a text or a call, and taking it back while it has not been begun.

A duty's key names its cause, so the same cause never makes two. A text's payload is ``{"to", "body"}``, a
hang-up's ``{"sid"}``, a call's ``{"to", "path", "status_path"}`` with the paths of its words and of its
reports on our side; with ``"detect_machine"`` the carrier first listens whether a machine has answered, and
``"fallback_path"`` is asked where no words come. A mail's is ``{"subject", "body"}``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.kinds import DutyKind
from intake.lifecycle import DutyStatus, check_move
from intake.models import Duty

_TAKEN_BACK = "taken back"


def owe(
    session: Session, now: datetime, kind: DutyKind, key: str, payload: dict[str, Any], due_at: datetime
) -> None:
    """File a duty. One that was taken back uses its row again; one that is under way or done stays."""
    duty = session.scalar(sa.select(Duty).where(Duty.key == key).with_for_update())
    if duty is None:
        duty = Duty(kind=kind, key=key, created_at=now, status=DutyStatus.DUE)
        session.add(duty)
    elif duty.status is DutyStatus.FAILED:
        duty.status = check_move(duty.status, DutyStatus.DUE)
        duty.tries = 0
    elif duty.status is not DutyStatus.DUE:
        return
    duty.payload, duty.due_at = payload, due_at
    duty.error, duty.done_at = "", None


def take_back(session: Session, now: datetime, *keys: str) -> int:
    """Take back those duties that have not been begun; how many they were."""
    waiting = sa.select(Duty).where(Duty.key.in_(keys), Duty.status == DutyStatus.DUE)
    duties = session.scalars(waiting.with_for_update()).all()
    for duty in duties:
        duty.status = check_move(duty.status, DutyStatus.FAILED)
        duty.error, duty.done_at = _TAKEN_BACK, now
    return len(duties)


def texts_to(session: Session, number: str) -> list[str]:
    """The keys of the texts to that number that have not been begun."""
    waiting = sa.select(Duty).where(Duty.kind == DutyKind.TEXT, Duty.status == DutyStatus.DUE)
    return [duty.key for duty in session.scalars(waiting) if duty.payload["to"] == number]


def failed(session: Session, key: str) -> bool:
    """Whether that duty could not be done; one that was taken back was only not wanted any more."""
    query = sa.select(Duty.id).where(
        Duty.key == key, Duty.status == DutyStatus.FAILED, Duty.error != _TAKEN_BACK
    )
    return session.scalar(query) is not None
