"""Blocked numbers: for a limited time, by an operator, with a reason. A block ends by itself or is lifted.

Only the number's hash is kept: a block needs no number that could be shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from intake import audit
from intake.models import Block, Staff
from intake.prepared import Prepared

#: For how many days a number may be blocked; a longer one is for a person who knows the law to decide anew.
DAYS = (1, 7, 30)


@dataclass(frozen=True)
class BlockSeen:
    """A block in force: since and until when, by whom, and why."""

    id: int
    since: datetime
    until: datetime
    by: str
    reason: str


def block(
    session: Session, now: datetime, number_hash: bytes, days: int, reason: str, staff_id: int
) -> Block:
    """Block a number from now for one of ``DAYS``. Raises ``ValueError`` for others, or without a reason."""
    if days not in DAYS or not reason.strip():
        raise ValueError("a block needs a reason and one of the allowed lengths")
    row = Block(
        number_hash=number_hash,
        until=now + timedelta(days=days),
        reason=reason.strip(),
        staff_id=staff_id,
        created_at=now,
    )
    session.add(row)
    session.flush()
    audit.append(session, now, audit.by_staff(staff_id), "number_blocked", f"block:{row.id}", f"{days} days")
    return row


def _in_force(now: datetime | sa.BindParameter[datetime]) -> tuple[sa.ColumnElement[bool], ...]:
    return Block.until > now, Block.lifted_at.is_(None)


_BLOCK = Prepared(
    sa.select(Block.id)
    .where(Block.number_hash == sa.bindparam("number_hash"), *_in_force(sa.bindparam("now")))
    .limit(1)
)


def is_blocked(session: Session, now: datetime, number_hash: bytes) -> bool:
    """Whether calls from the number are not taken now."""
    return _BLOCK.within(session, number_hash=number_hash, now=now) is not None


def in_force(session: Session, now: datetime) -> list[BlockSeen]:
    """Every block that holds now, the latest first."""
    rows = session.execute(
        sa.select(Block, Staff.name)
        .join(Staff, Staff.id == Block.staff_id)
        .where(*_in_force(now))
        .order_by(Block.id.desc())
    )
    return [
        BlockSeen(row.Block.id, row.Block.created_at, row.Block.until, row.name, row.Block.reason)
        for row in rows
    ]


def lift(session: Session, now: datetime, block_id: int, staff_id: int) -> bool:
    """End a block before its time, together with any other of the same number; False if it had ended."""
    found = session.scalar(sa.select(Block).where(Block.id == block_id, *_in_force(now)))
    if found is None:
        return False
    same = sa.select(Block).where(Block.number_hash == found.number_hash, *_in_force(now))
    for row in session.scalars(same.order_by(Block.id)):
        row.lifted_at = now
        audit.append(session, now, audit.by_staff(staff_id), "block_lifted", f"block:{row.id}")
    return True
