"""The tables of paper mode: which callbacks stand on a printed list, and under which code."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column, relationship

from intake.db import Base, UtcDateTime


class PaperList(Base):
    """A printed list: whose, when, and until when its callbacks are kept for it."""

    __tablename__ = "paper_lists"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    printed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)


class PaperLine(Base):
    """A callback on a list. ``code`` is what is typed back; ``typed_at`` is None until it was."""

    __tablename__ = "paper_lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[int] = mapped_column(sa.ForeignKey("paper_lists.id"), index=True)
    callback_id: Mapped[int] = mapped_column(sa.ForeignKey("callbacks.id"), index=True)
    code: Mapped[str] = mapped_column(sa.String(8))
    typed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    list: Mapped[PaperList] = relationship()

    _open = sa.text("typed_at IS NULL")
    __table_args__ = (
        sa.Index("uq_paper_lines_open", "code", unique=True, sqlite_where=_open, postgresql_where=_open),
    )


def on_paper(callback_id: InstrumentedAttribute[int], now: datetime) -> sa.ColumnElement[bool]:
    """Whether a callback stands on a list that somebody works with now."""
    return sa.exists().where(
        PaperLine.callback_id == callback_id,
        PaperLine.typed_at.is_(None),
        PaperLine.list_id == PaperList.id,
        PaperList.until > now,
    )
