"""Offers by call, several at once, and missions with a number, a code word and what came of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004_offers_and_missions"
down_revision = "0005_promises"
branch_labels = None
depends_on = None

_OPEN = sa.text("status IN ('agreed', 'confirmed')")

_PROPOSAL = ("number", "way", "trouble", "auto_next")
_MISSION = ("number", "code_word", "planned_at", "briefed_at", "done_at", "follow_up_at")


def upgrade() -> None:
    """Add the columns and the tables; missions from before have no number and no follow-up."""
    op.add_column("proposals", sa.Column("number", sa.String(6), nullable=True))
    op.add_column("proposals", sa.Column("way", sa.String(24), nullable=True))
    op.add_column("proposals", sa.Column("trouble", sa.String(32), nullable=False, server_default=""))
    op.add_column(
        "proposals", sa.Column("auto_next", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("missions", sa.Column("number", sa.String(6), nullable=True))
    op.add_column("missions", sa.Column("code_word", sa.LargeBinary(), nullable=True))
    for name in _MISSION[2:]:
        op.add_column("missions", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    for table in ("proposals", "missions"):
        op.create_index(f"ix_{table}_number", table, ["number"], unique=True)
    op.create_index("ix_missions_follow_up_at", "missions", ["follow_up_at"])
    op.create_index(
        "uq_missions_open",
        "missions",
        ["request_id"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    _offer_calls()
    _reports()
    _handovers()


def downgrade() -> None:
    """Drop them again."""
    for table in ("handovers", "mission_reports", "offer_calls"):
        op.drop_table(table)
    op.drop_index("uq_missions_open", "missions")
    op.drop_index("ix_missions_follow_up_at", "missions")
    for table, columns in (("proposals", _PROPOSAL), ("missions", _MISSION)):
        op.drop_index(f"ix_{table}_number", table)
        for column in columns:
            op.drop_column(table, column)


def _offer_calls() -> None:
    op.create_table(
        "offer_calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("thanks", sa.Boolean(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=True),
        sa.Column("outcome", sa.String(24), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name="fk_offer_calls_proposal_id"),
        sa.PrimaryKeyConstraint("id", name="pk_offer_calls"),
    )
    op.create_index("ix_offer_calls_proposal_id", "offer_calls", ["proposal_id"])


def _reports() -> None:
    op.create_table(
        "mission_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mission_id", sa.Integer(), nullable=False),
        sa.Column("teller", sa.String(24), nullable=False),
        sa.Column("verdict", sa.String(24), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("complaint", sa.Boolean(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["mission_id"], ["missions.id"], name="fk_mission_reports_mission_id"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_mission_reports_staff_id"),
        sa.ForeignKeyConstraint(["answered_by"], ["staff.id"], name="fk_mission_reports_answered_by"),
        sa.PrimaryKeyConstraint("id", name="pk_mission_reports"),
    )
    op.create_index("ix_mission_reports_mission_id", "mission_reports", ["mission_id"])


def _handovers() -> None:
    op.create_table(
        "handovers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("contact_point", sa.String(48), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_handovers_request_id"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_handovers_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_handovers"),
    )
    op.create_index("ix_handovers_request_id", "handovers", ["request_id"])
