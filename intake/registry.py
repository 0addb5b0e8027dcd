"""The record of requests and helpers: filing what a call brought, finding it again, moving it along."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import helpers, locks, queue, receipts, references
from intake.db import number_hash
from intake.hours import Window
from intake.kinds import BestTime, CallbackKind
from intake.lifecycle import OPEN_REQUESTS, RequestStatus, check_move
from intake.merge_models import Merge
from intake.models import Callback, Request
from intake.prepared import Prepared
from intake.web_form_models import WebReceipt

#: Draws before a free reference is looked for one by one: only a nearly full register gets there.
_DRAWS = 20


@dataclass(frozen=True)
class Told:
    """What somebody told us so far, by telephone or at a desk. Whatever was not said is None.

    ``number`` is empty for somebody who came in person or wrote, and has no telephone.
    """

    number: str
    language: str
    category: str | None = None
    postcode: str | None = None
    ags: str | None = None
    in_district: bool = True
    best_time: BestTime = BestTime.ANY
    urgency: int = 0


@dataclass(frozen=True)
class Filing:
    """What became of a filing. ``added``: it joined what was open already, and kept its promise."""

    callback_id: int
    request_id: int | None
    reference: str | None
    window: Window
    added: bool


def file_request(
    session: Session, now: datetime, told: Told, window: Window, source: str = "phone"
) -> Filing:
    """File a need and the duty to ring back.

    The same number with the same need, or with none said, adds to the callback that is open. Where only the
    request is open still, a new callback is put to it. Else all is new.
    """
    open_callback = queue.find_open(session, told.number, told.category)
    if open_callback is not None:
        queue.add_call(open_callback, now)
        return _filing(session, open_callback, window, added=True)
    request = _open_request(session, told)
    added = request is not None
    if request is None:
        request = new_request(session, now, told, source)
    callback, joined = queue.file_callback(
        session,
        now,
        kind=CallbackKind.INTAKE,
        told_number=told.number,
        need=told.category or queue.UNKNOWN_NEED,
        language=told.language,
        window=window,
        request=request,
        ags=told.ags,
        best_time=told.best_time,
        urgency=told.urgency,
    )
    return _filing(session, callback, window, added or joined)


def new_request(session: Session, now: datetime, told: Told, source: str) -> Request:
    """A fresh request with a reference of its own, not yet with a callback."""
    request = Request(
        reference=new_reference(session),
        status=RequestStatus.NEW,
        source=source,
        category=told.category,
        number=told.number or None,
        number_hash=number_hash(session, told.number) if told.number else None,
        postcode=told.postcode,
        ags=told.ags,
        in_district=told.in_district,
        language=told.language,
        best_time=told.best_time,
        urgency=told.urgency,
        created_at=now,
        status_at=now,
    )
    session.add(request)
    session.flush()
    return request


def file_helper_lead(session: Session, now: datetime, told: Told, window: Window) -> Filing:
    """File that somebody wants to help, and the duty to ring and vet her. Calling again adds to it."""
    open_callback = queue.find_open(session, told.number, CallbackKind.HELPER_LEAD.value)
    if open_callback is not None:
        queue.add_call(open_callback, now)
        return _filing(session, open_callback, window, added=True)
    helper = helpers.begin(session, now, told.number, told.language)
    helper.postcode, helper.ags = told.postcode, told.ags
    callback, joined = queue.file_callback(
        session,
        now,
        kind=CallbackKind.HELPER_LEAD,
        told_number=told.number,
        need=CallbackKind.HELPER_LEAD.value,
        language=told.language,
        window=window,
        helper=helper,
        ags=told.ags,
        best_time=told.best_time,
    )
    return _filing(session, callback, window, joined)


def file_group_lead(session: Session, now: datetime, told: Told, window: Window) -> Filing:
    """File that a group or club wants to help, and the duty to ring its contact. Asking again adds to it."""
    callback, joined = queue.file_callback(
        session,
        now,
        kind=CallbackKind.GROUP_LEAD,
        told_number=told.number,
        need=CallbackKind.GROUP_LEAD.value,
        language=told.language,
        window=window,
        ags=told.ags,
        best_time=told.best_time,
    )
    return _filing(session, callback, window, joined)


def file_status_callback(session: Session, now: datetime, request: Request, window: Window) -> Filing:
    """File the wish to be rung about a request that is known already, at the number it was filed with."""
    if request.number is None:
        raise ValueError("the request has no number to ring")
    callback, joined = queue.file_callback(
        session,
        now,
        kind=CallbackKind.STATUS,
        told_number=request.number,
        need=request.category or queue.UNKNOWN_NEED,
        language=request.language,
        window=window,
        request=request,
        ags=request.ags,
        best_time=request.best_time,
    )
    return _filing(session, callback, window, joined)


@dataclass(frozen=True)
class Completion:
    """What an operator learned while talking: the whole request, ready to be matched."""

    category: str
    postcode: str
    ags: str
    in_district: bool
    language: str
    name: str
    address: str
    details: str
    wishes: str
    urgency: int
    recurring: bool
    half_days: tuple[tuple[int, str], ...]  # (weekday 0-6, "morning"|"afternoon"); empty: any
    on_behalf: str = ""  # who called, where it is for somebody else
    dates: tuple[tuple[str, str], ...] = ()  # ("2026-12-24", "morning"|"afternoon")
    required_traits: tuple[str, ...] = ()
    preferred_traits: tuple[str, ...] = ()
    circumstances: tuple[str, ...] = ()
    interests: tuple[str, ...] = ()


def complete_request(session: Session, now: datetime, request: Request, completion: Completion) -> None:
    """Write down the whole request with the caller's consent, and open it for matching.

    One that is open or matched already is only corrected. Raises ``IllegalMove`` for one that is done.
    """
    locks.hold(session, request)
    if request.status not in (RequestStatus.OPEN, RequestStatus.PROPOSED, RequestStatus.MATCHED):
        move(request, RequestStatus.OPEN, now)
    for field in dataclasses.fields(completion):
        value = getattr(completion, field.name)
        setattr(request, field.name, _plain(value))
    request.consented_at = request.consented_at or now
    session.flush()


def _plain(value: Any) -> Any:
    """Tuples as the lists that JSON knows."""
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def find_by_reference(session: Session, reference: str) -> Request | None:
    """The request with that reference, or the one that it was merged into, unless it was erased.

    The reference of a form that was added to what was open leads there as soon as somebody has been rung
    about it, see ``intake.receipts``.
    """
    if not references.is_valid(reference):
        return None
    known = sa.select(WebReceipt.request_id).where(receipts.LEADS_ON, WebReceipt.reference == reference)
    by_receipt = Request.id == known.scalar_subquery()
    request = session.scalar(sa.select(Request).where(sa.or_(Request.reference == reference, by_receipt)))
    merge = session.get(Merge, request.id) if request is not None else None
    if merge is not None:
        request = session.get_one(Request, merge.kept_id)
    return None if request is None or request.status is RequestStatus.ERASED else request


def move(request: Request, status: RequestStatus, now: datetime) -> None:
    """Move a request along its life cycle; raises ``IllegalMove``."""
    request.status = check_move(request.status, status)
    request.status_at = now


def withdraw(session: Session, now: datetime, request: Request) -> None:
    """The caller needs nothing any more: the request ends, and so do its open callbacks.

    Raises ``IllegalMove`` for one that has ended.
    """
    locks.hold(session, request)
    move(request, RequestStatus.WITHDRAWN, now)
    queue.close_for_request(session, now, request.id, "withdrawn")


_WITH_REFERENCE = Prepared(
    sa.select(sa.literal_column("1")).where(
        sa.or_(
            sa.exists().where(Request.reference == sa.bindparam("reference")),
            sa.exists().where(WebReceipt.reference == sa.bindparam("reference")),
        )
    )
)


def new_reference(session: Session) -> str:
    """A reference that no living request has, and no form that was added to one."""

    def is_free(reference: str) -> bool:
        return _WITH_REFERENCE.within(session, reference=reference) is None

    return draw_number(references.make, is_free)


def draw_number(make: Callable[[int], str], is_free: Callable[[str], bool]) -> str:
    """A number that nobody has. Drawn, so that it tells nothing and cannot be counted up."""
    space = 10 ** (references.LENGTH - 1)
    start = secrets.randbelow(space)
    drawn = (secrets.randbelow(space) for _ in range(_DRAWS))
    for number in chain(drawn, range(start, space), range(start)):
        made = make(number)
        if is_free(made):
            return made
    raise RuntimeError("every number is in use; let the retention rules run")


def _latest_open(*which: sa.ColumnElement[bool]) -> Prepared:
    of_the_number = Request.number_hash == sa.bindparam("hashed")
    is_open = sa.or_(*(Request.status == status for status in OPEN_REQUESTS))
    chosen = sa.select(Request.id).where(of_the_number, is_open, *which)
    # held: one that is ending just now is not open any more, and no callback may be put to it
    return Prepared(chosen.order_by(Request.id.desc()).limit(1).with_for_update(key_share=True))


_OPEN_FOR_NEED = _latest_open(Request.category == sa.bindparam("category"))
_OPEN_FOR_ANY = _latest_open()


def _open_request(session: Session, told: Told) -> Request | None:
    """The caller's open request for the same need; for a need not said, whichever is the latest."""
    hashed = number_hash(session, told.number)
    if told.category is None:
        found = _OPEN_FOR_ANY.within(session, hashed=hashed)
    else:
        found = _OPEN_FOR_NEED.within(session, hashed=hashed, category=told.category)
    return None if found is None else session.get(Request, found[0])


def _filing(session: Session, callback: Callback, window: Window, added: bool) -> Filing:
    if callback.promised_from is not None and callback.promised_until is not None:
        window = Window(callback.promised_from, callback.promised_until)
    request = session.get(Request, callback.request_id) if callback.request_id is not None else None
    reference = request.reference if request is not None else None
    return Filing(callback.id, callback.request_id, reference, window, added)
