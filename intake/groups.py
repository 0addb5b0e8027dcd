"""Groups: associations that helpers belong to, with a contact, their municipalities and what they help with.

A group is asked as a whole, by telephone, where none of its members fits alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import audit
from intake.group_models import Group
from intake.lifecycle import HelperStatus
from intake.models import Helper


@dataclass(frozen=True)
class Description:
    """What a group says of itself. ``contact_number`` is E.164."""

    name: str
    contact_name: str
    contact_number: str
    municipalities: tuple[str, ...]
    categories: tuple[str, ...]
    note: str = ""


class NameTaken(Exception):
    """Another group bears that name."""


def save(session: Session, now: datetime, actor: str, group: Group | None, description: Description) -> Group:
    """Write a group down, a new one where ``group`` is None. Raises ``NameTaken``.

    Saving a closed group opens it again.
    """
    twin = session.scalar(sa.select(Group.id).where(Group.name == description.name))
    if twin is not None and (group is None or twin != group.id):
        raise NameTaken(description.name)
    action = "group_changed" if group else "group_added"
    if group is None:
        group = Group(created_at=now)
        session.add(group)
    group.name, group.note = description.name, description.note or None
    group.contact_name, group.contact_number = description.contact_name, description.contact_number
    group.municipalities, group.categories = list(description.municipalities), list(description.categories)
    group.closed_at = None
    session.flush()
    audit.append(session, now, actor, action, f"group:{group.id}")
    return group


def close(session: Session, now: datetime, actor: str, group: Group) -> None:
    """The group helps no more: it is not named for any request from now on. Twice is harmless."""
    if group.closed_at is None:
        group.closed_at = now
        audit.append(session, now, actor, "group_closed", f"group:{group.id}")


def all_groups(session: Session) -> list[Group]:
    """Every group, those that help first, by name."""
    return list(session.scalars(sa.select(Group).order_by(Group.closed_at.is_not(None), Group.name)))


def members(session: Session, group_id: int) -> list[Helper]:
    """The group's helpers who have not left, by registration."""
    gone = (HelperStatus.LEFT, HelperStatus.ERASED)
    query = sa.select(Helper).where(Helper.group_id == group_id, Helper.status.not_in(gone))
    return list(session.scalars(query.order_by(Helper.id)))


def fits(group: Group, category: str | None, ags: str | None) -> bool:
    """Whether the group helps with that need at that place."""
    return group.closed_at is None and ags in group.municipalities and category in group.categories


def fitting(session: Session, category: str | None, ags: str | None) -> list[Group]:
    """The groups that help with a need at a place, by name."""
    return [group for group in all_groups(session) if fits(group, category, ags)]


def sizes(session: Session) -> dict[int, int]:
    """How many active members each group has, by its id."""
    rows = session.execute(
        sa.select(Helper.group_id, sa.func.count())
        .where(Helper.group_id.is_not(None), Helper.status == HelperStatus.ACTIVE)
        .group_by(Helper.group_id)
    )
    return {group: count for group, count in rows if group is not None}
