"""Reads the situation of the district from the record, as the rules see it: needs, offers, weights.

Only columns without anything personal are read: a plan must not need to decrypt a name.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.lifecycle import (
    LIVE_PROPOSALS,
    HelperStatus,
    MissionStatus,
    ProposalStatus,
    RequestStatus,
)
from intake.models import Helper, Request
from intake.profile import Profile
from matching.models import Mission, Proposal
from matching.rules import HalfDay, Need, Offer, Weights

#: Missions so far back count as recent; who had none of them is rested.
RECENT = timedelta(weeks=4)

#: What a pair went through that keeps it from being proposed again for the same request.
TRIED = (ProposalStatus.REJECTED, ProposalStatus.DECLINED, ProposalStatus.EXPIRED)

#: Missions that take an hour of the helper's week.
TAKES_TIME = (MissionStatus.AGREED, MissionStatus.CONFIRMED, MissionStatus.DONE)


@dataclass(frozen=True)
class Situation:
    """What a plan is made from. ``needs`` and ``offers`` are sorted by id."""

    needs: tuple[Need, ...]
    offers: tuple[Offer, ...]
    weights: Weights

    @property
    def fingerprint(self) -> str:
        """The same for the same situation: then the plan stands, and nothing is to be done."""
        parts = [asdict(self.weights), [_plain(n) for n in self.needs], [_plain(o) for o in self.offers]]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def read(session: Session, profile: Profile, now: datetime) -> Situation:
    """The open requests for which nobody is being asked, and every helper who may be asked."""
    return Situation(_needs(session, profile, now), _offers(session, profile, now), weights(profile))


def weights(profile: Profile) -> Weights:
    """The profile's points for each part of the score."""
    points = profile.matching.model_dump(exclude={"radius_km"})
    return Weights(**points)


def _needs(session: Session, profile: Profile, now: datetime) -> tuple[Need, ...]:
    asked = sa.select(Proposal.request_id).where(Proposal.status.in_(LIVE_PROPOSALS))
    rows = session.execute(
        sa.select(
            Request.id,
            Request.number_hash,
            Request.category,
            Request.ags,
            Request.language,
            Request.half_days,
            Request.recurring,
            Request.urgency,
            Request.created_at,
        )
        .where(
            Request.status.in_((RequestStatus.OPEN, RequestStatus.PROPOSED)),
            Request.category.is_not(None),
            Request.id.not_in(asked),
        )
        .order_by(Request.id)
    ).all()
    tried = _tried(session)
    return tuple(
        Need(
            id=row.id,
            seeker=_person(row.number_hash, row.id),
            category=row.category,
            place=profile.places.municipality(row.ags) if row.ags else None,
            car_needed=profile.category(row.category).needs_car,
            languages=frozenset({row.language}),
            half_days=_halves(row.half_days),
            recurring=row.recurring,
            excluded=frozenset(tried[row.id]),
            urgency=row.urgency,
            # whole days, so that the hour alone makes no new situation
            waiting_hours=(now - row.created_at) // timedelta(days=1) * 24,
        )
        for row in rows
    )


def _offers(session: Session, profile: Profile, now: datetime) -> tuple[Offer, ...]:
    rows = session.execute(
        sa.select(
            Helper.id,
            Helper.status,
            Helper.ags,
            Helper.radius_km,
            Helper.categories,
            Helper.vetted,
            Helper.half_days,
            Helper.capacity,
            Helper.languages,
            Helper.car,
            Helper.interests,
        )
        .where(Helper.status.in_((HelperStatus.ACTIVE, HelperStatus.PAUSED)))
        .order_by(Helper.id)
    ).all()
    history = _history(session, now, _monday(profile, now))
    return tuple(
        Offer(
            id=row.id,
            place=profile.places.municipality(row.ags) if row.ags else None,
            radius_km=row.radius_km,
            categories=frozenset(row.categories),
            vetted=frozenset(row.vetted),
            half_days=_halves(row.half_days),
            capacity=row.capacity,
            used=history[row.id].this_week,
            languages=frozenset(row.languages),
            car=row.car,
            interests=frozenset(row.interests),
            recent=history[row.id].recent,
            never_helped=not history[row.id].ever,
            helped_well=frozenset(history[row.id].helped_well),
            active=row.status is HelperStatus.ACTIVE,
        )
        for row in rows
    )


class _History:
    """What a helper did and has been asked to do."""

    def __init__(self) -> None:
        self.this_week = self.recent = 0
        self.ever = False
        self.helped_well: set[str] = set()


def _history(session: Session, now: datetime, monday: datetime) -> defaultdict[int, _History]:
    history: defaultdict[int, _History] = defaultdict(_History)
    missions = session.execute(
        sa.select(
            Mission.helper_id, Mission.status, Mission.agreed_at, Mission.request_id, Request.number_hash
        ).join(Request, Request.id == Mission.request_id)
    )
    for mission in missions:
        if mission.status not in TAKES_TIME:
            continue
        helper = history[mission.helper_id]
        helper.ever = True
        helper.recent += mission.agreed_at >= now - RECENT
        helper.this_week += mission.agreed_at >= monday
        if mission.status is MissionStatus.DONE:
            helper.helped_well.add(_person(mission.number_hash, mission.request_id))
    asked = sa.select(Proposal.helper_id).where(Proposal.status.in_(LIVE_PROPOSALS))
    for helper_id in session.scalars(asked):
        history[helper_id].this_week += 1
    return history


def _tried(session: Session) -> defaultdict[int, set[int]]:
    tried: defaultdict[int, set[int]] = defaultdict(set)
    pairs = sa.select(Proposal.request_id, Proposal.helper_id).where(Proposal.status.in_(TRIED))
    for request_id, helper_id in session.execute(pairs):
        tried[request_id].add(helper_id)
    return tried


def _person(number_hash: bytes | None, request_id: int) -> str:
    """A key for who asks: the number's keyed hash, or the request alone where there is no number."""
    return number_hash.hex() if number_hash else f"request:{request_id}"


def _halves(stored: list[list[Any]]) -> frozenset[HalfDay]:
    return frozenset((int(weekday), str(half)) for weekday, half in stored)


def _monday(profile: Profile, now: datetime) -> datetime:
    """The beginning of this week in the district."""
    local = now.astimezone(profile.tz)
    return datetime.combine(local.date() - timedelta(days=local.weekday()), time.min, profile.tz)


def _plain(part: Need | Offer) -> dict[str, Any]:
    """The facts in an order that is the same every time; sets have none."""
    return {
        name: sorted(map(str, value)) if isinstance(value, frozenset) else str(value)
        for name, value in vars(part).items()
    }
