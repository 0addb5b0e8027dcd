"""A call's row in the record: found and locked, begun, saved.

A call needs this at every turn, so it is done by prepared statements.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.db import INSERTS, kind_of, number_hash
from intake.models import Call
from intake.prepared import Prepared
from voice.state import State

_calls = cast(sa.Table, Call.__table__)

_FIND = Prepared(
    sa.select(
        _calls.c.id,
        _calls.c.state,
        _calls.c.started_at,
        _calls.c.carrier_status,
        _calls.c.status_sequence,
    )
    .where(_calls.c.call_sid == sa.bindparam("sid"))
    .with_for_update()
)

_COUNT_OTHERS = Prepared(
    sa.select(sa.func.count()).where(
        _calls.c.number_hash == sa.bindparam("hashed"),
        _calls.c.started_at > sa.bindparam("since"),
        _calls.c.call_sid != sa.bindparam("sid"),
    )
)


@cache
def _begin(kind: str, names: tuple[str, ...]) -> Prepared:
    """The INSERT of those columns; it gives the new row's id, or nothing if the call has a row already."""
    statement = INSERTS[kind](_calls).values({name: sa.bindparam(name) for name in names})
    return Prepared(statement.on_conflict_do_nothing(index_elements=["call_sid"]).returning(_calls.c.id))


@cache
def _save(names: tuple[str, ...]) -> Prepared:
    """The UPDATE of those columns: there are few sets of them."""
    statement = sa.update(_calls).where(_calls.c.id == sa.bindparam("row_id"))
    return Prepared(statement.values({name: sa.bindparam(name) for name in names}))


@dataclass(frozen=True)
class CallRow:
    """What a turn needs of a call's row; it is locked. ``fresh`` if this turn began the call."""

    id: int
    state: State
    started_at: datetime
    carrier_status: str = ""
    status_sequence: int = -1
    fresh: bool = False

    def age(self, now: datetime) -> int:
        """Whole seconds since the call was picked up."""
        return max(0, int((now - self.started_at).total_seconds()))


def find(session: Session, sid: str) -> CallRow | None:
    """The call's row, locked until the transaction ends."""
    found = _FIND.within(session, sid=sid)
    if found is None:
        return None
    call_id, state, *rest = found
    return CallRow(call_id, State.from_json(state), *rest)


def begin(session: Session, sid: str, number: str | None, state: State, now: datetime) -> CallRow | None:
    """A new row for a call that was greeted as ``state`` says; None if the call has a row already."""
    values = {
        "call_sid": sid,
        "number": number,
        "number_hash": number_hash(session, number) if number else None,
        "started_at": now,
        "carrier_status": "in-progress",
        "status_sequence": -1,
        **columns(state, now),
    }
    begun = _begin(kind_of(session), tuple(values)).within(session, **values)
    return None if begun is None else CallRow(begun[0], state, now, fresh=True)


def save(session: Session, row: CallRow, values: Mapping[str, Any]) -> None:
    """Write these columns of the row."""
    _save(tuple(values)).within(session, row_id=row.id, **values)


def columns(state: State, now: datetime) -> dict[str, Any]:
    """The columns that follow the flow's state."""
    return {
        "state": state.to_json(),
        "turn": state.turn,
        "step": state.left_at.value,
        "language": state.language,
        "outcome": state.outcome,
        "last_turn_at": now,
    }


def count_others(session: Session, hashed: bytes, since: datetime, sid: str) -> int:
    """How many calls came from a number since then, this one not counted."""
    counted = _COUNT_OTHERS.within(session, hashed=hashed, since=since, sid=sid)
    return 0 if counted is None else int(counted[0])
