"""The tables of the second factor: whose app makes which codes, and the codes for when the app is lost."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from intake.db import Base, Encrypted, UtcDateTime


class SecondFactor(Base):
    """The secret that an account's app shares with us, since when; None while it is only being set up.

    ``pending`` is a secret that no code has confirmed yet. ``last_step`` is the time step of the newest code
    that was taken: none is taken twice.
    """

    __tablename__ = "second_factors"

    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    secret: Mapped[str | None] = mapped_column(Encrypted("second_factors.secret"))
    pending: Mapped[str | None] = mapped_column(Encrypted("second_factors.pending"))
    since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_step: Mapped[int] = mapped_column(default=0)


class RecoveryCode(Base):
    """The keyed hash of a code that stands in for the app once. The row goes when it is used."""

    __tablename__ = "recovery_codes"

    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
