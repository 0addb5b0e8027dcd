"""Reads the situation of the district from the record, as the rules see it: needs, offers, weights.

Only columns without anything personal are read: a plan must not need to decrypt a name.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake.group_models import Group
from intake.lifecycle import LIVE_PROPOSALS, HelperStatus, MissionStatus, ProposalStatus, RequestStatus
from intake.models import Helper, Request
from intake.profile import Profile
from matching.exclusion_models import Exclusion, Side
from matching.facts import Absence, DatedHalf, HalfDay, Need, Offer, Weights
from matching.models import Mission, Proposal
from matching.report_models import Report, Verdict

#: Missions so far back count as recent; who had none of them is rested.
RECENT = timedelta(weeks=4)

#: A request in one of these waits for a helper.
WAITING = (RequestStatus.OPEN, RequestStatus.PROPOSED)

#: What a pair went through that keeps it from being proposed again for the same request.
TRIED = (ProposalStatus.REJECTED, ProposalStatus.DECLINED, ProposalStatus.EXPIRED)

#: Missions that came to nothing: for the same request somebody else is looked for.
FELL_THROUGH = (MissionStatus.NOT_DONE, MissionStatus.NO_SHOW, MissionStatus.CANCELLED)

#: Missions that take an hour of the helper's week: those to come take it every week if they recur.
TO_COME = (MissionStatus.AGREED, MissionStatus.CONFIRMED)
TAKES_TIME = (*TO_COME, MissionStatus.DONE)

#: A helper's group, unless it helps no more.
_HER_GROUP = sa.and_(Group.id == Helper.group_id, Group.closed_at.is_(None))

#: An absence of so many days from today on takes the whole coming week.
_WEEK_DAYS = 7


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


def read(session: Session, profile: Profile, now: datetime, besides: int | None = None) -> Situation:
    """The open requests for which nobody is being asked, and every helper who may be asked.

    ``besides`` is a request that is read although somebody is being asked for it.
    """
    good = _went_well(session)
    needs = _needs(session, profile, now, good, besides)
    return Situation(needs, _offers(session, profile, now, good), weights(profile))


def weights(profile: Profile) -> Weights:
    """The profile's points for each part of the score."""
    points = profile.matching.model_dump(exclude={"radius_km"})
    return Weights(**points)


@dataclass(frozen=True)
class _Good:
    """A mission that went well: who helped, the group that she belongs to, and whom."""

    helper: int
    group: str | None
    seeker: str


def _went_well(session: Session) -> list[_Good]:
    """The missions that were done and of which neither side says anything else than that it was good."""
    blamed = sa.select(Report.mission_id).where(sa.or_(Report.complaint, Report.verdict != Verdict.GOOD))
    done = session.execute(
        sa.select(Mission.helper_id, Mission.request_id, Request.number_hash, Group.name)
        .join(Request, Request.id == Mission.request_id)
        .join(Helper, Helper.id == Mission.helper_id)
        .outerjoin(Group, _HER_GROUP)
        .where(Mission.status == MissionStatus.DONE, Mission.id.not_in(blamed))
    )
    return [_Good(row.helper_id, row.name, _person(row.number_hash, row.request_id)) for row in done]


def _needs(
    session: Session, profile: Profile, now: datetime, good: Iterable[_Good], besides: int | None
) -> tuple[Need, ...]:
    asked = sa.select(Proposal.request_id).where(Proposal.status.in_(LIVE_PROPOSALS))
    rows = session.execute(
        sa.select(
            Request.id,
            Request.number_hash,
            Request.category,
            Request.ags,
            Request.language,
            Request.half_days,
            Request.dates,
            Request.required_traits,
            Request.preferred_traits,
            Request.circumstances,
            Request.interests,
            Request.recurring,
            Request.urgency,
            Request.created_at,
        )
        .where(
            Request.status.in_(WAITING),
            Request.category.is_not(None),
            sa.or_(Request.id.not_in(asked), Request.id == besides),
        )
        .order_by(Request.id)
    ).all()
    tried, unwanted = _tried(session), _unwanted(session)
    groups: defaultdict[str, set[str]] = defaultdict(set)
    for mission in good:
        groups[mission.seeker].update([mission.group] if mission.group else [])
    today = now.astimezone(profile.tz).date()
    return tuple(
        Need(
            id=row.id,
            seeker=_person(row.number_hash, row.id),
            category=row.category,
            place=profile.places.municipality(row.ags) if row.ags else None,
            car_needed=profile.category(row.category).needs_car,
            languages=frozenset({row.language}),
            half_days=_halves(row.half_days),
            dates=_dates_from(today, row.dates),
            recurring=row.recurring,
            wishes=frozenset(row.required_traits),
            preferences=frozenset(row.preferred_traits),
            circumstances=frozenset(row.circumstances),
            interests=frozenset(row.interests),
            groups=frozenset(groups[_person(row.number_hash, row.id)]),
            excluded=frozenset(unwanted[_person(row.number_hash, row.id)]),
            tried=frozenset(tried[row.id]),
            urgency=row.urgency,
            # whole days, so that the hour alone makes no new situation
            waiting_hours=(now - row.created_at) // timedelta(days=1) * 24,
        )
        for row in rows
    )


