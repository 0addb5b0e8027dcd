"""The requests that wait, as a coordinator works through them: what is to do with each, who is proposed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from intake.kinds import CallbackKind, OfferWay
from intake.lifecycle import LIVE_PROPOSALS, OPEN_PROPOSALS, ProposalStatus, RequestStatus
from intake.models import CALLBACK_IS_OPEN, Callback, Request
from intake.profile import Profile
from matching.desk import view
from matching.desk.paging import Page, cut, span
from matching.missions import IN_VAIN
from matching.models import Mission, Proposal

#: So many on one page: a busy district's morning, without turning over.
PAGE = 50

#: So many are looked through for the one that comes next.
IN_A_ROW = 1000

#: Which place stands for "not known yet".
NO_PLACE = "none"

_WAITING = (RequestStatus.OPEN, RequestStatus.PROPOSED)

_later = aliased(Mission)

#: The mission of a request that was the last, and came to nothing.
_IS_LOST = sa.and_(
    Mission.status.in_(IN_VAIN),
    ~sa.exists().where(_later.request_id == Mission.request_id, _later.id > Mission.id),
)

#: Somebody had said yes, and it came to nothing: the request is open again.
_IS_OPEN_AGAIN = sa.exists().where(Mission.request_id == Request.id, _IS_LOST)

#: Whoever lost her helper has waited longest; then the urgent and the old first.
_ORDER = (_IS_OPEN_AGAIN.desc(), Request.urgency.desc(), Request.created_at, Request.id)


#: What the order is made of.
_PLACE = (_IS_OPEN_AGAIN, Request.urgency, Request.created_at, Request.id)


class State(StrEnum):
    """What a coordinator has to do with a request, in the order in which it presses."""

    RING = "ring"
    DECIDE = "decide"
    NOBODY = "nobody"
    ASKED = "asked"
    MATCHED = "matched"


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to; "" is everything. ``place`` is a municipality's key, or ``NO_PLACE``."""

    category: str = ""
    place: str = ""

    @property
    def chosen(self) -> dict[str, str]:
        """The filters that are set, as they stand in an address."""
        return {name: value for name, value in vars(self).items() if value}

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """What they mean for a query of requests."""
        found: list[sa.ColumnElement[bool]] = []
        if self.category:
            found.append(Request.category == self.category)
        if self.place:
            place = None if self.place == NO_PLACE else self.place
            found.append(Request.ags.is_not_distinct_from(place))
        return found


@dataclass(frozen=True)
class Line:
    """A request in the list.

    ``best`` is who is asked, or else the first in rank, with what speaks most for her; ``others`` is how many
    there are besides. ``is_told``: a callback is open in which the caller hears that nobody was found.
    ``lost`` is the mission that came to nothing, where somebody had said yes already.
    """

    request: Request
    state: State
    best: Proposal | None
    reason: str
    others: int
    is_told: bool
    lost: Mission | None


@dataclass(frozen=True)
class Neighbours:
    """The requests before and behind one that are to be decided too, by their ids; how many are left."""

    previous: int | None
    next: int | None
    left: int


