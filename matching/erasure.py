"""Erasing a person who asks for it, row by row as a coordinator has chosen them: a household shares a number.

What goes on for her is ended in order: her request is withdrawn, who was asked is told, a mission is called
off and its helper too. Then everything personal goes, here and at the carrier. The insurer's record of a
mission keeps who helped until its own end; that is the law's, not ours to erase. Twice is harmless.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import audit, forgetting, letters, locks, outbox, queue, registry
from intake.answered_text_models import AnsweredText
from intake.bridge_models import BRIDGE_IS_LIVE, Bridge
from intake.carrier_copies import Copy, owe_deletion
from intake.letter_models import Letter
from intake.lifecycle import (
    OPEN_MISSIONS,
    OPEN_REQUESTS,
    CallbackStatus,
    DutyStatus,
    HelperStatus,
    LetterStatus,
    RequestStatus,
)
from intake.models import CALLBACK_IS_OPEN, Callback, Duty, Helper, Request
from intake.profile import Profile
from intake.retention import COPIES
from matching import helper_life, missions, offers, ways
from matching.exclusion_models import Exclusion
from matching.forgetting import forget_helpers, forget_requests
from matching.models import Mission, Proposal
from matching.people import Rows

#: How a callback ends of somebody who was erased.
OUTCOME = "erased"

_AT_THE_CARRIER = (DutyStatus.RUNNING, DutyStatus.UNSURE)


class Hindrance(StrEnum):
    """Why somebody cannot be erased now. Each has a way out, which the pages tell."""

    MISSION_TO_COME = "mission_to_come"
    TALKING = "talking"
    ON_ITS_WAY = "on_its_way"


class ErasureError(Exception):
    """Nothing was erased; ``why`` says what hinders."""

    def __init__(self, why: Hindrance) -> None:
        super().__init__(f"not to be erased now: {why.value}")
        self.why = why


@dataclass(frozen=True)
class By:
    """Who erases, when, by which rules."""

    profile: Profile
    now: datetime
    staff_id: int

    @property
    def actor(self) -> str:
        """The audit log's name of who erases."""
        return audit.by_staff(self.staff_id)


def hindrance(session: Session, rows: Rows) -> Hindrance | None:
    """What would hinder erasing these rows, asked without changing anything."""
    for helper in rows.helpers:
        if helper_life.missions_to_come(session, helper.id):
            return Hindrance.MISSION_TO_COME
    if _is_talked_with(session, rows):
        return Hindrance.TALKING
    keys = [key for row in rows.requests for key in about_seeker(session, row.id)]
    keys += [key for row in rows.helpers for key in to_helper(session, row.id)]
    return Hindrance.ON_ITS_WAY if _on_its_way(session, keys) else None


def kept_records(session: Session, rows: Rows) -> Sequence[Mission]:
    """The records of missions that stay until their own end, with who helped."""
    helpers = [row.id for row in rows.helpers]
    theirs = sa.or_(Mission.helper_id.in_(helpers), Mission.id.in_([row.id for row in rows.missions]))
    ended = sa.select(Mission).where(theirs, Mission.status.not_in(OPEN_MISSIONS))
    return session.scalars(ended.order_by(Mission.id)).all()


def erase(session: Session, by: By, rows: Rows) -> None:
    """Erase the person whom these rows tell of. Raises ``ErasureError``, and then nothing may be committed.

    Of a mission's record nothing is erased: it ends by itself.
    """
    why = hindrance(session, rows)
    if why is not None:
        raise ErasureError(why)
    locks.hold_requests(session, [request.id for request in rows.requests])
    for request in rows.requests:
        _erase_request(session, by, request)
    for helper in rows.helpers:
        _erase_helper(session, by, helper)
    calls = [call.id for call in rows.calls if call.forgotten_at is None]
    forgetting.forget_calls(session, by.now, calls)
    forgetting.forget_messages(session, by.now, calls)
    for call_id in calls:
        audit.append(session, by.now, by.actor, OUTCOME, f"call:{call_id}")


def _erase_request(session: Session, by: By, request: Request) -> None:
    request_id = request.id
    if request.status is RequestStatus.ERASED:
        return
    if request.status in OPEN_REQUESTS:
        registry.withdraw(session, by.now, request)
    _give_up(session, by, sa.and_(Callback.request_id == request_id, _RINGS_SEEKER))
    for mission in _open_missions(session, request_id):
        missions.cancel(session, by.profile, by.now, mission, still_needed=False, actor=by.actor)
    offers.overtake_others(session, by.profile, by.now, request_id)
    _drop_letters(session, by, Letter.request_id == request_id)
    session.flush()
    _take_from_carrier(session, by.now, about_seeker(session, request_id))
    session.execute(sa.delete(Exclusion).where(Exclusion.request_id == request_id))
    forget_requests(session, by.now, [request_id])
    audit.append(session, by.now, by.actor, OUTCOME, f"request:{request_id}")