def _offers(session: Session, profile: Profile, now: datetime, good: Iterable[_Good]) -> tuple[Offer, ...]:
    rows = session.execute(
        sa.select(
            Helper.id,
            Helper.status,
            Helper.ags,
            Helper.radius_km,
            Helper.categories,
            Helper.vetted,
            Helper.half_days,
            Helper.away,
            Helper.capacity,
            Helper.languages,
            Helper.car,
            Helper.traits,
            Helper.avoids,
            Helper.interests,
            Group.name.label("group"),
        )
        .outerjoin(Group, _HER_GROUP)
        .where(Helper.status.in_((HelperStatus.ACTIVE, HelperStatus.PAUSED)))
        .order_by(Helper.id)
    ).all()
    history = _history(session, now, _monday(profile, now))
    refused = _refused(session)
    helped_well: defaultdict[int, set[str]] = defaultdict(set)
    for mission in good:
        helped_well[mission.helper].add(mission.seeker)
    today = now.astimezone(profile.tz).date()
    return tuple(
        Offer(
            id=row.id,
            place=profile.places.municipality(row.ags) if row.ags else None,
            radius_km=profile.matching.radius_km if row.radius_km is None else row.radius_km,
            categories=frozenset(row.categories),
            vetted=frozenset(row.vetted),
            half_days=_halves(row.half_days),
            away=_absences(row.away),
            away_until=_away_until(today, _absences(row.away)),
            capacity=row.capacity,
            used=history[row.id].this_week,
            languages=frozenset(row.languages),
            car=row.car,
            traits=frozenset(row.traits),
            avoids=frozenset(row.avoids),
            interests=frozenset(row.interests),
            groups=frozenset({row.group} if row.group else ()),
            recent=history[row.id].recent,
            never_helped=not history[row.id].ever,
            helped_well=frozenset(helped_well[row.id]),
            refused=frozenset(refused[row.id]),
            active=row.status is HelperStatus.ACTIVE,
        )
        for row in rows
    )


class _History:
    """What a helper did and has been asked to do."""

    def __init__(self) -> None:
        self.this_week = self.recent = 0
        self.ever = False


def _history(session: Session, now: datetime, monday: datetime) -> defaultdict[int, _History]:
    history: defaultdict[int, _History] = defaultdict(_History)
    missions = session.execute(
        sa.select(
            Mission.helper_id,
            Mission.status,
            Mission.agreed_at,
            Request.recurring,
        )
        .join(Request, Request.id == Mission.request_id)
        .where(Mission.status.in_(TAKES_TIME))
    )
    for mission in missions:
        helper = history[mission.helper_id]
        every_week = mission.recurring and mission.status in TO_COME
        helper.ever = True
        helper.recent += every_week or mission.agreed_at >= now - RECENT
        helper.this_week += every_week or mission.agreed_at >= monday
    asked = sa.select(Proposal.helper_id).where(Proposal.status.in_(LIVE_PROPOSALS))
    for helper_id in session.scalars(asked):
        history[helper_id].this_week += 1
    return history


def _tried(session: Session) -> defaultdict[int, set[int]]:
    """Helpers with whom an open request did not work out."""
    tried: defaultdict[int, set[int]] = defaultdict(set)
    pairs = (
        sa.select(Proposal.request_id, Proposal.helper_id)
        .join(Request, Request.id == Proposal.request_id)
        .where(Proposal.status.in_(TRIED), Request.status.in_(WAITING))
    )
    missions = (
        sa.select(Mission.request_id, Mission.helper_id)
        .join(Request, Request.id == Mission.request_id)
        .where(Mission.status.in_(FELL_THROUGH), Request.status.in_(WAITING))
    )
    for request_id, helper_id in chain(session.execute(pairs), session.execute(missions)):
        tried[request_id].add(helper_id)
    return tried


def _unwanted(session: Session) -> defaultdict[str, set[int]]:
    """For each seeker the helpers who are not to come again."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for seeker, helper_id in _never_again(session, Side.SEEKER):
        found[seeker].add(helper_id)
    return found


def _refused(session: Session) -> defaultdict[int, set[str]]:
    """For each helper the seekers whom she does not want to help again."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    for seeker, helper_id in _never_again(session, Side.HELPER):
        found[helper_id].add(seeker)
    return found


def _never_again(session: Session, side: Side) -> Iterator[tuple[str, int]]:
    pairs = sa.select(Exclusion.number_hash, Exclusion.request_id, Exclusion.helper_id)
    for row in session.execute(pairs.where(Exclusion.side == side)):
        yield _person(row.number_hash, row.request_id), row.helper_id


def _person(number_hash: bytes | None, request_id: int) -> str:
    """A key for who asks: the number's keyed hash, or the request alone where there is no number."""
    return number_hash.hex() if number_hash else f"request:{request_id}"


def _halves(stored: list[list[Any]]) -> frozenset[HalfDay]:
    return frozenset((int(weekday), str(half)) for weekday, half in stored)


def _dates_from(today: date, stored: list[list[str]]) -> frozenset[DatedHalf]:
    """The dates that are not over; where all are, somebody at any time is better than nobody."""
    dates = ((date.fromisoformat(day), half) for day, half in stored)
    return frozenset((day, half) for day, half in dates if day >= today)


def _absences(stored: list[list[str]]) -> frozenset[Absence]:
    return frozenset((date.fromisoformat(first), date.fromisoformat(last)) for first, last in stored)


def _away_until(today: date, absences: Iterable[Absence]) -> date | None:
    """The last day of an absence that takes the whole coming week, or of those that follow without a gap."""
    until = today - timedelta(days=1)
    for first, last in sorted(absences):
        if first <= until + timedelta(days=1):
            until = max(until, last)
    return until if until >= today + timedelta(days=_WEEK_DAYS - 1) else None


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
