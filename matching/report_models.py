"""The tables of what both sides say about a mission, and of requests that were handed on."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from intake.db import Base, Encrypted, UtcDateTime, status_column
from matching.exclusion_models import Side


class Verdict(StrEnum):
    """How it was for one side. NEVER_AGAIN keeps the pair apart from then on."""

    GOOD = "good"
    MIXED = "mixed"
    NEVER_AGAIN = "never_again"


class HelperWord(StrEnum):
    """What a helper says of her own mission, by text or by key. Whether help was given tells the seeker."""

    DONE = "done"
    CANNOT = "cannot"


class Report(Base):
    """What one side says about a mission. A complaint stays open until a coordinator has answered it."""

    __tablename__ = "mission_reports"

    id: Mapped[int] = mapped_column(primary_key=True)
    mission_id: Mapped[int] = mapped_column(sa.ForeignKey("missions.id"), index=True)
    teller: Mapped[Side] = mapped_column(status_column(Side))
    verdict: Mapped[Verdict] = mapped_column(status_column(Verdict))
    words: Mapped[str | None] = mapped_column(Encrypted("mission_reports.words"))
    complaint: Mapped[bool] = mapped_column(default=False)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer: Mapped[str | None] = mapped_column(Encrypted("mission_reports.answer"))
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Handover(Base):
    """A request for which nobody was found, given to a contact point of the profile or to a group."""

    __tablename__ = "handovers"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("requests.id"), index=True)
    contact_point: Mapped[str] = mapped_column(sa.String(48))  # an id of the profile, or a group's key
    note: Mapped[str | None] = mapped_column(Encrypted("handovers.note"))
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reopened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
