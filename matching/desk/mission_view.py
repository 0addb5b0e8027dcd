"""What the pages on missions show, read from the record in a few queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager, joinedload

from intake.db import number_hash
from intake.kinds import CallbackKind
from intake.lifecycle import OPEN_MISSIONS, MissionStatus
from intake.models import CALLBACK_IS_OPEN, Callback, Helper, Staff
from intake.phone_numbers import parse_callable
from intake.profile import Profile
from intake.references import is_mission_number
from matching import missions, reports
from matching.desk.paging import Page, cut, span
from matching.models import Mission, Proposal
from matching.report_models import HelperWord, Report

#: So many on one page.
PAGE = 50


class Show(StrEnum):
    """Which missions the list shows: those that go on, of these what is to be done, or those that ended.

    TROUBLE: somebody complained, or the day has passed without both having known of it.
    """

    OPEN = "open"
    FOLLOW_UP = "follow_up"
    TROUBLE = "trouble"
    ENDED = "ended"


class ToDo(IntEnum):
    """What is to be done about a mission, in the order in which it presses; as numbers, to sort by."""

    COMPLAINT = 0
    UNTOLD = 1
    FOLLOW_UP = 2
    BRIEF = 3
    ANNOUNCE = 4
    NOTHING = 5


@dataclass(frozen=True)
class Wanted:
    """What the list is narrowed to; "" is everything.

    ``place`` is a municipality's key, ``words`` part of the helper's name, her number, or the mission's.
    """

    show: Show = Show.OPEN
    place: str = ""
    words: str = ""

    @property
    def narrowed(self) -> dict[str, str]:
        """The filters that are set, as they stand in an address."""
        return {name: value for name, value in (("place", self.place), ("words", self.words)) if value}

    @property
    def in_address(self) -> dict[str, str]:
        """All that is asked for, as it stands in an address."""
        return {"show": self.show.value, **self.narrowed}


@dataclass(frozen=True)
class Line:
    """A mission in the list, and what is to be done about it first."""

    mission: Mission
    to_do: ToDo


_IS_OPEN = Mission.status.in_(OPEN_MISSIONS)
_HAS_COMPLAINT = sa.exists().where(
    Report.mission_id == Mission.id, Report.complaint, Report.answered_at.is_(None)
)

#: The choices that say how many there are.
_COUNTED = (Show.OPEN, Show.FOLLOW_UP, Show.TROUBLE)


@dataclass(frozen=True)
class Seen:
    """One mission with all that is known of it. ``talks`` are the callbacks that are open about it."""

    mission: Mission
    sent_by: str
    reports: tuple[Report, ...]
    talks: tuple[CallbackKind, ...]


def counts(session: Session, now: datetime) -> dict[Show, int]:
    """How many missions stand at each choice but those that ended: there are ever more of them."""
    each = (sa.func.sum(sa.case((_shown(show, now), 1), else_=0)) for show in _COUNTED)
    # an open complaint may be about a mission that ended; all others go on
    row = session.execute(sa.select(*each).where(sa.or_(_IS_OPEN, _HAS_COMPLAINT))).one()
    return {show: count or 0 for show, count in zip(_COUNTED, row, strict=True)}


def listed(session: Session, profile: Profile, now: datetime, wanted: Wanted, number: int = 1) -> Page[Line]:
    """A page of the missions: what presses first, then by their day; those that ended the latest first.

    Names are encrypted, so a part of a name is looked for in the rows that the other filters leave.
    """
    to_do = _to_do(now)
    soonest = (to_do, Mission.planned_at.is_(None), Mission.planned_at, Mission.agreed_at)
    order = (Mission.status_at.desc(),) if wanted.show is Show.ENDED else soonest
    query = (
        sa.select(Mission, to_do.label("to_do"))
        .join(Helper, Helper.id == Mission.helper_id)
        .options(contains_eager(Mission.helper), joinedload(Mission.request))
        .where(_shown(wanted.show, now))
        .order_by(*order, Mission.id)
    )
    if wanted.place:
        query = query.where(Mission.ags == wanted.place)
    telephone = parse_callable(wanted.words, profile.country) if wanted.words else None
    if telephone:
        query = query.where(Helper.number_hash == number_hash(session, telephone))
    elif is_mission_number(wanted.words):
        query = query.where(Mission.number == wanted.words)
    name = "" if telephone or is_mission_number(wanted.words) else wanted.words.casefold()
    rows = session.execute(query.execution_options(yield_per=500))
    fitting = (row for row in rows if name in row.Mission.who_helps.casefold())
    some = tuple(islice(fitting, *span(number, PAGE)))
    return cut([Line(row.Mission, ToDo(row.to_do)) for row in some], number, PAGE)


def _shown(show: Show, now: datetime) -> sa.ColumnElement[bool]:
    return {
        Show.OPEN: _IS_OPEN,
        Show.FOLLOW_UP: sa.and_(_IS_OPEN, _is_to_be_asked(now)),
        Show.TROUBLE: sa.or_(_HAS_COMPLAINT, sa.and_(_IS_OPEN, _is_untold(now))),
        Show.ENDED: sa.not_(_IS_OPEN),
    }[show]


def _is_to_be_asked(now: datetime) -> sa.ColumnElement[bool]:
    """The time has come, or the helper says that it is done, or the callback is filed already."""
    return sa.or_(
        Mission.follow_up_at.is_(None), Mission.follow_up_at <= now, Mission.helper_word == HelperWord.DONE
    )


def _is_untold(now: datetime) -> sa.ColumnElement[bool]:
    """The day has passed, and the helper had no address, or the seeker did not know who comes."""
    unaware = sa.or_(Mission.briefed_at.is_(None), Mission.status == MissionStatus.AGREED)
    return sa.and_(Mission.planned_at < now, unaware)


def _to_do(now: datetime) -> sa.Case[int]:
    return sa.case(
        (_HAS_COMPLAINT, ToDo.COMPLAINT.value),
        (sa.not_(_IS_OPEN), ToDo.NOTHING.value),
        (_is_untold(now), ToDo.UNTOLD.value),
        (_is_to_be_asked(now), ToDo.FOLLOW_UP.value),
        (Mission.briefed_at.is_(None), ToDo.BRIEF.value),
        (Mission.status == MissionStatus.AGREED, ToDo.ANNOUNCE.value),
        else_=ToDo.NOTHING.value,
    )


def look(session: Session, mission: Mission) -> Seen:
    """Everything about one mission."""
    sender = (
        sa.select(Staff.name)
        .join(Proposal, Proposal.decided_by == Staff.id)
        .where(Proposal.id == mission.proposal_id)
    )
    needs = [f"{kind}:{mission.id}" for kind in (*missions.TALKS, CallbackKind.FELL_THROUGH)]
    talks = sa.select(Callback.kind).where(Callback.need.in_(needs), CALLBACK_IS_OPEN)
    return Seen(
        mission,
        session.scalar(sender) or "",
        tuple(reports.of_mission(session, mission.id)),
        tuple(session.scalars(talks)),
    )
