"""What the pages on helpers show: the list as filtered, and one helper with what she did."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from intake.db import number_hash
from intake.group_models import Group
from intake.lifecycle import HelperStatus
from intake.models import Helper
from intake.phone_numbers import parse_callable
from intake.profile import Profile
from matching.desk.paging import Page, cut, span
from matching.exclusion_models import Exclusion
from matching.models import Mission

#: So many on one page of the list.
PAGE = 50

#: Missions shown on a helper's page, the latest first.
MISSIONS_AT_MOST = 30

#: Those whom a coordinator works with; who left or was erased is found by the filter.
HERE = (HelperStatus.ACTIVE, HelperStatus.PAUSED, HelperStatus.LEAD)


@dataclass(frozen=True)
class Wanted:
    """What the list is narrowed to; None or "" is everything. ``words`` are part of a name, or a number."""

    status: HelperStatus | None = None
    category: str | None = None
    ags: str | None = None
    group_id: int | None = None
    words: str = ""

    @property
    def is_narrow(self) -> bool:
        """Whether anything is narrowed at all."""
        return self != Wanted()

    @property
    def is_sorted(self) -> bool:
        """Whether anything besides the words is asked for."""
        return self != Wanted(words=self.words)

    @property
    def in_address(self) -> dict[str, str]:
        """What is asked for, as it stands in an address."""
        found = {
            "status": self.status.value if self.status else "",
            "category": self.category or "",
            "place": self.ags or "",
            "group": "" if self.group_id is None else str(self.group_id),
            "words": self.words,
        }
        return {name: value for name, value in found.items() if value}


@dataclass(frozen=True)
class Details:
    """One helper: her missions, rows that may be her twin, and how many seekers she is not to meet."""

    helper: Helper
    missions: tuple[Mission, ...]
    twins: tuple[Helper, ...]
    exclusions: int


def counts(session: Session) -> dict[HelperStatus, int]:
    """How many helpers stand at each status."""
    rows = session.execute(sa.select(Helper.status, sa.func.count()).group_by(Helper.status))
    return dict.fromkeys(HelperStatus, 0) | dict(rows.all())


def listed(session: Session, profile: Profile, wanted: Wanted, number: int = 1) -> Page[Helper]:
    """A page of the helpers by place and registration. Pages count from 1.

    Names are encrypted, so a part of a name is looked for in the rows that the other filters leave.
    """
    query = sa.select(Helper).options(joinedload(Helper.group)).order_by(Helper.ags, Helper.id)
    query = query.where(Helper.status == wanted.status if wanted.status else Helper.status.in_(HERE))
    if wanted.ags:
        query = query.where(Helper.ags == wanted.ags)
    if wanted.group_id is not None:
        query = query.where(Helper.group_id == wanted.group_id)
    telephone = parse_callable(wanted.words, profile.country) if wanted.words else None
    if telephone:
        query = query.where(Helper.number_hash == number_hash(session, telephone))
    rows = session.scalars(query.execution_options(yield_per=500))
    fitting = (helper for helper in rows if _fits(helper, wanted, by_name=telephone is None))
    return cut(tuple(islice(fitting, *span(number, PAGE))), number, PAGE)


def _fits(helper: Helper, wanted: Wanted, by_name: bool) -> bool:
    """Whether what the database cannot look into fits: lists in JSON, encrypted names."""
    if wanted.category and wanted.category not in helper.categories:
        return False
    return not (by_name and wanted.words) or wanted.words.casefold() in (helper.name or "").casefold()


def details(session: Session, helper: Helper) -> Details:
    """What a helper's page shows of the record."""
    missions = session.scalars(
        sa.select(Mission)
        .where(Mission.helper_id == helper.id)
        .order_by(Mission.agreed_at.desc())
        .limit(MISSIONS_AT_MOST)
    ).all()
    excluded = sa.select(sa.func.count()).where(Exclusion.helper_id == helper.id)
    return Details(helper, tuple(missions), _twins(session, helper), session.scalar(excluded) or 0)


def _twins(session: Session, helper: Helper) -> tuple[Helper, ...]:
    """Other rows with her number: she may have registered twice, or a household shares one."""
    if helper.number_hash is None:
        return ()
    same: Any = sa.and_(
        Helper.number_hash == helper.number_hash, Helper.id != helper.id, Helper.status != HelperStatus.ERASED
    )
    return tuple(session.scalars(sa.select(Helper).where(same).order_by(Helper.id)))


def group_names(session: Session) -> list[tuple[int, str]]:
    """The groups that help, as choices."""
    rows = session.execute(
        sa.select(Group.id, Group.name).where(Group.closed_at.is_(None)).order_by(Group.name)
    )
    return [(row.id, row.name) for row in rows]
