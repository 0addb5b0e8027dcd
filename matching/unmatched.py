"""Requests for which nobody is found: the caller is told, and somebody else may take them on."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import audit, groups, locks, queue, registry
from intake.kinds import CallbackKind
from intake.letter_models import Letter
from intake.lifecycle import LIVE_PROPOSALS, HelperStatus, RequestStatus
from intake.models import Callback, Helper, Request
from intake.profile import Profile
from intake.services import Job, Services
from matching import seekers
from matching.facts import about_km
from matching.models import Handover, Proposal

#: Before a group's id in the key of who takes a request on; an id of the profile has no colon.
GROUP = "group:"

_WAITING = (RequestStatus.OPEN, RequestStatus.PROPOSED)


def run_due(services: Services) -> int:
    """Have those told for whom nobody was found in the profile's days, once each; how many.

    And look again for those who were handed on, where a helper has come since.
    """
    now = services.clock()
    with services.db.write() as session:
        found = session.scalars(_waiting_too_long(services.profile, now)).all()
        for request in found:
            seekers.tell(session, services.profile, now, request, CallbackKind.NO_HELPER, request.id)
        reopened = _reopen_where_somebody_came(session, services.profile, now)
    if found or reopened:
        for job in (Job.ASSIGN, Job.PROPOSALS):
            services.nudge(job)
    return len(found) + reopened


def takers(session: Session, profile: Profile, request: Request) -> list[tuple[str, str]]:
    """Who may take the request on, each with a key and a name.

    Groups that help with it there come first, then the contact points of its municipality, then those for
    the whole district. A group's key begins with ``GROUP``, a contact point's is its id in the profile.
    """
    fitting = groups.fitting(session, request.category, request.ags)
    near = [point for point in profile.contact_points if request.ags in point.municipalities]
    anywhere = [point for point in profile.contact_points if not point.municipalities]
    return [
        *((f"{GROUP}{group.id}", group.name) for group in fitting),
        *((point.id, point.name) for point in (*near, *anywhere)),
    ]


def hand_over(
    session: Session, now: datetime, request: Request, taker: str, note: str, staff_id: int
) -> None:
    """Give the request to one of its ``takers``. Raises ``IllegalMove`` if it has ended."""
    locks.hold(session, request)
    registry.move(request, RequestStatus.HANDED_ON, now)
    session.add(
        Handover(
            request_id=request.id,
            contact_point=taker,
            note=note.strip() or None,
            staff_id=staff_id,
            created_at=now,
        )
    )
    queue.close_for_request(session, now, request.id, "handed_on")
    actor = audit.by_staff(staff_id)
    audit.append(session, now, actor, "request_handed_on", f"request:{request.id}", taker)


def _reopen_where_somebody_came(session: Session, profile: Profile, now: datetime) -> int:
    """Look again for those who were handed on, once a helper in reach has come since."""
    pairs = session.execute(
        sa.select(Handover, Request, Helper)
        .join(Request, Request.id == Handover.request_id)
        .join(Helper, Helper.status_at > Handover.created_at)
        .where(
            Handover.reopened_at.is_(None),
            Request.status == RequestStatus.HANDED_ON,
            Helper.status == HelperStatus.ACTIVE,
        )
        .order_by(Handover.id, Helper.id)
    ).all()
    reopened = 0
    locks.hold_requests(session, [request.id for _, request, _ in pairs])
    for handover, request, helper in pairs:
        is_away = handover.reopened_at is None and request.status is RequestStatus.HANDED_ON
        if is_away and _may_help(profile, request, helper):
            registry.move(request, RequestStatus.OPEN, now)
            handover.reopened_at = now
            audit.append(session, now, "worker", "request_reopened", f"request:{request.id}")
            reopened += 1
    return reopened


def _may_help(profile: Profile, request: Request, helper: Helper) -> bool:
    """Whether it is worth looking again; the rules decide then."""
    here = profile.places.municipality(request.ags) if request.ags else None
    there = profile.places.municipality(helper.ags) if helper.ags else None
    if here is None or there is None or request.category not in helper.categories:
        return False
    radius = profile.matching.radius_km if helper.radius_km is None else helper.radius_km
    return about_km(here, there) <= radius


def _waiting_too_long(profile: Profile, now: datetime) -> sa.Select[Request]:
    since = sa.func.coalesce(Request.consented_at, Request.created_at)
    asked = sa.select(Proposal.id).where(
        Proposal.request_id == Request.id, Proposal.status.in_(LIVE_PROPOSALS)
    )
    lately = now - timedelta(days=profile.limits.no_helper_days)
    told = sa.select(Callback.id).where(
        Callback.request_id == Request.id,
        sa.or_(
            Callback.kind == CallbackKind.NO_HELPER,
            sa.and_(Callback.kind == CallbackKind.FELL_THROUGH, Callback.created_at > lately),
        ),
    )
    written = sa.select(Letter.id).where(
        Letter.request_id == Request.id, Letter.kind == CallbackKind.NO_HELPER
    )
    return (
        sa.select(Request)
        .where(
            Request.status.in_(_WAITING),
            since <= lately,
            ~asked.exists(),
            ~told.exists(),
            ~written.exists(),
        )
        .order_by(Request.id)
        .with_for_update(of=Request, skip_locked=True, key_share=True)
    )
