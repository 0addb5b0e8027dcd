"""What the coordinators' pages show, read from the record in a few queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from intake.kinds import CallbackKind
from intake.lifecycle import OPEN_PROPOSALS, ProposalStatus
from intake.models import CALLBACK_IS_OPEN, Callback, Staff
from intake.profile import Profile
from intake.web import page_language
from matching.desk.paging import Page, cut, span
from matching.labels import labels
from matching.models import Mission, Proposal
from matching.reasons import Reason, sentence, wording

#: So many reasons say at a glance why somebody is proposed.
GLANCE = 2

#: So many earlier proposals stand on one page.
PAST_PAGE = 25


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

    @property
    def glance(self) -> str:
        """What speaks most for it, in a line."""
        return at_a_glance(self.parts)


@dataclass(frozen=True)
class Decided:
    """A proposal that was decided, and the mission that it led to, if it did."""

    proposal: Proposal
    mission: Mission | None


def cards(session: Session, profile: Profile, request_id: int) -> tuple[list[Card], list[Decided]]:
    """The open proposals of a request by rank, and its decided ones, the latest first."""
    rows = session.scalars(
        sa.select(Proposal)
        .options(joinedload(Proposal.helper))
        .where(Proposal.request_id == request_id, Proposal.status != ProposalStatus.OVERTAKEN)
        .order_by(Proposal.rank, Proposal.id)
    ).all()
    open_cards = [_card(profile, row) for row in rows if row.status in OPEN_PROPOSALS]
    open_cards.sort(key=lambda card: (card.proposal.status is ProposalStatus.PROPOSED, card.proposal.rank))
    decided = sorted((row for row in rows if row.status not in OPEN_PROPOSALS), key=_when, reverse=True)
    led_to = _led_to(session, decided)
    return open_cards, [Decided(row, led_to.get(row.id)) for row in decided]


def _led_to(session: Session, proposals: Iterable[Proposal]) -> dict[int, Mission]:
    """The missions that these proposals led to, by the proposal's id."""
    accepted = [row.id for row in proposals if row.status is ProposalStatus.ACCEPTED]
    found = session.scalars(sa.select(Mission).where(Mission.proposal_id.in_(accepted)))
    return {mission.proposal_id: mission for mission in found}


@dataclass(frozen=True)
class Around:
    """What else is known of a request: open callbacks by their kinds, its latest mission, and how many
    proposals there were before those of today.
    """

    callbacks: tuple[CallbackKind, ...]
    mission: Mission | None
    past: int


def around(session: Session, request_id: int) -> Around:
    """What hangs on a request besides its proposals."""
    kinds = sa.select(Callback.kind).where(Callback.request_id == request_id, CALLBACK_IS_OPEN)
    mission = sa.select(Mission).where(Mission.request_id == request_id).order_by(Mission.id.desc()).limit(1)
    past = (
        sa.select(sa.func.count())
        .select_from(Proposal)
        .where(Proposal.request_id == request_id, Proposal.status.not_in(OPEN_PROPOSALS))
    )
    found = tuple(session.scalars(kinds.order_by(Callback.id)))
    return Around(found, session.scalar(mission), session.scalar(past) or 0)


@dataclass(frozen=True)
class PastCard:
    """A proposal that was, as it was; ``decided_by`` is whose decision it became, "" for nobody's.

    ``mission`` is what it led to, if it did.
    """

    card: Card
    decided_by: str
    mission: Mission | None


def past(session: Session, profile: Profile, request_id: int, number: int = 1) -> Page[PastCard]:
    """What was proposed for a request and does not stand any more, the latest first. Pages count from 1."""
    rows = session.execute(
        sa.select(Proposal, Staff.name)
        .outerjoin(Staff, Staff.id == Proposal.decided_by)
        .options(joinedload(Proposal.helper))
        .where(Proposal.request_id == request_id, Proposal.status.not_in(OPEN_PROPOSALS))
        .order_by(Proposal.status_at.desc(), Proposal.id.desc())
        .slice(*span(number, PAST_PAGE))
    ).all()
    led_to = _led_to(session, [row.Proposal for row in rows])
    found = [
        PastCard(_card(profile, row.Proposal), row.name or "", led_to.get(row.Proposal.id)) for row in rows
    ]
    return cut(found, number, PAST_PAGE)


def just_chosen(session: Session, request_id: int) -> Sequence[Proposal]:
    """Who was chosen for a request whose question has not gone out yet: it can still be taken back."""
    query = (
        sa.select(Proposal)
        .options(joinedload(Proposal.helper), joinedload(Proposal.request))
        .where(Proposal.request_id == request_id, Proposal.status == ProposalStatus.APPROVED)
        .order_by(Proposal.rank)
    )
    return session.scalars(query).all()


def _when(proposal: Proposal) -> datetime:
    return proposal.status_at


def parts(profile: Profile, stored: Iterable[Mapping[str, Any]]) -> tuple[Part, ...]:
    """A score's parts, as they are stored, in the page's words."""
    names = wording(page_language()).words
    return tuple(
        Part(names[part["name"]], part["points"], part["maximum"], in_words_of(profile, part["reason"]))
        for part in stored
    )


def at_a_glance(parts: Iterable[Part], reasons: int = GLANCE) -> str:
    """The so many reasons that bring most points, in a line; "" where nothing speaks for the pair."""
    best = sorted((part for part in parts if part.points), key=lambda part: -part.points)
    return " ".join(part.reason for part in best[:reasons])


def _card(profile: Profile, proposal: Proposal) -> Card:
    lower = tuple(in_words_of(profile, reason) for reason in proposal.lower_because)
    return Card(proposal, parts(profile, proposal.parts), lower)


def in_words_of(profile: Profile, stored: Mapping[str, Any]) -> str:
    """A reason, as it is stored, as a sentence in the page's language."""
    language = page_language()
    return sentence(Reason.from_json(stored), language, labels(profile, language))
