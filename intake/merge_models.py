"""The table of requests that turned out to be one."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from intake.db import Base, UtcDateTime


class Merge(Base):
    """A request that went into another: whoever names its reference is told about ``kept_id``."""

    __tablename__ = "merges"

    gone_id: Mapped[int] = mapped_column(sa.ForeignKey("requests.id"), primary_key=True)
    kept_id: Mapped[int] = mapped_column(sa.ForeignKey("requests.id"), index=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
