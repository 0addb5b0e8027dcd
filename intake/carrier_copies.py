"""What the carrier keeps of a call, a text or a recording, and has to delete when we forget ours.

Each is a duty of the worker's (``DutyKind.DELETE``), whose payload is ``{"what", "sid"}``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from intake.db import insert_into
from intake.kinds import DutyKind
from intake.lifecycle import DutyStatus
from intake.models import Duty

#: The carrier deletes nothing that it has not finished with, and says that this takes a minute at least.
SETTLED_AFTER = timedelta(minutes=2)


class Copy(StrEnum):
    """What the carrier has. A call's includes the calls that were dialled from it."""

    CALL = "call"
    TEXT = "text"
    RECORDING = "recording"


def owe_deletion(session: Session, now: datetime, what: Copy, sids: Iterable[str | None]) -> None:
    """Have the carrier delete what it knows by these names. Owed twice, it is done once."""
    rows = [
        {
            "kind": DutyKind.DELETE,
            "key": f"delete:{sid}",
            "status": DutyStatus.DUE,
            "payload": {"what": what.value, "sid": sid},
            "due_at": now + SETTLED_AFTER,
            "tries": 0,
            "error": "",
            "created_at": now,
        }
        for sid in sids
        if sid
    ]
    if rows:
        session.execute(
            insert_into(session, Duty).values(rows).on_conflict_do_nothing(index_elements=["key"])
        )
