"""The table of voice messages: what callers left on tape, from the carrier's hands to the end of its time."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from intake.db import Base, Encrypted, UtcDateTime, status_column
from intake.lifecycle import VoiceMessageStatus

#: Conditions of the partial index, as literal text in index and query alike (see ``intake.models``).
IS_OWED = sa.text("voice_messages.status IN ('announced', 'kept')")


class VoiceMessage(Base):
    """A recorded message of ``seconds``. Until it is cleared, something is owed to it at ``due_at``.

    ``sound`` is there while the message is kept, and encrypted like everything that a caller says.
    """

    __tablename__ = "voice_messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("calls.id"), index=True)
    recording_sid: Mapped[str] = mapped_column(sa.String(64), unique=True)
    status: Mapped[VoiceMessageStatus] = mapped_column(status_column(VoiceMessageStatus))
    seconds: Mapped[int]
    sound: Mapped[bytes | None] = mapped_column(Encrypted("voice_messages.sound", as_bytes=True))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

    __table_args__ = (
        sa.Index("ix_voice_messages_owed", "due_at", sqlite_where=IS_OWED, postgresql_where=IS_OWED),
    )
