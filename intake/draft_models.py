"""The table of drafts: what somebody has typed into a form and not sent yet."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from intake.db import Base, Encrypted, UtcDateTime


class Draft(Base):
    """A form half filled in: whose, which form ("request-17"), and each field with its values."""

    __tablename__ = "drafts"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    subject: Mapped[str] = mapped_column(sa.String(48))
    fields: Mapped[Any] = mapped_column(Encrypted("drafts.fields", as_json=True))
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

    __table_args__ = (sa.UniqueConstraint("staff_id", "subject"),)
