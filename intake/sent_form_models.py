"""The table of forms that were sent, by which one that comes twice is told from two."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from intake.db import Base, UtcDateTime


class SentForm(Base):
    """A form that has done its work. ``key`` is the keyed hash of what stood in it, its page's token too."""

    __tablename__ = "sent_forms"

    key: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    request_id: Mapped[int | None] = mapped_column(sa.ForeignKey("requests.id"))  # what came of it
