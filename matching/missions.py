"""Missions: from a helper's yes until everybody knows how it went.

Only now are name, number and address disclosed: to the helper, by text or by an operator who rings her. An
operator tells the seeker who comes, and the code word that the helper will say at the door. Afterwards the
seeker is asked how it went. What is due is in the rows; ``run_due`` files it.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import audit, letters, locks, promises, queue, references, registry
from intake.hours import next_opening
from intake.kinds import BestTime, CallbackKind
from intake.lifecycle import (
    OPEN_MISSIONS,
    CallbackStatus,
    IllegalMove,
    MissionStatus,
    RequestStatus,
    check_move,
    may_move,
)
from intake.models import Callback, Request
from intake.profile import Profile
from intake.services import Job, Services
from matching import seekers, ways
from matching.models import Mission, Proposal
from matching.visits import next_visit

#: Easy to say, to hear and to remember, and hard to mistake for each other on the telephone.
CODE_WORDS = (
    "Apfel", "Birne", "Kirsche", "Zitrone", "Rose", "Tulpe", "Sonnenblume", "Lavendel", "Ahorn", "Birke",
    "Linde", "Kastanie", "Amsel", "Eule", "Storch", "Schwalbe", "Igel", "Hase", "Biber", "Eichhorn",
    "Leuchtturm", "Brücke", "Mühle", "Garten", "Regenbogen", "Mond", "Schnee", "Wolke", "Trompete", "Geige",
    "Klavier", "Laterne", "Fahrrad", "Segelboot", "Teekanne", "Honig", "Zimt", "Kompass", "Anker",
)  # fmt: skip

#: The most urgent that a request can be: today.
_MOST_URGENT = 2

#: Missions that came to nothing: who still needs help has waited in vain, and goes before others.
IN_VAIN = (MissionStatus.NOT_DONE, MissionStatus.NO_SHOW, MissionStatus.CANCELLED)

#: The callbacks about a mission that is going on.
TALKS = (CallbackKind.CONFIRM_MATCH, CallbackKind.BRIEFING, CallbackKind.FOLLOW_UP)

#: Where nobody knows the day of the visit, the seeker is asked so long after the helper said yes.
_WITHOUT_A_DAY = timedelta(days=7)


def new_number(session: Session) -> str:
    """A number that no offer and no mission has."""

    def is_free(number: str) -> bool:
        return session.scalar(sa.select(Proposal.id).where(Proposal.number == number)) is None

    return registry.draw_number(references.make_mission_number, is_free)


def agree(session: Session, profile: Profile, now: datetime, proposal: Proposal) -> Mission:
    """The mission of an accepted proposal, with what is owed for it: the seeker's call, the details."""
    request, helper = proposal.request, proposal.helper
    proposal.number = proposal.number or new_number(session)
    planned_at = next_visit(profile, now, request, helper)
    mission = Mission(
        proposal=proposal,
        request=request,
        helper=helper,
        status=MissionStatus.AGREED,
        category=request.category or "",
        ags=request.ags,
        agreed_at=now,
        status_at=now,
        number=proposal.number,
        code_word=secrets.choice(CODE_WORDS),
        planned_at=planned_at,
        follow_up_at=_follow_up_at(profile, planned_at or now + _WITHOUT_A_DAY),
    )
    session.add(mission)
    session.flush()
    _close_outdated(session, now, request)
    _tell(session, profile, now, mission, CallbackKind.CONFIRM_MATCH)
    if not ways.owe_details(session, profile, now, mission):
        ring_the_helper(session, profile, now, mission)
    return mission


def confirm(session: Session, now: datetime, mission: Mission, actor: str) -> None:
    """The seeker knows who comes. Saying so twice, or too late, changes nothing."""
    lock(session, mission)
    if mission.status is MissionStatus.AGREED:
        _move(mission, MissionStatus.CONFIRMED, now)
        audit.append(session, now, actor, "mission_confirmed", f"mission:{mission.id}")


def plan(profile: Profile, mission: Mission, at: datetime) -> None:
    """Both agreed on a day; the seeker is asked how it went after it."""
    mission.planned_at = at
    if mission.follow_up_at is not None:
        mission.follow_up_at = _follow_up_at(profile, at)


