"""Leads: calls that ended before the caller confirmed anything. Each is called back, or put aside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import registry
from intake.hours import Window, after_open_time, next_in_call_window
from intake.kinds import BestTime, CallOutcome
from intake.models import Call, Callback
from intake.profile import Profile

#: Nobody was promised anything; within a working day somebody should have tried. It is opening time.
RING_WITHIN = timedelta(hours=9)

_HELPER = "helper"

IS_LEAD = sa.and_(Call.outcome == CallOutcome.LEAD, Call.lead_closed_at.is_(None))


@dataclass(frozen=True)
class Lead:
    """What is known of an unfinished call. ``wants_to_help``: it came from a helper, not for help."""

    call_id: int
    at: datetime
    step: str
    language: str
    category: str | None
    ags: str | None
    wants_to_help: bool
    can_be_rung: bool


def waiting(session: Session, limit: int) -> list[Lead]:
    """The leads that nobody has dealt with, the latest first."""
    rows = session.scalars(sa.select(Call).where(IS_LEAD).order_by(Call.last_turn_at.desc()).limit(limit))
    return [_lead(call) for call in rows]


def _lead(call: Call) -> Lead:
    said = answers(call)
    return Lead(
        call_id=call.id,
        at=call.last_turn_at,
        step=call.step,
        language=call.language,
        category=said.get("category"),
        ags=said.get("ags"),
        wants_to_help=said.get("purpose") == _HELPER,
        can_be_rung=can_be_rung(call),
    )


def answers(call: Call) -> Mapping[str, Any]:
    """What the caller had answered so far, as the conversation kept it; empty if nothing."""
    kept = call.state.get("answers") if isinstance(call.state, dict) else None
    return kept if isinstance(kept, dict) else {}


def _number(call: Call) -> str | None:
    """The number the caller gave, else the one the call came from."""
    return answers(call).get("number") or call.number


def can_be_rung(call: Call) -> bool:
    """Whether there is a number to ring."""
    return _number(call) is not None


def find(session: Session, call_id: int) -> Call | None:
    """The call if it is still a lead that waits, locked for this transaction; else None."""
    return session.scalar(sa.select(Call).where(Call.id == call_id, IS_LEAD).with_for_update())


def call_back(session: Session, now: datetime, profile: Profile, call: Call) -> int:
    """File a callback for a lead, without a promise; its id. ``ValueError`` if there is no number to ring."""
    number = _number(call)
    if number is None:
        raise ValueError("the lead has no number to ring")
    said = answers(call)
    told = registry.Told(
        number=number,
        language=call.language,
        category=said.get("category"),
        postcode=said.get("postcode"),
        ags=said.get("ags"),
        in_district=said.get("in_district", True),
        best_time=BestTime(said.get("best_time") or BestTime.ANY),
    )
    begin = next_in_call_window(profile, now)
    file = registry.file_helper_lead if said.get("purpose") == _HELPER else registry.file_request
    filing = file(session, now, told, Window(begin, after_open_time(profile, begin, RING_WITHIN)))
    if not filing.added:
        callback = session.get_one(Callback, filing.callback_id)
        callback.promised_from = callback.promised_until = None
        callback.not_before = begin
    call.callback_id, call.request_id = filing.callback_id, filing.request_id
    dismiss(now, call)
    return filing.callback_id


def dismiss(now: datetime, call: Call) -> None:
    """Take a lead off the list."""
    call.lead_closed_at = now
