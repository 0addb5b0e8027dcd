"""Guessing at references: wrong ones are counted across calls, and too many shut the door for a while.

A reference is the only proof of who asks about an earlier request, and it has six digits. So from one number
few wrong ones an hour are borne; withheld callers cannot be told apart and share one count.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.guess_models import WrongReference

#: Wrong references are counted over this time, and forgotten after it.
SPAN = timedelta(hours=1)

#: From one number: two calls of somebody who mistypes all he can.
FROM_ONE_NUMBER = 4

#: From all withheld callers together. Among the 100,000 references of a register with 500 requests a guess
#: hits one time in 200, so that a day of guessing without pause finds two or three of them.
FROM_WITHHELD = 20


def too_many(session: Session, now: datetime, number_hash: bytes | None) -> bool:
    """Whether no reference is to be looked up for this caller now; ``number_hash`` None: a withheld one."""
    query = (
        sa.select(sa.func.count())
        .select_from(WrongReference)
        .where(_is_from(number_hash), WrongReference.at > now - SPAN)
    )
    most = FROM_WITHHELD if number_hash is None else FROM_ONE_NUMBER
    return (session.scalar(query) or 0) >= most


def note(session: Session, now: datetime, number_hash: bytes | None) -> None:
    """Count a wrong reference, and forget those that count no more."""
    purge(session, now)
    session.add(WrongReference(at=now, number_hash=number_hash))
    session.flush()


def purge(session: Session, now: datetime) -> int:
    """Forget those that count no more; how many."""
    over = sa.delete(WrongReference).where(WrongReference.at <= now - SPAN).returning(WrongReference.id)
    return len(session.execute(over).all())


def _is_from(number_hash: bytes | None) -> sa.ColumnElement[bool]:
    column = WrongReference.number_hash
    return column.is_(None) if number_hash is None else column == number_hash