def briefed(session: Session, now: datetime, mission: Mission, actor: str) -> None:
    """The helper has been told whom she helps. Saying so twice is harmless."""
    if mission.briefed_at is None:
        mission.briefed_at = now
        audit.append(session, now, actor, "helper_briefed", f"mission:{mission.id}")


def close(
    session: Session,
    profile: Profile,
    now: datetime,
    mission: Mission,
    status: MissionStatus,
    still_needed: bool,
    actor: str,
) -> None:
    """Write down how it went. What is needed every week goes on; what was not done is open again.

    Raises ``IllegalMove`` for a mission that has ended.
    """
    request = lock(session, mission)
    if mission.status not in OPEN_MISSIONS:
        raise IllegalMove(mission.status, status)
    if status is MissionStatus.DONE:
        mission.done_at = now
    if status is MissionStatus.DONE and still_needed and request.recurring:
        confirm(session, now, mission, actor)
        weeks = timedelta(weeks=profile.limits.recurring_follow_up_weeks)
        mission.follow_up_at = _follow_up_at(profile, now + weeks)
        audit.append(session, now, actor, "mission_goes_on", f"mission:{mission.id}")
        return
    _move(mission, status, now)
    mission.follow_up_at, mission.helper_name = None, mission.helper.name
    _close_callbacks(session, now, mission)
    _move_request(now, request, status, still_needed)
    audit.append(session, now, actor, f"mission_{status}", f"mission:{mission.id}")


def cancel(
    session: Session, profile: Profile, now: datetime, mission: Mission, still_needed: bool, actor: str
) -> None:
    """It will not take place: the helper is told, and somebody else is looked for if help is still needed.

    Raises ``IllegalMove`` for a mission that has ended.
    """
    close(session, profile, now, mission, MissionStatus.CANCELLED, still_needed, actor)
    ways.take_back_details(session, now, mission)
    if not ways.owe_cancellation(session, profile, now, mission):
        ring_the_helper(session, profile, now, mission)


def call_off(
    session: Session, profile: Profile, now: datetime, mission: Mission, still_needed: bool, actor: str
) -> None:
    """The coordinator cancels it, and nobody has spoken with the seeker yet: he is told as well.

    Raises ``IllegalMove`` for a mission that has ended.
    """
    lock(session, mission)
    if still_needed and mission.status in OPEN_MISSIONS:
        tell_the_seeker_of_loss(session, profile, now, mission, actor)
    cancel(session, profile, now, mission, still_needed, actor)


def ring_the_helper(session: Session, profile: Profile, now: datetime, mission: Mission) -> None:
    """Have an operator ring a helper who cannot be sent a text, with what she has to know."""
    if mission.helper.number is None:
        return
    queue.file_callback(
        session,
        now,
        kind=CallbackKind.BRIEFING,
        told_number=mission.helper.number,
        need=f"{CallbackKind.BRIEFING}:{mission.id}",
        language=ways.language_of(profile, mission.helper),
        window=promises.window(session, profile, now, BestTime.ANY),
        request=mission.request,
        helper=mission.helper,
        ags=mission.helper.ags,
    )


def tell_the_seeker_of_loss(
    session: Session, profile: Profile, now: datetime, mission: Mission, actor: str
) -> None:
    """Have the seeker told that the helper of a mission will not come, before it is closed.

    Who cannot know of her yet is not disturbed: nobody told him, and she had nothing to ring him by.
    """
    if mission.request.number is None:
        untold = letters.drop_due(session, now, mission.request_id, actor, CallbackKind.CONFIRM_MATCH)
    else:
        untold = not _may_know(session, mission)
    if not untold:
        _tell(session, profile, now, mission, CallbackKind.FELL_THROUGH)


def lock(session: Session, mission: Mission) -> Request:
    """Decisions about one mission wait for each other at its request's row; both are read anew behind it."""
    request = session.get_one(Request, mission.request_id)
    locks.hold(session, request, mission)
    return request


def going_on(session: Session, proposal: Proposal) -> Mission | None:
    """The mission of an accepted proposal; None if it has ended."""
    query = sa.select(Mission).where(Mission.proposal_id == proposal.id, Mission.status.in_(OPEN_MISSIONS))
    return session.scalar(query)


def of_callback(session: Session, callback: Callback) -> Mission | None:
    """The mission that a callback is about; its id stands behind the callback's need."""
    kind, _, mission_id = callback.need.partition(":")
    return session.get(Mission, int(mission_id)) if mission_id and kind == callback.kind else None


