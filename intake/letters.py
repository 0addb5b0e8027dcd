"""Letters: telling on paper, or through the town hall, what the telephone could not tell.

A letter is owed where a callback was given up, and where somebody has no telephone at all. It is a row that
waits in a list until a person has sent it, told the town hall, or put it aside.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import audit
from intake.kinds import CallbackKind, LastResort
from intake.letter_models import Letter
from intake.lifecycle import LetterStatus, check_move
from intake.models import Callback, Request


def owe_for_callback(session: Session, now: datetime, callback: Callback, wanted: LastResort) -> Letter:
    """The letter for a callback that reached nobody; there is one for a callback at most."""
    letter = of_callback(session, callback.id)
    if letter is None:
        letter = Letter(
            status=LetterStatus.DUE,
            kind=callback.kind,
            wanted=wanted,
            request_id=callback.request_id,
            helper_id=callback.helper_id,
            callback_id=callback.id,
            created_at=now,
        )
        session.add(letter)
        session.flush()
    return letter


def owe_for_request(
    session: Session, now: datetime, kind: CallbackKind, request: Request, helper_id: int | None = None
) -> Letter:
    """The letter to somebody without a telephone; while one of that kind is due, that one."""
    due = sa.select(Letter).where(
        Letter.request_id == request.id, Letter.kind == kind, Letter.status == LetterStatus.DUE
    )
    letter = session.scalar(due)
    if letter is None:
        letter = Letter(
            status=LetterStatus.DUE,
            kind=kind,
            wanted=LastResort.LETTER,
            request_id=request.id,
            helper_id=helper_id,
            created_at=now,
        )
        session.add(letter)
        session.flush()
    return letter


def of_callback(session: Session, callback_id: int) -> Letter | None:
    """The letter that a callback left behind, or None."""
    return session.scalar(sa.select(Letter).where(Letter.callback_id == callback_id))


def due(session: Session, limit: int) -> Sequence[Letter]:
    """The letters that wait, the oldest first."""
    query = sa.select(Letter).where(Letter.status == LetterStatus.DUE)
    return session.scalars(query.order_by(Letter.created_at, Letter.id).limit(limit)).all()


def find_due(session: Session, letter_id: int) -> Letter | None:
    """The letter if it still waits, locked for this transaction; else None."""
    query = sa.select(Letter).where(Letter.id == letter_id, Letter.status == LetterStatus.DUE)
    return session.scalar(query.with_for_update())


def drop_due(session: Session, now: datetime, request_id: int, actor: str, *kinds: CallbackKind) -> bool:
    """Put aside the letters of those kinds that have not been sent: they are not true any more; whether any.

    All are held before the first entry in the log, see ``intake.locks``.
    """
    query = sa.select(Letter).where(
        Letter.request_id == request_id, Letter.kind.in_(kinds), Letter.status == LetterStatus.DUE
    )
    dropped = session.scalars(query.order_by(Letter.id).with_for_update()).all()
    for letter in dropped:
        letter.status, letter.done_at = check_move(letter.status, LetterStatus.DROPPED), now
        audit.append(session, now, actor, "letter_done", f"letter:{letter.id}", "dropped")
    return bool(dropped)


def finish(session: Session, now: datetime, letter: Letter, staff_id: int, way: LastResort | None) -> None:
    """Note that it was told in this way; None: that it is not needed any more. Raises ``IllegalMove``."""
    letter.status = check_move(letter.status, LetterStatus.SENT if way else LetterStatus.DROPPED)
    letter.way, letter.done_at, letter.done_by = way, now, staff_id
    actor, subject = audit.by_staff(staff_id), f"letter:{letter.id}"
    audit.append(session, now, actor, "letter_done", subject, way.value if way else "dropped")
