"""Voice messages, and when a call was forgotten."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008_voice_messages"
down_revision = "0006_alarms"
branch_labels = None
depends_on = None

_OWED = sa.text("voice_messages.status IN ('announced', 'kept')")
_REMEMBERED = sa.text("calls.forgotten_at IS NULL")


def upgrade() -> None:
    """Make the table and the column."""
    op.create_table(
        "voice_messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("recording_sid", sa.String(64), nullable=False),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("sound", sa.LargeBinary(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_voice_messages_call_id"),
        sa.PrimaryKeyConstraint("id", name="pk_voice_messages"),
        sa.UniqueConstraint("recording_sid", name="uq_voice_messages_recording_sid"),
    )
    op.create_index("ix_voice_messages_call_id", "voice_messages", ["call_id"])
    op.create_index("ix_voice_messages_created_at", "voice_messages", ["created_at"])
    op.create_index(
        "ix_voice_messages_owed", "voice_messages", ["due_at"], sqlite_where=_OWED, postgresql_where=_OWED
    )
    op.add_column("calls", sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_calls_remembered",
        "calls",
        ["started_at"],
        sqlite_where=_REMEMBERED,
        postgresql_where=_REMEMBERED,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_calls_remembered", "calls")
    op.drop_column("calls", "forgotten_at")
    op.drop_table("voice_messages")