def _has(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(Proposal.request_id == Request.id, *conditions)


def _state() -> sa.Case[str]:
    asked = Proposal.status.in_(LIVE_PROPOSALS)
    return sa.case(
        (Request.status == RequestStatus.MATCHED, State.MATCHED.value),
        (_has(asked, Proposal.way == OfferWay.IN_PERSON), State.RING.value),
        (_has(asked), State.ASKED.value),
        (_has(Proposal.status == ProposalStatus.PROPOSED), State.DECIDE.value),
        else_=State.NOBODY.value,
    )


def counts(session: Session, filters: Filters) -> Mapping[State, int]:
    """How many requests stand at each state."""
    shown = (*_WAITING, RequestStatus.MATCHED)
    each = sa.select(_state().label("state")).where(Request.status.in_(shown), *filters.conditions())
    states = each.subquery()
    rows = session.execute(sa.select(states.c.state, sa.func.count()).group_by(states.c.state))
    return dict.fromkeys(State, 0) | {State(state): count for state, count in rows}


def by_place(session: Session, filters: Filters) -> dict[str, int]:
    """How many requests wait in each municipality."""
    rows = session.execute(
        sa.select(Request.ags, sa.func.count())
        .where(Request.status.in_(_WAITING), Request.ags.is_not(None), *filters.conditions())
        .group_by(Request.ags)
    )
    return {ags: count for ags, count in rows if ags is not None}


def listed(
    session: Session, profile: Profile, filters: Filters, state: State | None = None, number: int = 1
) -> Page[Line]:
    """A page of those that wait, in their order; with a state only those. The first page is 1."""
    statuses = (RequestStatus.MATCHED,) if state is State.MATCHED else _WAITING
    query = (
        sa.select(Request, _state().label("state"))
        .where(Request.status.in_(statuses), *filters.conditions())
        .order_by(*_ORDER)
        .slice(*span(number, PAGE))
    )
    if state is not None:
        query = query.where(_state() == state.value)
    found = [(row.Request, State(row.state)) for row in session.execute(query)]
    page = cut(found, number, PAGE)
    return Page(tuple(_lines(session, profile, page.rows)), number, page.more)


def _lines(session: Session, profile: Profile, found: Sequence[tuple[Request, State]]) -> Iterable[Line]:
    ids = [request.id for request, _ in found]
    best, others = _best(session, ids)
    told, lost = _told(session, ids), _lost(session, ids)
    for request, state in found:
        first = best.get(request.id)
        reason = view.at_a_glance(view.parts(profile, first.parts), 1) if first else ""
        is_told = request.id in told
        yield Line(request, state, first, reason, others[request.id], is_told, lost.get(request.id))


def _best(session: Session, request_ids: list[int]) -> tuple[dict[int, Proposal], Counter[int]]:
    """For each request who is asked, or else the first in rank; and how many stand beside her."""
    rows = session.execute(
        sa.select(Proposal.id, Proposal.request_id, Proposal.status)
        .where(Proposal.request_id.in_(request_ids), Proposal.status.in_(OPEN_PROPOSALS))
        .order_by(Proposal.rank, Proposal.id)
    ).all()
    asked = {row.request_id for row in rows if row.status in LIVE_PROPOSALS}
    counted = [row for row in rows if (row.status in LIVE_PROPOSALS) == (row.request_id in asked)]
    first: dict[int, int] = {}
    for row in counted:
        first.setdefault(row.request_id, row.id)
    query = sa.select(Proposal).options(joinedload(Proposal.helper)).where(Proposal.id.in_(first.values()))
    best = {proposal.request_id: proposal for proposal in session.scalars(query)}
    return best, Counter(row.request_id for row in counted) - Counter(first.keys())


def _told(session: Session, request_ids: list[int]) -> set[int | None]:
    query = sa.select(Callback.request_id).where(
        Callback.request_id.in_(request_ids), Callback.kind == CallbackKind.NO_HELPER, CALLBACK_IS_OPEN
    )
    return set(session.scalars(query))


def _lost(session: Session, request_ids: list[int]) -> dict[int, Mission]:
    query = sa.select(Mission).options(joinedload(Mission.helper), joinedload(Mission.proposal))
    found = session.scalars(query.where(Mission.request_id.in_(request_ids), _IS_LOST))
    return {mission.request_id: mission for mission in found}


def neighbours(session: Session, filters: Filters, request: Request | None = None) -> Neighbours:
    """What is to be decided before and behind a request in the list's order.

    Behind the last one it begins anew, so that nothing that was put off is forgotten. Without a request the
    next one is the first.
    """
    rows: Any = session.execute(
        sa.select(*_PLACE)
        .where(Request.status.in_(_WAITING), *filters.conditions(), _state() == State.DECIDE.value)
        .order_by(*_ORDER)
        .limit(IN_A_ROW)
    ).all()
    places = [_place(*row) for row in rows]
    here = None
    if request is not None:
        here = _place(*session.execute(sa.select(*_PLACE).where(Request.id == request.id)).one())
    others = [place for place in places if place != here]
    before = [place for place in others if here and place < here]
    behind = [place for place in others if not here or place > here]
    following = behind or before
    return Neighbours(before[-1][-1] if before else None, following[0][-1] if following else None, len(rows))


def _place(
    again: bool, urgency: int, created_at: datetime, request_id: int
) -> tuple[bool, int, datetime, int]:
    return not again, -urgency, created_at, request_id
