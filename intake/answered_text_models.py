"""The table of texts that were answered, by which one that the carrier brings again is known."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from intake.db import Base, Encrypted, UtcDateTime


class AnsweredText(Base):
    """A text that has done its work. ``sid`` is the carrier's name of it, ``answer`` what was said to it.

    By ``number_hash`` those of a helper are found who is to be erased; older rows have none.
    """

    __tablename__ = "answered_texts"

    sid: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    answer: Mapped[str | None] = mapped_column(Encrypted("answered_texts.answer"))  # None: being answered
    number_hash: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32))
