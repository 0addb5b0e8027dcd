"""Row locks: whoever reads a status and then moves it holds the row from the reading on.

An operator, a caller, a coordinator and the worker may move one request at the same moment. SQLite lets one
of them write at a time. On PostgreSQL the second waits here for the first, and then reads what it has left.

All hold rows in one order, so that nobody waits in a circle: a call's row, the request, its callbacks, its
proposals, its mission, then what hangs on those, and the audit log at the very last. The request's row goes
first even where only something of it is moved: it is the door to all the others. Several requests are held
at once, before the first entry in the log.

A row that is held can be referred to by new rows (``FOR NO KEY UPDATE``), so that a caller who files
something does not wait for an operator who is writing.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.db import Base
from intake.models import Callback, Request

#: The tables in the order in which their rows are held.
ORDER = ("requests", "callbacks", "bridges", "proposals", "missions")


def hold(session: Session, *rows: Base) -> None:
    """Hold these rows until the transaction ends, and read them anew."""
    for row in sorted(rows, key=_place):
        session.refresh(row, with_for_update={"key_share": True})


def hold_callback(session: Session, callback: Callback) -> None:
    """Hold a callback and, before it, the request that it is about."""
    request_id = callback.request_id
    about = () if request_id is None else (session.get_one(Request, request_id),)
    hold(session, *about, callback)
    if callback.request_id != request_id:  # it was merged into another one meanwhile
        hold_callback(session, callback)


def hold_requests(session: Session, request_ids: Iterable[int]) -> None:
    """Hold all these requests until the transaction ends, and read anew those that are known already."""
    query = sa.select(Request).where(Request.id.in_(sorted(set(request_ids)))).order_by(Request.id)
    held = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    session.scalars(held).all()


def _place(row: Base) -> tuple[int, tuple[int, ...]]:
    state = sa.inspect(row)
    return ORDER.index(str(state.mapper.local_table)), state.identity or ()
