"""The table of the alarms: what somebody has to look at, since when, who has seen it, when it was over."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from intake.db import Base, UtcDateTime, status_column
from intake.kinds import AlarmKind
from intake.lifecycle import AlarmStatus

#: Literal text, as for every partial index: see ``intake.models``.
ALARM_IS_OPEN = sa.text(f"alarms.status IN ('{AlarmStatus.RAISED}', '{AlarmStatus.SEEN}')")


class Alarm(Base):
    """One thing that went wrong. ``subject`` names the row that it is about ("callback:17"), nobody's name.

    Of one kind and subject there is one open alarm at most; those that are over are kept as its history.
    ``mailed_at``: when it was put into a mail.
    """

    __tablename__ = "alarms"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[AlarmKind] = mapped_column(status_column(AlarmKind))
    subject: Mapped[str] = mapped_column(sa.String(48))
    status: Mapped[AlarmStatus] = mapped_column(status_column(AlarmStatus))
    raised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seen_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    cleared_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    mailed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.Index(
            "uq_alarms_open",
            "kind",
            "subject",
            unique=True,
            sqlite_where=ALARM_IS_OPEN,
            postgresql_where=ALARM_IS_OPEN,
        ),
    )
