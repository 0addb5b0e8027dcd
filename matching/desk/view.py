"""What the coordinators' pages show, read from the record in a few queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from intake.lifecycle import LIVE_PROPOSALS, ProposalStatus, RequestStatus
from intake.models import Request
from intake.profile import Profile
from intake.web import page_language
from matching.labels import labels
from matching.models import Proposal
from matching.reasons import Reason, sentence, wording

#: The list shows so many at most; the counts beside it tell of the rest.
LIST_AT_MOST = 100

#: What the coordinators look after, in the order of their life.
SHOWN = (RequestStatus.OPEN, RequestStatus.PROPOSED, RequestStatus.MATCHED)


@dataclass(frozen=True)
class Line:
    """A request in the list. ``proposals`` counts those to choose from, ``asked`` tells of one under way."""

    request: Request
    proposals: int
    asked: ProposalStatus | None


@dataclass(frozen=True)
class Part:
    """A part of a score: its name and its reason in words, its points of so many."""

    name: str
    points: int
    maximum: int
    reason: str


@dataclass(frozen=True)
class Card:
    """A proposal as a coordinator judges it."""

    proposal: Proposal
    parts: tuple[Part, ...]
    lower_because: tuple[str, ...]


def counts(session: Session) -> Mapping[RequestStatus, int]:
    """How many requests stand at each status that is shown."""
    rows = session.execute(
        sa.select(Request.status, sa.func.count()).where(Request.status.in_(SHOWN)).group_by(Request.status)
    )
    found = {row.status: row[1] for row in rows}
    return {status: found.get(status, 0) for status in SHOWN}


def waiting_by_place(session: Session) -> dict[str, int]:
    """How many requests wait in each municipality."""
    rows = session.execute(
        sa.select(Request.ags, sa.func.count())
        .where(Request.status.in_((RequestStatus.OPEN, RequestStatus.PROPOSED)), Request.ags.is_not(None))
        .group_by(Request.ags)
    )
    return {ags: count for ags, count in rows if ags is not None}


def lines(session: Session, status: RequestStatus | None) -> list[Line]:
    """The requests that wait, the urgent and the old first; with a status only those."""
    wanted = (status,) if status else (RequestStatus.OPEN, RequestStatus.PROPOSED)
    requests = session.scalars(
        sa.select(Request)
        .where(Request.status.in_(wanted))
        .order_by(Request.urgency.desc(), Request.created_at, Request.id)
        .limit(LIST_AT_MOST)
    ).all()
    open_rows = session.execute(
        sa.select(Proposal.request_id, Proposal.status).where(
            Proposal.request_id.in_([request.id for request in requests]),
            Proposal.status.in_((ProposalStatus.PROPOSED, *LIVE_PROPOSALS)),
        )
    ).all()
    choice = [row.request_id for row in open_rows if row.status is ProposalStatus.PROPOSED]
    asked = {row.request_id: row.status for row in open_rows if row.status in LIVE_PROPOSALS}
    return [Line(request, choice.count(request.id), asked.get(request.id)) for request in requests]


def cards(session: Session, profile: Profile, request_id: int) -> tuple[list[Card], list[Proposal]]:
    """The open proposals of a request by rank, and its decided ones, the latest first."""
    rows = session.scalars(
        sa.select(Proposal)
        .options(joinedload(Proposal.helper))
        .where(Proposal.request_id == request_id, Proposal.status != ProposalStatus.OVERTAKEN)
        .order_by(Proposal.rank, Proposal.id)
    ).all()
    still = (ProposalStatus.PROPOSED, *LIVE_PROPOSALS)
    open_cards = [_card(profile, row) for row in rows if row.status in still]
    open_cards.sort(key=lambda card: (card.proposal.status is ProposalStatus.PROPOSED, card.proposal.rank))
    decided = sorted((row for row in rows if row.status not in still), key=_when, reverse=True)
    return open_cards, decided


def _when(proposal: Proposal) -> datetime:
    return proposal.status_at


def parts(profile: Profile, stored: Iterable[Mapping[str, Any]]) -> tuple[Part, ...]:
    """A score's parts, as they are stored, in the page's words."""
    names = wording(page_language()).words
    return tuple(
        Part(names[part["name"]], part["points"], part["maximum"], in_words_of(profile, part["reason"]))
        for part in stored
    )


def _card(profile: Profile, proposal: Proposal) -> Card:
    lower = tuple(in_words_of(profile, reason) for reason in proposal.lower_because)
    return Card(proposal, parts(profile, proposal.parts), lower)


def in_words_of(profile: Profile, stored: Mapping[str, Any]) -> str:
    """A reason, as it is stored, as a sentence in the page's language."""
    language = page_language()
    return sentence(Reason.from_json(stored), language, labels(profile, language))
