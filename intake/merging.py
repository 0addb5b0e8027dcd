"""Merging two requests that are one. Always a person's decision: a household shares a number, not a need."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import audit, locks, queue, registry
from intake.kinds import CallbackKind
from intake.lifecycle import OPEN_REQUESTS, CallbackStatus, RequestStatus
from intake.merge_models import Merge
from intake.models import CALLBACK_IS_OPEN, Call, Callback, Request

#: What is kept from one request or the other, and the columns that go together with it.
PARTS: dict[str, tuple[str, ...]] = {
    "category": ("category",),
    "name": ("name",),
    "on_behalf": ("on_behalf",),
    "number": ("number", "number_hash"),
    "address": ("address",),
    "place": ("postcode", "ags", "in_district"),
    "language": ("language",),
    "best_time": ("best_time",),
    "details": ("details",),
    "wishes": ("wishes",),
    "urgency": ("urgency",),
    "recurring": ("recurring",),
    "half_days": ("half_days", "dates"),
}

#: How the callback of a merged request is closed.
OUTCOME = "duplicate"

#: Open requests of one place and need whose names are compared; a place with more has other cares.
_COMPARED = 300

#: A callback about these only asks what the merged request asks too.
_ABOUT_THE_NEED = (CallbackKind.INTAKE, CallbackKind.STATUS)


class MergeError(Exception):
    """The two cannot be merged so: ``matched`` says that a helper is found for the one that would go."""

    def __init__(self, matched: bool) -> None:
        super().__init__("a helper is found for it" if matched else "somebody else is ringing about it")
        self.matched = matched


@dataclass(frozen=True)
class Candidate:
    """A request that may be the same: it came from the ``same_number``, or its name and place fit."""

    request: Request
    same_number: bool


def candidates(session: Session, request: Request) -> list[Candidate]:
    """Open requests of the same number, then those with the same name, place and need; the latest first."""
    found = [Candidate(other, True) for other in _same_number(session, request)]
    known = {candidate.request.id for candidate in found}
    found += [Candidate(o, False) for o in _same_person(session, request) if o.id not in known]
    return found


def merge(
    session: Session,
    now: datetime,
    callback: Callback,
    kept: Request,
    gone: Request,
    take: Collection[str],
    staff_id: int,
) -> None:
    """Let ``gone`` go into ``kept``, with those of its ``PARTS`` that ``take`` names.

    The ``callback`` in hand stays and is about what is kept; the others that ask for the need are closed as
    duplicates. Calls move along, so that nothing that was said is lost. Raises ``MergeError``.
    """
    locks.hold_requests(session, (kept.id, gone.id))
    locks.hold_callback(session, callback)
    if gone.status is RequestStatus.MATCHED:
        raise MergeError(matched=True)
    others = _other_callbacks(session, callback, kept, gone)
    if any(other.status is CallbackStatus.CALLING for other in others):
        raise MergeError(matched=False)
    for other in others:
        queue.move(other, CallbackStatus.DONE)
        other.closed_at, other.outcome = now, OUTCOME
        callback.times_called += other.times_called
        callback.last_called_at = max(callback.last_called_at, other.last_called_at)
    for part in take:
        for column in PARTS[part]:
            setattr(kept, column, getattr(gone, column))
    kept.consented_at = kept.consented_at or gone.consented_at
    registry.move(gone, RequestStatus.WITHDRAWN, now)
    callback.request_id = kept.id
    session.execute(sa.update(Call).where(Call.request_id == gone.id).values(request_id=kept.id))
    session.execute(sa.update(Merge).where(Merge.kept_id == gone.id).values(kept_id=kept.id))
    session.add(Merge(gone_id=gone.id, kept_id=kept.id, staff_id=staff_id, at=now))
    detail = f"request:{gone.id}; taken: {', '.join(sorted(take)) or 'nothing'}"
    audit.append(session, now, audit.by_staff(staff_id), "requests_merged", f"request:{kept.id}", detail)


def _same_number(session: Session, request: Request) -> list[Request]:
    if request.number_hash is None:
        return []
    return _open(session, request, Request.number_hash == request.number_hash)


def _same_person(session: Session, request: Request) -> list[Request]:
    """Names are encrypted: those of the same place and need are opened and compared."""
    if not request.name or request.ags is None or request.category is None:
        return []
    alike = sa.and_(
        Request.ags == request.ags, Request.category == request.category, Request.name.is_not(None)
    )
    wanted = _plain(request.name)
    return [other for other in _open(session, request, alike) if _plain(other.name or "") == wanted]


def _open(session: Session, request: Request, which: sa.ColumnElement[bool]) -> list[Request]:
    query = sa.select(Request).where(which, Request.status.in_(OPEN_REQUESTS), Request.id != request.id)
    return list(session.scalars(query.order_by(Request.id.desc()).limit(_COMPARED)))


def _plain(name: str) -> list[str]:
    """A name without its order, titles' dots and capitals: "Beispiel, Erika" is "Erika Beispiel"."""
    letters = "".join(letter if letter.isalnum() else " " for letter in name.casefold())
    return sorted(letters.split())


def _other_callbacks(session: Session, callback: Callback, kept: Request, gone: Request) -> list[Callback]:
    """The open callbacks that the merge makes needless: all of ``gone``, and what asks for the need."""
    query = sa.select(Callback).where(
        CALLBACK_IS_OPEN,
        Callback.id != callback.id,
        sa.or_(
            Callback.request_id == gone.id,
            sa.and_(Callback.request_id == kept.id, Callback.kind.in_(_ABOUT_THE_NEED)),
        ),
    )
    return list(session.scalars(query.order_by(Callback.id).with_for_update(key_share=True)))
