"""The table of groups: associations that helpers belong to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from intake.db import Base, Encrypted, UtcDateTime


class Group(Base):
    """An association that helps as a whole: a contact, where it helps (``municipalities``: official keys) and
    with what (``categories``). Its members are the helpers with its ``group_id``.

    ``closed_at`` is set when it does not help any more; its members stay who they are.
    """

    __tablename__ = "groups"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120), unique=True)
    contact_name: Mapped[str | None] = mapped_column(Encrypted("groups.contact_name"))
    contact_number: Mapped[str | None] = mapped_column(Encrypted("groups.contact_number"))
    note: Mapped[str | None] = mapped_column(Encrypted("groups.note"))
    municipalities: Mapped[Any] = mapped_column(sa.JSON, default=list)
    categories: Mapped[Any] = mapped_column(sa.JSON, default=list)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
