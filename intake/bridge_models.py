"""The table of the calls that are begun from the desk."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from intake.db import Base, UtcDateTime, status_column
from intake.lifecycle import LIVE_BRIDGES, BridgeStatus

#: As literal text in index and query alike, like the conditions in ``intake.models``.
BRIDGE_IS_LIVE = sa.text("bridges.status IN ({})".format(", ".join(f"'{s}'" for s in LIVE_BRIDGES)))

BRIDGE_IS_NAMED = sa.text("(operator_sid IS NOT NULL OR citizen_sid IS NOT NULL)")


class Bridge(Base):
    """One call from the desk: the carrier rings the operator, and then, at her key, the citizen.

    No number stands here: both are read from their accounts at the moment they are dialled. The sids are the
    carrier's names of the two calls. ``reason`` says more about an end, in the carrier's words or ours, and
    ``seconds`` is the length of the talk. ``asked_at`` is when the carrier was last asked about it.
    """

    __tablename__ = "bridges"

    id: Mapped[int] = mapped_column(primary_key=True)
    callback_id: Mapped[int] = mapped_column(sa.ForeignKey("callbacks.id"), index=True)
    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("attempts.id"), index=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    status: Mapped[BridgeStatus] = mapped_column(status_column(BridgeStatus))
    reason: Mapped[str] = mapped_column(sa.String(32), default="")
    operator_sid: Mapped[str | None] = mapped_column(sa.String(64))
    citizen_sid: Mapped[str | None] = mapped_column(sa.String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    status_at: Mapped[datetime] = mapped_column(UtcDateTime)
    connected_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seconds: Mapped[int | None]
    end_wanted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        *(
            sa.Index(
                f"uq_bridges_live_{column}",
                f"{column}_id",
                unique=True,
                sqlite_where=BRIDGE_IS_LIVE,
                postgresql_where=BRIDGE_IS_LIVE,
            )
            for column in ("callback", "staff")
        ),
        # those of which the carrier's names are still to be forgotten
        sa.Index(
            "ix_bridges_named",
            "created_at",
            sqlite_where=BRIDGE_IS_NAMED,
            postgresql_where=BRIDGE_IS_NAMED,
        ),
    )
