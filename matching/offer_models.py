"""The table of the automated calls by which helpers are asked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from intake.db import Base, Encrypted, UtcDateTime, status_column
from intake.kinds import OfferCallOutcome


class OfferCall(Base):
    """One automated call about one proposal. ``state`` is its conversation's own, each turn with its reply.

    ``thanks``: nothing is asked any more, and the helper is told so. A call that nobody began has neither
    state nor outcome; every other one ends with an outcome.
    """

    __tablename__ = "offer_calls"

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(sa.ForeignKey("proposals.id"), index=True)
    thanks: Mapped[bool] = mapped_column(default=False)
    state: Mapped[Any | None] = mapped_column(Encrypted("offer_calls.state", as_json=True))
    outcome: Mapped[OfferCallOutcome | None] = mapped_column(status_column(OfferCallOutcome))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
