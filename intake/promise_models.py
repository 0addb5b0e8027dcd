"""The tables of the promises: at what pace the queue is worked off, and what became of each promise.

Nothing in them is personal: a promise is told from others by its callback's id, which says nothing once the
callback is erased. So how promises were kept outlives the people they were made to.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from intake.db import Base, UtcDateTime, status_column
from intake.kinds import CallbackKind
from intake.lifecycle import PromiseStatus

#: The only row of the pace.
THE_PACE = 1


class PromisePace(Base):
    """What a promise is computed from, kept by the worker so that a call reads one row: see ``pace.Pace``.

    ``waiting`` callbacks stood in the queue when ``newest_callback_id`` was the newest; later ones are added
    when it is read. ``counted_at`` is also the worker's sign of life.
    """

    __tablename__ = "promise_pace"

    id: Mapped[int] = mapped_column(primary_key=True)
    minutes: Mapped[float] = mapped_column(sa.Double)
    care: Mapped[float] = mapped_column(sa.Double)
    usual: Mapped[Any] = mapped_column(sa.JSON)  # {"hour of the week": operators}
    waiting: Mapped[int]
    newest_callback_id: Mapped[int]
    measured_at: Mapped[datetime] = mapped_column(UtcDateTime)
    counted_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DutyHour(Base):
    """How many were on duty in one hour of opening time: the ``crew`` of each look, summed, and the looks."""

    __tablename__ = "duty_hours"

    hour: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    crew: Mapped[int]
    looks: Mapped[int]


class Promise(Base):
    """A promise that is decided. ``callback_id`` refers to no row, because the callback may be erased."""

    __tablename__ = "promises"

    callback_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[CallbackKind] = mapped_column(status_column(CallbackKind))
    result: Mapped[PromiseStatus] = mapped_column(status_column(PromiseStatus))
    filed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    promised_from: Mapped[datetime] = mapped_column(UtcDateTime)
    promised_until: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    first_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
