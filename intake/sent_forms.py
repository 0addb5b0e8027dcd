"""Forms that do their work once: a button pressed twice, or a page sent again because the line was down."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.db import insert_into, keyring
from intake.sent_form_models import SentForm

#: Longer than anybody leaves a sent page open and sends it again.
KNOWN_FOR = timedelta(days=1)


def claim(
    session: Session, now: datetime, staff_id: int, fields: Mapping[str, Sequence[str]]
) -> tuple[SentForm, bool]:
    """The row of a form that somebody has sent with these fields, and whether it is sent for the first time.

    The same form sent at the same moment waits until the first has done its work.
    """
    purge(session, now)
    contents = json.dumps([staff_id, sorted((name, list(values)) for name, values in fields.items())])
    key = keyring(session).hash(contents)
    fresh = insert_into(session, SentForm).values(key=key, at=now)
    is_first = session.scalar(fresh.on_conflict_do_nothing(index_elements=["key"]).returning(SentForm.key))
    return session.get_one(SentForm, key), is_first is not None


def purge(session: Session, now: datetime) -> int:
    """Forget the forms that nobody sends again; how many."""
    old = sa.delete(SentForm).where(SentForm.at < now - KNOWN_FOR).returning(SentForm.key)
    return len(session.execute(old).all())
