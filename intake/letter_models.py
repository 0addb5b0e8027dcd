"""The table of what has to be told on paper, or through a town hall, because the telephone leads nowhere."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from intake.db import Base, UtcDateTime, status_column
from intake.kinds import CallbackKind, LastResort
from intake.lifecycle import LetterStatus


class Letter(Base):
    """Something to tell a person who cannot be rung: why (``kind``), about which request or offer.

    ``callback_id`` is the callback that ended without reaching anybody; None where there was no number to
    ring at all. ``way`` is how it was told in the end. ``helper_id`` is who helps, where ``kind`` tells that.
    """

    __tablename__ = "letters"

    id: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[LetterStatus] = mapped_column(status_column(LetterStatus))
    kind: Mapped[CallbackKind] = mapped_column(status_column(CallbackKind))
    wanted: Mapped[LastResort] = mapped_column(status_column(LastResort))
    way: Mapped[LastResort | None] = mapped_column(status_column(LastResort))
    request_id: Mapped[int | None] = mapped_column(sa.ForeignKey("requests.id"), index=True)
    helper_id: Mapped[int | None] = mapped_column(sa.ForeignKey("helpers.id"))
    callback_id: Mapped[int | None] = mapped_column(sa.ForeignKey("callbacks.id"), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))

    _due = sa.text("status = 'due'")
    __table_args__ = (sa.Index("ix_letters_due", "created_at", sqlite_where=_due, postgresql_where=_due),)
