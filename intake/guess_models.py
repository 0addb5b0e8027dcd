"""The table of wrong references, by which guessing is noticed across calls."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from intake.db import Base, UtcDateTime


class WrongReference(Base):
    """Somebody named a reference that no request has. ``number_hash`` is the caller ID's; None: withheld."""

    __tablename__ = "wrong_references"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    number_hash: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32))

    __table_args__ = (sa.Index("ix_wrong_references_number_hash_at", "number_hash", "at"),)
