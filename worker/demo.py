"""Demo helpers: synthetic, spread over the district's places, plainly marked, and removable without a trace.

Their numbers are from the ranges that the Bundesnetzagentur keeps free for film and television (list of
"Drama-Rufnummern"), so nobody can be rung or texted by them.
"""

from __future__ import annotations

import random
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import helpers, locks, queue, registry
from intake.lifecycle import CallbackStatus, RequestStatus
from intake.models import Callback, Duty, Helper, Request
from intake.places import Place
from intake.profile import Profile
from matching import ways
from matching.models import Mission, OfferCall, Proposal, Report

#: 0176 04069 000-999 for mobiles, 030 23125 000-999 for landlines.
_MOBILE, _LANDLINE = "+4917604069", "+493023125"

#: How many helpers each municipality gets.
_IN_EACH = 3

#: The same helpers in each demo.
_SEED = 112

_OUTCOME = "demo removed"


def add(session: Session, profile: Profile, now: datetime) -> int:
    """Add the demo helpers unless some are there; how many were added."""
    if session.scalar(sa.select(Helper.id).where(Helper.demo).limit(1)) is not None:
        return 0
    # the same draw each time is what is wanted here
    dice = random.Random(_SEED)  # noqa: S311
    municipalities = {place.ags: place for place in profile.places.all() if place.in_district}
    homes = [place for _, place in sorted(municipalities.items()) for _ in range(_IN_EACH)]
    for index, place in enumerate(homes):
        _add_one(session, profile, now, dice, index, place)
    return len(homes)


def _add_one(
    session: Session, profile: Profile, now: datetime, dice: random.Random, index: int, place: Place
) -> None:
    number = f"{_LANDLINE if index % _IN_EACH == 0 else _MOBILE}{index % 1000:03}"
    helper = helpers.begin(session, now, number, profile.languages[0])
    helper.demo = True
    car = dice.random() < 0.7
    offered = tuple(c.id for c in profile.categories if (car or not c.needs_car) and dice.random() < 0.8)
    half_days = [(day, half) for day in range(7) for half in ("morning", "afternoon")]
    helpers.register(
        session,
        profile,
        now,
        helper,
        helpers.Registration(
            name=f"{dice.choice(('Demo-Helferin', 'Demo-Helfer'))} {index + 1}",
            postcode=place.postcode,
            ags=place.ags,
            radius_km=dice.choice((5, 10, 15, 20)),
            categories=offered or (profile.categories[-1].id,),
            papers=tuple(profile.vetting),
            # everybody speaks the first language, and most one more
            languages=tuple(dict.fromkeys((profile.languages[0], dice.choice(profile.languages)))),
            half_days=tuple(sorted(dice.sample(half_days, dice.randint(4, 10)))),
            capacity=dice.randint(1, 3),
            car=car,
        ),
    )


def remove(session: Session, now: datetime) -> int:
    """Remove the demo helpers with all that came of them; how many they were.

    Requests that one of them was to help are open again, and wait for somebody real.
    """
    demo = sa.select(Helper.id).where(Helper.demo).scalar_subquery()
    theirs = sa.select(Proposal.id, Proposal.request_id).where(Proposal.helper_id.in_(demo))
    proposals = session.execute(theirs).all()
    keys = _keys(session, demo, [proposal.id for proposal in proposals])
    _reopen(session, now, {proposal.request_id for proposal in proposals})
    _close_callbacks(session, now, demo)
    session.execute(sa.delete(Duty).where(Duty.key.in_(keys)))
    missions = sa.select(Mission.id).where(Mission.helper_id.in_(demo))
    session.execute(sa.delete(Report).where(Report.mission_id.in_(missions)))
    session.execute(sa.delete(Mission).where(Mission.helper_id.in_(demo)))
    calls = OfferCall.proposal_id.in_([proposal.id for proposal in proposals])
    session.execute(sa.delete(OfferCall).where(calls))
    session.execute(sa.delete(Proposal).where(Proposal.helper_id.in_(demo)))
    return len(session.execute(sa.delete(Helper).where(Helper.demo).returning(Helper.id)).all())


def _keys(session: Session, demo: sa.ScalarSelect[int], proposal_ids: list[int]) -> list[str]:
    """The keys of every text and call that was owed to a demo helper."""
    missions = session.scalars(sa.select(Mission.id).where(Mission.helper_id.in_(demo))).all()
    afterwards = [ways.key(cause, row) for cause in (ways.DETAILS, ways.CANCELLED) for row in missions]
    thanks = [ways.key(ways.THANKS, row) for row in proposal_ids]
    return [*ways.keys_of(session, proposal_ids), *afterwards, *thanks]


def _reopen(session: Session, now: datetime, request_ids: set[int]) -> None:
    """Open the requests that a demo helper was proposed for or matched with."""
    locks.hold_requests(session, request_ids)
    for request in session.scalars(sa.select(Request).where(Request.id.in_(request_ids))):
        if request.status in (RequestStatus.PROPOSED, RequestStatus.MATCHED):
            registry.move(request, RequestStatus.OPEN, now)


def _close_callbacks(session: Session, now: datetime, demo: sa.ScalarSelect[int]) -> None:
    """Nobody needs to be rung about a demo helper any more; what was done stays in the record."""
    for callback in session.scalars(sa.select(Callback).where(Callback.helper_id.in_(demo))):
        callback.helper_id = None
        if callback.status not in (CallbackStatus.DONE, CallbackStatus.GIVEN_UP):
            queue.move(callback, CallbackStatus.DONE)
            callback.closed_at, callback.outcome = now, _OUTCOME
    session.flush()
