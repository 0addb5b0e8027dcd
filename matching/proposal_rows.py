"""The plan as rows of proposals: a row that still holds stays, one that does not is overtaken by a new one.

None is overwritten. Whoever is being asked already, and whatever ended meanwhile, is left to the next run.
Requests are written some at a time, each portion in a transaction of its own, so that nobody else who has
something to write waits behind a large district. A run that dies in between leaves each request with all its
old rows or all its new ones, and the next run goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import locks
from intake.db import Database
from intake.lifecycle import LIVE_PROPOSALS, OPEN_PROPOSALS, ProposalStatus, RequestStatus, check_move
from intake.models import Request
from intake.profile import Profile
from matching import offers
from matching.models import Proposal
from matching.plan import Choice, Plan
from matching.reasons import Reason
from matching.rules import Score
from matching.situation import WAITING

T = TypeVar("T")

_proposals = cast(sa.Table, Proposal.__table__)

#: So many requests are written at once: some 500 rows, a few hundredths of a second.
AT_ONCE = 100

#: What a request that waits is moved to, and from what, once it has proposals or has none any more.
_MOVES = ((RequestStatus.OPEN, RequestStatus.PROPOSED), (RequestStatus.PROPOSED, RequestStatus.OPEN))


@dataclass(frozen=True)
class Row:
    """A proposal as it is wanted: what of it is stored."""

    helper_id: int
    rank: int
    score: int
    parts: list[Mapping[str, Any]]
    lower_because: list[dict[str, Any]]

    @classmethod
    def of(cls, helper: int, rank: int, score: Score, lower_because: Iterable[Reason]) -> Row:
        """The row of a helper with her score and why she is not the chosen one."""
        parts = [part.as_json for part in score.parts]
        return cls(helper, rank, score.total, parts, [reason.to_json() for reason in lower_because])


def store(
    db: Database,
    profile: Profile,
    clock: Callable[[], datetime],
    solved: Plan,
    request_ids: Collection[int],
    at_once: int = AT_ONCE,
    hold: Callable[[Session], None] = lambda _: None,
) -> int:
    """Write what differs of these requests' rows, and move the requests to OPEN or PROPOSED; how many rows.

    Also overtakes whatever is open for requests that wait for nobody any more. ``at_once`` is how many
    requests go into one transaction; ``hold`` begins each, and raises if this run may not write any more.
    """
    written = _overtake_ended(db, profile, clock, at_once)
    for choices in _portions(solved.each_choice(request_ids), at_once):
        wanted = {choice.need: _wanted(choice) for choice in choices}
        with db.write() as session:
            hold(session)
            written += _store_some(session, clock(), wanted)
    return written


def _store_some(session: Session, now: datetime, wanted: Mapping[int, Mapping[int, Row]]) -> int:
    """Overtake the rows that do not hold any more and add those that are new; how many of both.

    A request that somebody decided on meanwhile is left alone: the next run sees it.
    """
    waiting = _waiting(session, wanted)
    fresh = {
        (request_id, helper): row for request_id in waiting for helper, row in wanted[request_id].items()
    }
    overtaken = []
    for proposal_id, request_id, row in _proposed(session, waiting):
        if fresh.get((request_id, row.helper_id)) == row:
            del fresh[request_id, row.helper_id]
        else:
            overtaken.append(proposal_id)
    _overtake(session, now, waiting, overtaken)  # out of the unique index before the new ones come
    _add(session, now, fresh)
    for before, after in _MOVES:
        has_proposals = after is RequestStatus.PROPOSED
        moved = [r for r, status in waiting.items() if status is before and bool(wanted[r]) is has_proposals]
        if moved:
            session.execute(
                sa.update(Request)
                .where(Request.id.in_(moved), Request.status == before)
                .values(status=check_move(before, after), status_at=now)
            )
    return len(overtaken) + len(fresh)


def _waiting(session: Session, request_ids: Iterable[int]) -> dict[int, RequestStatus]:
    """Those of the requests that wait, with nobody being asked for them, locked; and where they stand."""
    waiting = session.execute(
        sa.select(Request.id, Request.status)
        .where(Request.id.in_(request_ids), Request.status.in_(WAITING))
        .order_by(Request.id)
        .with_for_update(key_share=True)
    ).all()
    asked = set(  # only now, behind the lock: who decides about a request holds its row
        session.scalars(
            sa.select(Proposal.request_id).where(
                Proposal.request_id.in_(request_ids), Proposal.status.in_(LIVE_PROPOSALS)
            )
        )
    )
    return {row.id: row.status for row in waiting if row.id not in asked}


def _proposed(session: Session, request_ids: Iterable[int]) -> list[tuple[int, int, Row]]:
    """The rows that stand for these requests: their id, their request and what they say."""
    columns = (Proposal.helper_id, Proposal.rank, Proposal.score, Proposal.parts, Proposal.lower_because)
    rows = session.execute(
        sa.select(Proposal.id, Proposal.request_id, *columns).where(
            Proposal.request_id.in_(request_ids), Proposal.status == ProposalStatus.PROPOSED
        )
    )
    return [(proposal_id, request_id, Row(*said)) for proposal_id, request_id, *said in rows]


def _overtake(session: Session, now: datetime, request_ids: Iterable[int], proposal_ids: list[int]) -> None:
    if not proposal_ids:
        return
    session.execute(
        sa.update(Proposal)
        .where(
            Proposal.status == ProposalStatus.PROPOSED,
            Proposal.request_id.in_(request_ids),
            Proposal.id.in_(proposal_ids),
        )
        .values(status=check_move(ProposalStatus.PROPOSED, ProposalStatus.OVERTAKEN), status_at=now)
    )


def _add(session: Session, now: datetime, fresh: Mapping[tuple[int, int], Row]) -> None:
    always = {"status": ProposalStatus.PROPOSED, "created_at": now, "status_at": now}
    rows = [{"request_id": request_id, **vars(row), **always} for (request_id, _), row in fresh.items()]
    if rows:
        session.execute(sa.insert(_proposals), rows)


def _overtake_ended(db: Database, profile: Profile, clock: Callable[[], datetime], at_once: int) -> int:
    """End whatever is open for requests that wait for nobody any more; for how many requests."""
    ended = (
        sa.select(Request.id)
        .join(Proposal, Request.id == Proposal.request_id)
        .where(Proposal.status.in_(OPEN_PROPOSALS), Request.status.not_in(WAITING))
        .distinct()
    )
    with db.read() as session:
        found = session.scalars(ended).all()
    for some in _portions(found, at_once):
        with db.write() as session:
            locks.hold_requests(session, some)
            for request_id in session.scalars(ended.where(Request.id.in_(some))).all():
                offers.overtake_others(session, profile, clock(), request_id)
    return len(found)


def _wanted(choice: Choice) -> dict[int, Row]:
    """The rows of a choice, by helper."""
    return {
        each.helper: Row.of(each.helper, each.rank, each.score, each.lower_because) for each in choice.ranked
    }


def _portions(things: Iterable[T], size: int) -> Iterator[list[T]]:
    """The things in their order, so many at a time."""
    rest = iter(things)
    while portion := list(islice(rest, size)):
        yield portion
