"""The table of the audit log's anchor: where the chain goes on after its old end was cut off."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from intake.db import Base, UtcDateTime

#: The only row.
THE_ANCHOR = 1


class AuditAnchor(Base):
    """The last entry that was forgotten, by its id and hash: the first one that is kept follows from it.

    ``removed`` is how many were forgotten in all. ``seal`` is a keyed hash over the others, so that nobody
    who can only write to the database puts an anchor of his own behind what he took away.
    """

    __tablename__ = "audit_anchor"

    id: Mapped[int] = mapped_column(primary_key=True)
    last_id: Mapped[int]
    hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    removed: Mapped[int]
    cut_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seal: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
