"""What becomes of a proposal: approved or rejected, offered, accepted or declined, expired.

A coordinator decides; then the offer goes out, by text to a mobile number, else in person. It names category
and municipality only. Who accepts first has the mission, and the seeker is told in person by an operator.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import phonenumbers
import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import audit, promises, queue, registry
from intake.db import number_hash
from intake.hours import next_in_call_window
from intake.lifecycle import (
    OPEN_PROPOSALS,
    CallbackKind,
    DutyKind,
    DutyStatus,
    MissionStatus,
    ProposalStatus,
    RequestStatus,
    check_move,
)
from intake.models import Duty, Helper, Request
from intake.profile import Profile
from matching.models import Mission, Proposal
from matching.texts import offer_text


class OfferError(Exception):
    """What was asked of a proposal cannot be done; the message is a code that the pages put into words."""


def offer_key(proposal_id: int) -> str:
    """The duty's key for offering that proposal: one offer for one proposal."""
    return f"offer:{proposal_id}"


def move(proposal: Proposal, status: ProposalStatus, now: datetime) -> None:
    """Move a proposal along its life cycle; raises ``IllegalMove``."""
    proposal.status = check_move(proposal.status, status)
    proposal.status_at = now


def approve(
    session: Session, profile: Profile, now: datetime, proposal: Proposal, staff_id: int, reason: str = ""
) -> None:
    """A coordinator chooses this helper. A mobile number is sent a text, the rest are rung in person.

    ``reason`` is needed where not the first in rank is chosen. Raises ``OfferError``.
    """
    if proposal.status is not ProposalStatus.PROPOSED:
        raise OfferError("not_open")
    if proposal.rank > 1 and not reason.strip():
        raise OfferError("reason_lower")
    if _live(session, proposal.request_id) is not None:
        raise OfferError("asked_already")
    move(proposal, ProposalStatus.APPROVED, now)
    proposal.decided_by, proposal.reason = staff_id, reason.strip() or None
    if can_be_texted(proposal.helper):
        _owe_text(session, profile, now, proposal)
    audit.append(session, now, audit.by_staff(staff_id), "approved", f"proposal:{proposal.id}")


def reject(session: Session, now: datetime, proposal: Proposal, staff_id: int, reason: str) -> None:
    """A coordinator decides against this pair; it is not proposed again. Raises ``OfferError``."""
    if not reason.strip():
        raise OfferError("reason_reject")
    if proposal.status not in (ProposalStatus.PROPOSED, ProposalStatus.APPROVED):
        raise OfferError("not_open")
    _drop_text(session, now, proposal)
    move(proposal, ProposalStatus.REJECTED, now)
    proposal.decided_by, proposal.reason = staff_id, reason.strip()
    audit.append(session, now, audit.by_staff(staff_id), "rejected", f"proposal:{proposal.id}")


def take_back(session: Session, now: datetime, proposal: Proposal, staff_id: int) -> None:
    """Undo an approval as long as the offer has not gone out. Raises ``OfferError``."""
    if proposal.status is not ProposalStatus.APPROVED:
        raise OfferError("gone_out")
    _drop_text(session, now, proposal)
    move(proposal, ProposalStatus.PROPOSED, now)
    proposal.decided_by = proposal.reason = None
    audit.append(session, now, audit.by_staff(staff_id), "approval_undone", f"proposal:{proposal.id}")


def gone_out(session: Session, profile: Profile, now: datetime, proposal_id: int) -> None:
    """The offer has reached the helper: from now on it expires. Saying so twice is harmless."""
    proposal = session.get_one(Proposal, proposal_id, with_for_update=True)
    if proposal.status is ProposalStatus.APPROVED:
        move(proposal, ProposalStatus.OFFERED, now)
        proposal.expires_at = now + timedelta(hours=profile.limits.offer_hours)


def accept(
    session: Session, profile: Profile, now: datetime, proposal: Proposal, actor: str
) -> Mission | None:
    """The helper says yes: a mission, and a callback to tell the seeker. None if she was overtaken."""
    request = session.get_one(Request, proposal.request_id, with_for_update=True)
    session.refresh(proposal)
    if proposal.status is ProposalStatus.APPROVED:
        _drop_text(session, now, proposal)
        gone_out(session, profile, now, proposal.id)
    if proposal.status is not ProposalStatus.OFFERED:
        return None
    if request.status is RequestStatus.OPEN:
        registry.move(request, RequestStatus.PROPOSED, now)
    move(proposal, ProposalStatus.ACCEPTED, now)
    registry.move(request, RequestStatus.MATCHED, now)
    overtake_others(session, now, request.id)
    mission = Mission(
        proposal_id=proposal.id,
        request_id=request.id,
        helper_id=proposal.helper_id,
        status=MissionStatus.AGREED,
        category=request.category or "",
        ags=request.ags,
        agreed_at=now,
        status_at=now,
    )
    session.add(mission)
    session.flush()
    _owe_confirmation(session, profile, now, request, proposal.helper)
    audit.append(session, now, actor, "accepted", f"proposal:{proposal.id}", f"mission:{mission.id}")
    return mission


