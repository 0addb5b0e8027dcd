"""Everything about one callback that its holder sees on one screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import attempts, bridges, merging, skips
from intake.bridge_models import Bridge
from intake.desk.call_log import Said, said_on
from intake.hours import Window
from intake.kinds import CallbackKind, CallOutcome
from intake.lifecycle import RequestStatus
from intake.messages import Left, left_with
from intake.models import Attempt, Call, Callback, Request, Staff
from intake.profile import AttemptOutcome, Profile
from intake.skip_models import Skip

#: Calls and requests of the same number that are shown; more would bury the case.
EARLIER = 10


@dataclass(frozen=True)
class CallSeen:
    """One call: when, how it ended, what was said."""

    at: datetime
    outcome: CallOutcome | None
    said: tuple[Said, ...]


@dataclass(frozen=True)
class RequestSeen:
    """A request by its reference and where it stands."""

    reference: str | None
    category: str | None
    status: RequestStatus
    at: datetime


@dataclass(frozen=True)
class TrySeen:
    """One try to ring the number, by whom and with which outcome; None while it goes on or was broken off."""

    at: datetime
    by: str | None
    outcome: AttemptOutcome | None
    note: str | None


@dataclass(frozen=True)
class Dialling:
    """How the number is shown and rung in this try. ``bridge`` is the last call that was begun here.

    ``is_shown``: the number was shown on purpose. ``dialled_at``: when it was dialled, by whatever telephone.
    ``has_telephone``: the holder has one of her own on record, so that she can be rung.
    """

    callback: Callback
    is_shown: bool
    dialled_at: datetime | None
    has_telephone: bool
    bridge: Bridge | None
    suggested: tuple[AttemptOutcome, ...]


@dataclass(frozen=True)
class Case:
    """The case. ``draft``: the note so far."""

    callback: Callback
    request: Request | None
    promised: Window | None
    dialling: Dialling
    draft: str
    calls: tuple[CallSeen, ...]
    messages: Sequence[Left]
    tries: tuple[TrySeen, ...]
    skips: tuple[Skip, ...]
    earlier_calls: tuple[CallSeen, ...]
    earlier_requests: tuple[RequestSeen, ...]
    candidates: Sequence[merging.Candidate]

    @property
    def category(self) -> str | None:
        """What is needed, as far as it is known."""
        if self.request is not None and self.request.category:
            return self.request.category
        return self.callback.need if self.callback.kind is CallbackKind.INTAKE else None


@dataclass(frozen=True)
class OutcomeButton:
    """An outcome that can be chosen; ``closes`` if the callback ends with it."""

    outcome: AttemptOutcome
    label: dict[str, str]
    key: str
    closes: bool


def outcomes(profile: Profile) -> list[OutcomeButton]:
    """Every outcome but the good one, which has a button of its own, in the order of the profile."""
    return [
        OutcomeButton(outcome, rule.label, rule.key, rule.closes)
        for outcome, rule in profile.retry.items()
        if outcome is not AttemptOutcome.REACHED_COMPLETE
    ]


def look(session: Session, callback: Callback, staff_id: int) -> Case:
    """The case of a callback that ``staff_id`` holds."""
    promised = None
    if callback.promised_from and callback.promised_until:
        promised = Window(callback.promised_from, callback.promised_until)
    running = attempts.running(session, callback, staff_id)
    own = Call.callback_id == callback.id
    same_number = sa.and_(
        Call.number_hash == callback.number_hash, sa.or_(Call.callback_id.is_(None), sa.not_(own))
    )
    request = session.get(Request, callback.request_id) if callback.request_id else None
    return Case(
        callback=callback,
        request=request,
        promised=promised,
        dialling=dialling(session, callback, staff_id),
        draft=(running.note if running else None) or "",
        calls=tuple(reversed(_calls(session, own))),
        messages=left_with(session, callback.id),
        tries=_tries(session, callback),
        skips=tuple(skips.of_callback(session, callback.id)),
        earlier_calls=_calls(session, same_number),
        earlier_requests=_requests(session, callback),
        candidates=merging.candidates(session, request) if request else (),
    )


def dialling(session: Session, callback: Callback, staff_id: int) -> Dialling:
    """How the number of a callback that ``staff_id`` holds is shown and rung."""
    running = attempts.running(session, callback, staff_id)
    bridge = bridges.latest(session, running)
    return Dialling(
        callback=callback,
        is_shown=running is not None and running.number_shown_at is not None,
        dialled_at=running.dialled_at if running else None,
        has_telephone=session.get_one(Staff, staff_id).number is not None,
        bridge=bridge,
        suggested=bridges.suggested(bridge, running) if bridge and running else (),
    )


def _calls(session: Session, which: sa.ColumnElement[bool]) -> tuple[CallSeen, ...]:
    rows = session.scalars(sa.select(Call).where(which).order_by(Call.started_at.desc()).limit(EARLIER))
    return tuple(CallSeen(call.started_at, call.outcome, tuple(said_on(call))) for call in rows)


def _tries(session: Session, callback: Callback) -> tuple[TrySeen, ...]:
    rows = session.execute(
        sa.select(Attempt, Staff.name)
        .outerjoin(Staff, Staff.id == Attempt.staff_id)
        .where(Attempt.callback_id == callback.id, Attempt.ended_at.is_not(None))
        .order_by(Attempt.id)
    )
    return tuple(
        TrySeen(
            row.Attempt.started_at,
            row.name,
            AttemptOutcome(row.Attempt.outcome) if row.Attempt.outcome else None,
            row.Attempt.note,
        )
        for row in rows
    )


def _requests(session: Session, callback: Callback) -> tuple[RequestSeen, ...]:
    if callback.number_hash is None:
        return ()
    rows = session.execute(
        sa.select(Request.reference, Request.category, Request.status, Request.created_at)
        .where(Request.number_hash == callback.number_hash, Request.id != (callback.request_id or 0))
        .order_by(Request.id.desc())
        .limit(EARLIER)
    )
    return tuple(RequestSeen(row.reference, row.category, row.status, row.created_at) for row in rows)
