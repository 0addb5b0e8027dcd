"""The table of tries to log in, by which guessing is noticed across addresses, accounts and web processes."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from intake.db import Base, UtcDateTime


class LoginTry(Base):
    """A password or a code that was not right, or is being looked at. Keyed hashes of whose it was to be,
    and of the address that it came from; None: one that the address is not blamed for.
    """

    __tablename__ = "login_tries"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    whose_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    address_hash: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32))

    __table_args__ = (
        sa.Index("ix_login_tries_whose_hash_at", "whose_hash", "at"),
        sa.Index("ix_login_tries_address_hash_at", "address_hash", "at"),
    )