def decline(session: Session, now: datetime, proposal: Proposal, actor: str, reason: str = "") -> None:
    """The helper says no. The next candidate is shown to the coordinator. Raises ``OfferError``."""
    if proposal.status is ProposalStatus.APPROVED:
        _drop_text(session, now, proposal)
        move(proposal, ProposalStatus.OFFERED, now)
    if proposal.status is not ProposalStatus.OFFERED:
        raise OfferError("overtaken")
    move(proposal, ProposalStatus.DECLINED, now)
    proposal.reason = reason.strip() or proposal.reason
    audit.append(session, now, actor, "declined", f"proposal:{proposal.id}")


def expire(session: Session, now: datetime) -> int:
    """End the offers whose time is over; how many. The next candidates then move up."""
    over = session.scalars(
        sa.select(Proposal)
        .where(Proposal.status == ProposalStatus.OFFERED, Proposal.expires_at <= now)
        .with_for_update(skip_locked=True)
    ).all()
    for proposal in over:
        move(proposal, ProposalStatus.EXPIRED, now)
        audit.append(session, now, "worker", "expired", f"proposal:{proposal.id}")
    return len(over)


def overtake_others(session: Session, now: datetime, request_id: int) -> None:
    """End every other open proposal of a request that has found its helper or has ended."""
    others = sa.select(Proposal).where(Proposal.request_id == request_id, Proposal.status.in_(OPEN_PROPOSALS))
    for other in session.scalars(others):
        _drop_text(session, now, other)
        move(other, ProposalStatus.OVERTAKEN, now)


def waiting_for(session: Session, number: str) -> Proposal | None:
    """The oldest offer that the owner of this number has not answered yet."""
    return session.scalar(
        sa.select(Proposal)
        .join(Helper, Helper.id == Proposal.helper_id)
        .where(Helper.number_hash == number_hash(session, number), Proposal.status == ProposalStatus.OFFERED)
        .order_by(Proposal.id)
        .limit(1)
    )


def last_answered(session: Session, number: str) -> Proposal | None:
    """The newest proposal to the owner of this number that was asked and is decided."""
    decided = (
        ProposalStatus.ACCEPTED,
        ProposalStatus.DECLINED,
        ProposalStatus.EXPIRED,
        ProposalStatus.OVERTAKEN,
    )
    return session.scalar(
        sa.select(Proposal)
        .join(Helper, Helper.id == Proposal.helper_id)
        .where(
            Helper.number_hash == number_hash(session, number),
            Proposal.status.in_(decided),
            Proposal.expires_at.is_not(None),  # only what went out has an end
        )
        .order_by(Proposal.status_at.desc(), Proposal.id.desc())
        .limit(1)
    )


def helpers_at(session: Session, number: str) -> list[Helper]:
    """The helpers with this number; a household may share one."""
    query = sa.select(Helper).where(Helper.number_hash == number_hash(session, number))
    return list(session.scalars(query.order_by(Helper.id)))


def can_be_texted(helper: Helper) -> bool:
    """Whether an offer may go out as a text: a mobile number whose owner has not opted out."""
    if helper.number is None or helper.opted_out_at is not None:
        return False
    kind = phonenumbers.number_type(phonenumbers.parse(helper.number))
    return kind == phonenumbers.PhoneNumberType.MOBILE


def _live(session: Session, request_id: int) -> Proposal | None:
    live = (ProposalStatus.APPROVED, ProposalStatus.OFFERED, ProposalStatus.ACCEPTED)
    return session.scalar(
        sa.select(Proposal).where(Proposal.request_id == request_id, Proposal.status.in_(live)).limit(1)
    )


def _owe_text(session: Session, profile: Profile, now: datetime, proposal: Proposal) -> None:
    """File the text; an approval that was taken back and given again uses its row again."""
    helper, request = proposal.helper, proposal.request
    language = next((code for code in helper.languages if code in profile.languages), profile.languages[0])
    payload = {"to": helper.number, "body": offer_text(profile, request, language)}
    due_at = next_in_call_window(profile, now)
    duty = session.scalar(sa.select(Duty).where(Duty.key == offer_key(proposal.id)))
    if duty is None:
        duty = Duty(kind=DutyKind.TEXT, key=offer_key(proposal.id), created_at=now)
        session.add(duty)
    duty.status, duty.payload, duty.due_at, duty.error = DutyStatus.DUE, payload, due_at, ""
    duty.done_at = None


def _drop_text(session: Session, now: datetime, proposal: Proposal) -> None:
    """Take an offer's text back if it has not been begun."""
    duty = session.scalar(
        sa.select(Duty)
        .where(Duty.key == offer_key(proposal.id), Duty.status == DutyStatus.DUE)
        .with_for_update(of=Duty)
    )
    if duty is not None:
        duty.status = check_move(duty.status, DutyStatus.FAILED)
        duty.error, duty.done_at = "taken back", now


def _owe_confirmation(
    session: Session, profile: Profile, now: datetime, request: Request, helper: Helper
) -> None:
    if request.number is None:
        return
    window = promises.window(session, profile, now, request.best_time)
    queue.file_callback(
        session,
        now,
        kind=CallbackKind.CONFIRM_MATCH,
        told_number=request.number,
        need=CallbackKind.CONFIRM_MATCH.value,
        language=request.language,
        window=window,
        request=request,
        helper=helper,
        ags=request.ags,
        best_time=request.best_time,
    )
