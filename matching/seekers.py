"""Telling a seeker something: an operator rings, or a letter goes where there is no telephone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from intake import letters, promises, queue
from intake.kinds import CallbackKind
from intake.models import Helper, Request
from intake.profile import Profile


def tell(
    session: Session,
    profile: Profile,
    now: datetime,
    request: Request,
    kind: CallbackKind,
    row_id: int,
    helper: Helper | None = None,
) -> None:
    """Owe it to the seeker to be told. ``row_id`` is that of what it is about; owed twice, it is once."""
    if request.number is None:
        letters.owe_for_request(session, now, kind, request, helper.id if helper else None)
        return
    queue.file_callback(
        session,
        now,
        kind=kind,
        told_number=request.number,
        need=f"{kind}:{row_id}",
        language=request.language,
        window=promises.window(session, profile, now, request.best_time),
        request=request,
        helper=helper,
        ags=request.ags,
        best_time=request.best_time,
    )