def _erase_helper(session: Session, by: By, helper: Helper) -> None:
    helper_id = helper.id
    session.refresh(helper, with_for_update={"key_share": True})
    if helper.status is HelperStatus.ERASED:
        return
    if helper.status is not HelperStatus.LEFT:
        helper_life.leave(session, by.now, by.actor, helper)
    _give_up(
        session, by, sa.and_(Callback.helper_id == helper_id, Callback.kind.in_(forgetting.RINGS_HELPER))
    )
    _drop_letters(session, by, sa.and_(Letter.helper_id == helper_id, Letter.request_id.is_(None)))
    session.flush()
    _take_from_carrier(session, by.now, to_helper(session, helper_id))
    _forget_texts_of(session, by.now, helper)
    forget_helpers(session, by.now, [helper_id])
    audit.append(session, by.now, by.actor, OUTCOME, f"helper:{helper_id}")


_RINGS_SEEKER = Callback.kind.not_in(forgetting.RINGS_HELPER)


def _open_missions(session: Session, request_id: int) -> Sequence[Mission]:
    query = sa.select(Mission).where(Mission.request_id == request_id, Mission.status.in_(OPEN_MISSIONS))
    return session.scalars(query).all()


def _give_up(session: Session, by: By, which: sa.ColumnElement[bool]) -> None:
    """Nobody is rung any more."""
    for callback in session.scalars(sa.select(Callback).where(which, CALLBACK_IS_OPEN)):
        queue.move(callback, CallbackStatus.GIVEN_UP)
        callback.closed_at, callback.outcome = by.now, OUTCOME


def _drop_letters(session: Session, by: By, which: sa.ColumnElement[bool]) -> None:
    for letter in session.scalars(sa.select(Letter).where(which, Letter.status == LetterStatus.DUE)):
        letters.finish(session, by.now, letter, by.staff_id, None)


def about_seeker(session: Session, request_id: int) -> list[str]:
    """The keys of what went to helpers and tells of a request: what is asked, and name, number and address.

    That a mission is called off names nobody, and has to go out.
    """
    proposals = session.scalars(sa.select(Proposal.id).where(Proposal.request_id == request_id)).all()
    known = session.scalars(sa.select(Mission.id).where(Mission.request_id == request_id))
    return [*ways.keys_of(session, proposals), *(ways.key(ways.DETAILS, mission_id) for mission_id in known)]


def to_helper(session: Session, helper_id: int) -> list[str]:
    """The keys of all that was sent to a helper, and of the calls to her."""
    proposals = session.scalars(sa.select(Proposal.id).where(Proposal.helper_id == helper_id)).all()
    known = session.scalars(sa.select(Mission.id).where(Mission.helper_id == helper_id)).all()
    about = (ways.DETAILS, ways.CANCELLED, ways.CALLED_OFF)
    return [
        *ways.keys_of(session, proposals),
        *(ways.key(ways.THANKS, proposal_id) for proposal_id in proposals),
        *(ways.key(cause, mission_id) for cause in about for mission_id in known),
    ]


def _is_talked_with(session: Session, rows: Rows) -> bool:
    """Whether the hotline is ringing her this minute, or has her on the line with somebody of the team."""
    of_whom = sa.or_(
        Callback.request_id.in_([row.id for row in rows.requests]),
        Callback.helper_id.in_([row.id for row in rows.helpers]),
    )
    talks = sa.select(Bridge.id).join(Callback, Callback.id == Bridge.callback_id)
    return session.scalar(talks.where(of_whom, BRIDGE_IS_LIVE).limit(1)) is not None


def _on_its_way(session: Session, keys: Sequence[str]) -> bool:
    """Whether something is with the carrier this minute; or somebody has yet to hear not to go."""
    unheard = sa.and_(Duty.key.startswith(f"{ways.CANCELLED}:"), Duty.status == DutyStatus.DUE)
    moving = sa.or_(Duty.status.in_(_AT_THE_CARRIER), unheard)
    return session.scalar(sa.select(Duty.id).where(Duty.key.in_(keys), moving).limit(1)) is not None


def _take_from_carrier(session: Session, now: datetime, keys: Sequence[str]) -> None:
    """What has not gone out is taken back, what has is deleted at the carrier; nothing of either is kept."""
    outbox.take_back(session, now, *keys)
    session.flush()
    for duty in session.scalars(sa.select(Duty).where(Duty.key.in_(keys))):
        if duty.kind in COPIES:
            owe_deletion(session, now, COPIES[duty.kind], [duty.carrier_sid])
        session.delete(duty)
    session.flush()


def _forget_texts_of(session: Session, now: datetime, helper: Helper) -> None:
    """What she wrote to us, unless another helper may have written it from the same telephone."""
    if helper.number_hash is None:
        return
    others = sa.select(Helper.id).where(Helper.number_hash == helper.number_hash, Helper.id != helper.id)
    if session.scalar(others.limit(1)) is not None:
        return
    gone = sa.delete(AnsweredText).where(AnsweredText.number_hash == helper.number_hash)
    owe_deletion(session, now, Copy.TEXT, session.scalars(gone.returning(AnsweredText.sid)).all())
