"""The table of skips: who gave a callback to somebody else, and why. Nobody is blamed for one."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from intake.db import Base, UtcDateTime, status_column


class SkipReason(StrEnum):
    """Why somebody leaves a callback to another."""

    LANGUAGE = "language"
    ACQUAINTED = "acquainted"
    UNSURE = "unsure"
    NO_TIME = "no_time"
    OTHER = "other"


class Skip(Base):
    """A callback that an account gave to others. Until ``until`` it is not handed to that account again."""

    __tablename__ = "skips"

    id: Mapped[int] = mapped_column(primary_key=True)
    callback_id: Mapped[int] = mapped_column(sa.ForeignKey("callbacks.id"), index=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    reason: Mapped[SkipReason] = mapped_column(status_column(SkipReason))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (sa.Index("ix_skips_until", "staff_id", "until"),)
