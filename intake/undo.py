"""Taking an outcome back: a slip of the hand costs nothing, as long as nothing has followed from it."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import audit, letters, locks, queue, registry
from intake.lifecycle import CallbackStatus, RequestStatus
from intake.models import CALLBACK_IS_OPEN, Attempt, Callback, Request

#: How long an outcome can be taken back: long enough to notice, too short for anything to be built on it.
UNDO_WITHIN = timedelta(minutes=3)

#: A request in one of these has not been shown to any helper.
_NOT_SHOWN = (RequestStatus.NEW, RequestStatus.CONTACTED)


class Hindrance(StrEnum):
    """Why an outcome cannot be taken back."""

    TOO_LATE = "too_late"
    GONE_ON = "gone_on"
    IN_OTHER_HANDS = "in_other_hands"


class UndoError(Exception):
    """The outcome cannot be taken back; ``why`` says what hinders."""

    def __init__(self, why: Hindrance) -> None:
        super().__init__(f"the outcome cannot be taken back: {why.value}")
        self.why = why


def remember(callback: Callback, request: Request | None) -> dict[str, Any]:
    """What an outcome is about to change, as ``Attempt.before`` keeps it. Nothing in it is personal."""
    return {
        "not_before": callback.not_before.isoformat(),
        "due_at": callback.due_at.isoformat(),
        "request_status": request.status.value if request else None,
    }


def take_back(session: Session, now: datetime, attempt_id: int, staff_id: int) -> Callback:
    """Make the attempt one that goes on, and give its callback back into the hand that recorded it.

    Raises ``UndoError`` where it is too late, the request has gone on, or somebody else has the callback.
    """
    attempt = session.get(Attempt, attempt_id)
    if attempt is None or attempt.staff_id != staff_id or attempt.ended_at is None or attempt.before is None:
        raise UndoError(Hindrance.TOO_LATE)
    if now - attempt.ended_at > UNDO_WITHIN:
        raise UndoError(Hindrance.TOO_LATE)
    callback = session.get_one(Callback, attempt.callback_id)
    locks.hold_callback(session, callback)
    if _is_elsewhere(session, callback, attempt):
        raise UndoError(Hindrance.IN_OTHER_HANDS)
    _take_back_letter(session, callback)
    _take_back_request(session, now, callback, attempt)
    _take_into_hand(session, now, callback, staff_id)
    before = attempt.before
    callback.not_before, callback.due_at = (
        datetime.fromisoformat(before["not_before"]),
        datetime.fromisoformat(before["due_at"]),
    )
    callback.tries -= 1
    callback.closed_at = callback.outcome = None
    attempt.ended_at = attempt.outcome = attempt.before = None
    audit.append(session, now, audit.by_staff(staff_id), "outcome_undone", f"callback:{callback.id}")
    return callback


def _is_elsewhere(session: Session, callback: Callback, attempt: Attempt) -> bool:
    """Whether somebody took the callback meanwhile, or another one is open for the same number and need."""
    if callback.holder_id is not None:
        return True
    later = sa.select(Attempt.id).where(Attempt.callback_id == callback.id, Attempt.id > attempt.id)
    twin = sa.select(Callback.id).where(
        Callback.number_hash == callback.number_hash,
        Callback.need == callback.need,
        Callback.id != callback.id,
        CALLBACK_IS_OPEN,
    )
    return any(session.scalar(query.limit(1)) is not None for query in (later, twin))


def _take_back_letter(session: Session, callback: Callback) -> None:
    letter = letters.of_callback(session, callback.id)
    if letter is None:
        return
    if letters.find_due(session, letter.id) is None:
        raise UndoError(Hindrance.GONE_ON)
    session.delete(letter)


def _take_back_request(session: Session, now: datetime, callback: Callback, attempt: Attempt) -> None:
    request = session.get(Request, callback.request_id) if callback.request_id else None
    before = attempt.before["request_status"] if attempt.before else None
    if request is None or before is None or request.status == RequestStatus(before):
        return
    if RequestStatus(before) not in _NOT_SHOWN or request.status_at != attempt.ended_at:
        raise UndoError(Hindrance.GONE_ON)
    registry.move(request, RequestStatus(before), now)


def _take_into_hand(session: Session, now: datetime, callback: Callback, staff_id: int) -> None:
    if callback.status is CallbackStatus.QUEUED:
        if not queue.take(session, now, callback.id, staff_id):
            raise UndoError(Hindrance.IN_OTHER_HANDS)
        session.refresh(callback)
    else:
        callback.holder_id = staff_id
    queue.move(callback, CallbackStatus.CALLING)
    queue.keep(callback, now)
