"""The tables of the public pages' forms: which were sent, and what the sender was told."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from intake.db import Base, UtcDateTime, status_column


class FormKind(StrEnum):
    """What a form of the public pages asks for. The last three are about an earlier request."""

    HELP = "help"
    HELPER = "helper"
    GROUP = "group"
    STILL_NEEDED = "still_needed"
    NOT_NEEDED = "not_needed"
    CALL_ME = "call_me"


class WebForm(Base):
    """A form that was sent. It is kept a day: so long it can come twice, and so long the limits look back.

    ``key`` is the keyed hash of the page's token, ``contents`` of what stood in it. ``number_hash`` and
    ``address_hash`` are those of the number to ring and of the sender's network. What the sender was told is
    the window, the reference, and ``outside_ags`` if the place lies outside the district.
    """

    __tablename__ = "web_forms"

    key: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    contents: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    kind: Mapped[FormKind] = mapped_column(status_column(FormKind))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    number_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    address_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    promised_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    promised_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reference: Mapped[str | None] = mapped_column(sa.String(6))
    outside_ags: Mapped[str | None] = mapped_column(sa.String(8))

    __table_args__ = (
        sa.Index("ix_web_forms_number_hash_at", "number_hash", "at"),
        sa.Index("ix_web_forms_address_hash_at", "address_hash", "at"),
    )


class WebReceipt(Base):
    """The reference of a form that was added to what was open for its number already.

    It is a fresh one, because the page must not tell that the number is known, nor give its request's
    reference to whoever types the number. ``callback_id`` is the callback that the form was added to.
    """

    __tablename__ = "web_receipts"

    reference: Mapped[str] = mapped_column(sa.String(6), primary_key=True)
    number_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("requests.id"), index=True)
    callback_id: Mapped[int] = mapped_column(sa.ForeignKey("callbacks.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    taken_back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
