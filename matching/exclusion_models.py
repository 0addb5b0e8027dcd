"""The table of pairs that are not to meet again, whatever the request."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from intake.db import Base, UtcDateTime, status_column


class Side(StrEnum):
    """Who of the two does not want to meet the other again."""

    SEEKER = "seeker"
    HELPER = "helper"


class Exclusion(Base):
    """A seeker and a helper, one of whom said "never again".

    The seeker is known by the number's keyed hash, hence for every request from that household; where there
    is no number by the request in which it was said.
    """

    __tablename__ = "exclusions"

    id: Mapped[int] = mapped_column(primary_key=True)
    helper_id: Mapped[int] = mapped_column(sa.ForeignKey("helpers.id"), index=True)
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("requests.id"), index=True)
    number_hash: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32), index=True)
    side: Mapped[Side] = mapped_column(status_column(Side))
    staff_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))  # None: said by telephone
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (sa.UniqueConstraint("helper_id", "request_id", "side"),)
