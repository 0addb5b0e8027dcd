"""What becomes of a proposal: approved or rejected, offered, accepted or declined, expired.

A coordinator decides; then the offer goes out (``ways``). It names category and municipality only. Who
accepts first has the mission, and the seeker is told in person by an operator. Whoever decides holds the
request's row, so two who accept at one moment are one after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from intake import audit, locks, registry
from intake.lifecycle import LIVE_PROPOSALS, OPEN_PROPOSALS, ProposalStatus, RequestStatus, check_move
from intake.profile import Profile
from matching import missions, ways
from matching.models import Mission, Proposal

#: How an offer ends without a mission.
_NOT_ACCEPTED = (ProposalStatus.DECLINED, ProposalStatus.EXPIRED)


class OfferError(Exception):
    """What was asked of a proposal cannot be done; the message is a code that the pages put into words."""


def move(proposal: Proposal, status: ProposalStatus, now: datetime) -> None:
    """Move a proposal along its life cycle; raises ``IllegalMove``."""
    proposal.status = check_move(proposal.status, status)
    proposal.status_at = now


def approve(
    session: Session,
    profile: Profile,
    now: datetime,
    proposal: Proposal,
    staff_id: int,
    reason: str = "",
    auto_next: bool = False,
) -> None:
    """A coordinator chooses this helper, and the question goes out.

    ``reason`` is needed where not the first in rank is chosen. Raises ``OfferError``.
    """
    ask(session, profile, now, [proposal], staff_id, reason, auto_next)


def ask(
    session: Session,
    profile: Profile,
    now: datetime,
    chosen: Sequence[Proposal],
    staff_id: int,
    reason: str = "",
    auto_next: bool = False,
) -> None:
    """A coordinator has these helpers of one request asked at once; who accepts first has the mission.

    The question waits for a moment, so that the choice can be taken back (``limits.offer_undo_seconds``).
    ``reason`` is needed where they are not the first in rank. With ``auto_next`` the next one is asked
    without a coordinator where nobody accepts. Raises ``OfferError``.
    """
    if not chosen:
        raise OfferError("nobody_chosen")
    request = ways.lock(session, *chosen)
    waits = request.status in (RequestStatus.OPEN, RequestStatus.PROPOSED)
    if not waits or any(proposal.status is not ProposalStatus.PROPOSED for proposal in chosen):
        raise OfferError("not_open")
    ranks = sorted(proposal.rank for proposal in chosen)
    if ranks != list(range(1, len(ranks) + 1)) and not reason.strip():
        raise OfferError("reason_lower")
    if _live(session, chosen[0].request_id) is not None:
        raise OfferError("asked_already")
    goes_out_at = now + timedelta(seconds=profile.limits.offer_undo_seconds)
    for proposal in chosen:
        proposal.decided_by, proposal.reason = staff_id, reason.strip() or None
        _send(session, profile, now, proposal, auto_next, goes_out_at)
        audit.append(session, now, audit.by_staff(staff_id), "approved", f"proposal:{proposal.id}")


def ask_next(session: Session, profile: Profile, now: datetime) -> int:
    """Ask the next helper where nobody accepted and the coordinator allowed it; how many were asked."""
    asked = 0
    for proposal in _all_locked(session, _first_of_the_waiting()):
        last = _last_asked(session, proposal.request_id)
        if last is None or not last.auto_next:
            continue
        if proposal.status is ProposalStatus.PROPOSED and _live(session, proposal.request_id) is None:
            proposal.decided_by = last.decided_by  # it is that coordinator's decision still
            _send(session, profile, now, proposal, True, now)
            audit.append(session, now, "worker", "asked_next", f"proposal:{proposal.id}")
            asked += 1
    return asked


def reject(session: Session, now: datetime, proposal: Proposal, staff_id: int, reason: str) -> None:
    """A coordinator decides against this pair; it is not proposed again. Raises ``OfferError``."""
    if not reason.strip():
        raise OfferError("reason_reject")
    ways.lock(session, proposal)
    if proposal.status not in (ProposalStatus.PROPOSED, ProposalStatus.APPROVED):
        raise OfferError("not_open")
    if not ways.take_back(session, now, proposal):
        raise OfferError("gone_out")
    move(proposal, ProposalStatus.REJECTED, now)
    proposal.decided_by, proposal.reason = staff_id, reason.strip()
    audit.append(session, now, audit.by_staff(staff_id), "rejected", f"proposal:{proposal.id}")


def take_back(session: Session, now: datetime, proposal: Proposal, staff_id: int) -> None:
    """Undo an approval as long as the offer has not gone out. Raises ``OfferError``."""
    ways.lock(session, proposal)
    if proposal.status is not ProposalStatus.APPROVED or not ways.take_back(session, now, proposal):
        raise OfferError("gone_out")
    move(proposal, ProposalStatus.PROPOSED, now)
    proposal.decided_by = proposal.reason = proposal.way = None
    proposal.auto_next, proposal.trouble = False, ""
    audit.append(session, now, audit.by_staff(staff_id), "approval_undone", f"proposal:{proposal.id}")


def gone_out(session: Session, profile: Profile, now: datetime, proposal_id: int) -> None:
    """The offer has reached the helper: from now on it expires. Saying so twice is harmless."""
    proposal = session.get_one(Proposal, proposal_id)
    ways.lock(session, proposal)
    if proposal.status is ProposalStatus.APPROVED:
        move(proposal, ProposalStatus.OFFERED, now)
        proposal.expires_at = now + timedelta(hours=profile.limits.offer_hours)
        ways.remind(session, profile, now, proposal)


def accept(
    session: Session, profile: Profile, now: datetime, proposal: Proposal, actor: str
) -> Mission | None:
    """The helper says yes: a mission, and a callback to tell the seeker. None if she was overtaken."""
    request = ways.lock(session, proposal)
    if proposal.status is ProposalStatus.ACCEPTED:  # her answer came twice at one moment
        return missions.going_on(session, proposal)
    ways.take_back(session, now, proposal)
    if proposal.status is ProposalStatus.APPROVED:  # she was asked in person, or before anything went out
        move(proposal, ProposalStatus.OFFERED, now)
        proposal.expires_at = now
    if proposal.status is not ProposalStatus.OFFERED:
        return None
    if request.status is RequestStatus.OPEN:
        registry.move(request, RequestStatus.PROPOSED, now)
    move(proposal, ProposalStatus.ACCEPTED, now)
    registry.move(request, RequestStatus.MATCHED, now)
    overtake_others(session, profile, now, request.id)
    mission = missions.agree(session, profile, now, proposal)
    audit.append(session, now, actor, "accepted", f"proposal:{proposal.id}", f"mission:{mission.id}")
    return mission


def decline(session: Session, now: datetime, proposal: Proposal, actor: str, reason: str = "") -> None:
    """The helper says no. The next candidate is shown to the coordinator. Raises ``OfferError``."""
    ways.lock(session, proposal)
    ways.take_back(session, now, proposal)
    if proposal.status is ProposalStatus.APPROVED:
        move(proposal, ProposalStatus.OFFERED, now)
    if proposal.status is not ProposalStatus.OFFERED:
        raise OfferError("overtaken")
    move(proposal, ProposalStatus.DECLINED, now)
    proposal.reason = reason.strip() or proposal.reason
    audit.append(session, now, actor, "declined", f"proposal:{proposal.id}")


def expire(session: Session, now: datetime) -> int:
    """End the offers whose time is over; how many. The next candidates then move up."""
    expired = 0
    over = sa.select(Proposal).where(Proposal.status == ProposalStatus.OFFERED, Proposal.expires_at <= now)
    for proposal in _all_locked(session, over.order_by(Proposal.id)):
        if proposal.status is ProposalStatus.OFFERED:
            ways.take_back(session, now, proposal)
            move(proposal, ProposalStatus.EXPIRED, now)
            audit.append(session, now, "worker", "expired", f"proposal:{proposal.id}")
            expired += 1
    return expired


def overtake_others(session: Session, profile: Profile, now: datetime, request_id: int) -> None:
    """End every other open proposal of a request that has found its helper or has ended, and is locked.

    Who was asked already is told so, and thanked.
    """
    others = sa.select(Proposal).where(Proposal.request_id == request_id, Proposal.status.in_(OPEN_PROPOSALS))
    for other in session.scalars(others):
        knows_of_it = not ways.take_back(session, now, other)
        move(other, ProposalStatus.OVERTAKEN, now)
        if knows_of_it:
            ways.thank(session, profile, now, other)


def _all_locked(session: Session, which: sa.Select[Proposal]) -> Sequence[Proposal]:
    """These proposals, each locked and read anew; their requests all before any of them."""
    found = session.scalars(which).all()
    locks.hold_requests(session, [proposal.request_id for proposal in found])
    locks.hold(session, *found)
    return found


def _send(
    session: Session, profile: Profile, now: datetime, proposal: Proposal, auto_next: bool, at: datetime
) -> None:
    move(proposal, ProposalStatus.APPROVED, now)
    proposal.auto_next = auto_next
    proposal.number = proposal.number or missions.new_number(session)
    ways.send(session, profile, now, proposal, at)


def is_asked(session: Session, request_id: int) -> bool:
    """Whether somebody is being asked about the request, or has accepted."""
    return _live(session, request_id) is not None


def _live(session: Session, request_id: int) -> Proposal | None:
    live = Proposal.status.in_(LIVE_PROPOSALS)
    return session.scalar(sa.select(Proposal).where(Proposal.request_id == request_id, live).limit(1))


def _first_of_the_waiting() -> sa.Select[Proposal]:
    """The first in rank of each request that waits and of whose helpers nobody is being asked."""
    other = aliased(Proposal)
    asked = sa.select(other.id).where(
        other.request_id == Proposal.request_id, other.status.in_(LIVE_PROPOSALS)
    )
    tried = sa.select(other.id).where(
        other.request_id == Proposal.request_id, other.status.in_(_NOT_ACCEPTED), other.auto_next
    )
    return (
        sa.select(Proposal)
        .where(
            Proposal.status == ProposalStatus.PROPOSED, Proposal.rank == 1, ~asked.exists(), tried.exists()
        )
        .order_by(Proposal.id)
    )


def _last_asked(session: Session, request_id: int) -> Proposal | None:
    return session.scalar(
        sa.select(Proposal)
        .where(Proposal.request_id == request_id, Proposal.status.in_(_NOT_ACCEPTED))
        .order_by(Proposal.status_at.desc(), Proposal.id.desc())
        .limit(1)
    )