def run_due(services: Services) -> int:
    """File the follow-ups that are due, and cancel what nobody needs any more; how many missions."""
    with services.db.write() as session:
        now = services.clock()
        moved = _follow_up(session, services.profile, now) + _cancel_unneeded(session, services.profile, now)
    if moved:
        for job in (Job.ASSIGN, Job.DUTIES):
            services.nudge(job)
    return moved


def _follow_up(session: Session, profile: Profile, now: datetime) -> int:
    """Have the seekers asked how it went, of whose missions the time has come; how many."""
    asked = 0
    due = sa.select(Mission).where(Mission.status.in_(OPEN_MISSIONS), Mission.follow_up_at <= now)
    for mission in _all_locked(session, due):
        still_due = mission.follow_up_at is not None and mission.follow_up_at <= now
        if mission.status in OPEN_MISSIONS and still_due:
            mission.follow_up_at = None
            _tell(session, profile, now, mission, CallbackKind.FOLLOW_UP)
            asked += 1
    return asked


def _cancel_unneeded(session: Session, profile: Profile, now: datetime) -> int:
    """Cancel the missions of requests that were withdrawn or handed on meanwhile; how many."""
    cancelled = 0
    unneeded = (
        sa.select(Mission)
        .join(Request, Request.id == Mission.request_id)
        .where(Mission.status.in_(OPEN_MISSIONS), Request.status != RequestStatus.MATCHED)
    )
    for mission in _all_locked(session, unneeded):
        if mission.status in OPEN_MISSIONS and mission.request.status is not RequestStatus.MATCHED:
            cancel(session, profile, now, mission, still_needed=False, actor="worker")
            cancelled += 1
    return cancelled


def _all_locked(session: Session, which: sa.Select[Mission]) -> Sequence[Mission]:
    """These missions, each locked and read anew; their requests all before any of them."""
    found = session.scalars(which.order_by(Mission.id)).all()
    locks.hold_requests(session, [mission.request_id for mission in found])
    locks.hold(session, *found)
    return found


def _tell(session: Session, profile: Profile, now: datetime, mission: Mission, kind: CallbackKind) -> None:
    seekers.tell(session, profile, now, mission.request, kind, mission.id, mission.helper)


def _may_know(session: Session, mission: Mission) -> bool:
    """Whether the seeker was told who comes, is being told, or may have heard it from the helper herself."""
    being_told = sa.select(Callback.id).where(
        Callback.need == f"{CallbackKind.CONFIRM_MATCH}:{mission.id}",
        Callback.status == CallbackStatus.CALLING,
    )
    told = mission.status is MissionStatus.CONFIRMED or mission.briefed_at is not None
    return told or session.scalar(being_told.limit(1)) is not None


def _close_outdated(session: Session, now: datetime, request: Request) -> None:
    """Somebody was found: nobody needs to be told any more that nobody is."""
    earlier = session.scalars(sa.select(Mission.id).where(Mission.request_id == request.id))
    needs = [f"{CallbackKind.FELL_THROUGH}:{mission_id}" for mission_id in earlier]
    queue.close_needs(session, now, [*needs, f"{CallbackKind.NO_HELPER}:{request.id}"], request.status)
    letters.drop_due(session, now, request.id, "worker", CallbackKind.FELL_THROUGH, CallbackKind.NO_HELPER)


def _close_callbacks(session: Session, now: datetime, mission: Mission) -> None:
    """Nobody needs to be rung about a mission that has ended."""
    queue.close_needs(session, now, [f"{kind}:{mission.id}" for kind in TALKS], mission.status)


def _move_request(now: datetime, request: Request, status: MissionStatus, still_needed: bool) -> None:
    target = RequestStatus.OPEN if still_needed else RequestStatus.WITHDRAWN
    if status is MissionStatus.DONE and not still_needed:
        target = RequestStatus.DONE
    if may_move(request.status, target):
        registry.move(request, target, now)
        if target is RequestStatus.OPEN and status in IN_VAIN:
            request.urgency = min(request.urgency + 1, _MOST_URGENT)


def _move(mission: Mission, status: MissionStatus, now: datetime) -> None:
    mission.status = check_move(mission.status, status)
    mission.status_at = now


def _follow_up_at(profile: Profile, visit: datetime) -> datetime:
    return next_opening(profile, visit + timedelta(days=profile.limits.follow_up_days))
