"""Drafts: what is typed into a form survives a reload, a crash and a lost login.

A draft belongs to one person and one form, is kept encrypted, and goes when the form is sent or thrown away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.db import insert_into
from intake.draft_models import Draft

#: Each field of a form with its values: a box of several may be ticked more than once.
Fields = Mapping[str, Sequence[str]]


def keep(session: Session, now: datetime, staff_id: int, subject: str, fields: Fields) -> None:
    """Keep what was typed, in the place of what was kept before."""
    values = {"fields": {name: list(given) for name, given in fields.items()}, "saved_at": now}
    statement = insert_into(session, Draft).values(staff_id=staff_id, subject=subject, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["staff_id", "subject"], set_=values))


def find(session: Session, staff_id: int, subject: str) -> Draft | None:
    """Somebody's draft of a form, or None."""
    return session.scalar(sa.select(Draft).where(Draft.staff_id == staff_id, Draft.subject == subject))


def drop(session: Session, staff_id: int, subject: str) -> None:
    """Throw a draft away; it is no error if there is none."""
    session.execute(sa.delete(Draft).where(Draft.staff_id == staff_id, Draft.subject == subject))


def of(session: Session, staff_id: int, limit: int = 10) -> Sequence[Draft]:
    """Somebody's drafts, the latest first."""
    query = sa.select(Draft).where(Draft.staff_id == staff_id)
    return session.scalars(query.order_by(Draft.saved_at.desc()).limit(limit)).all()


def purge(session: Session, now: datetime, days: int) -> int:
    """Forget the drafts that nobody has come back to for so many days; how many."""
    old = sa.delete(Draft).where(Draft.saved_at < now - timedelta(days=days)).returning(Draft.id)
    return len(session.execute(old).all())
