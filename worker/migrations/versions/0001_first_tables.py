"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, each after those it refers to."""
    _audit()
    _duties()
    _helpers()
    _matching_run()
    _requests()
    _staff()
    _blocks()
    _prompt_recordings()
    _prompt_overrides()
    _callbacks()
    _proposals()
    _attempts()
    _calls()
    _missions()


def downgrade() -> None:
    """Drop the tables, each before those it refers to."""
    for table in (
        "missions",
        "calls",
        "attempts",
        "proposals",
        "callbacks",
        "prompt_overrides",
        "prompt_recordings",
        "blocks",
        "staff",
        "requests",
        "matching_run",
        "helpers",
        "duties",
        "audit",
    ):
        op.drop_table(table)


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("action", sa.String(48), nullable=False),
        sa.Column("subject", sa.String(48), nullable=False),
        sa.Column("detail", sa.String(200), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_at", "audit", ["at"], unique=False)


def _duties() -> None:
    op.create_table(
        "duties",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("carrier_sid", sa.String(64), nullable=True),
        sa.Column("error", sa.String(200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_duties"),
        sa.UniqueConstraint("key", name="uq_duties_key"),
    )
    op.create_index("ix_duties_carrier_sid", "duties", ["carrier_sid"], unique=False)
    op.create_index(
        "ix_duties_waiting",
        "duties",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("status IN ('due', 'running', 'unsure')"),
        postgresql_where=sa.text("status IN ('due', 'running', 'unsure')"),
    )


def _helpers() -> None:
    op.create_table(
        "helpers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("number", sa.LargeBinary(), nullable=True),
        sa.Column("number_hash", sa.LargeBinary(32), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("postcode", sa.String(5), nullable=True),
        sa.Column("ags", sa.String(8), nullable=True),
        sa.Column("radius_km", sa.Integer(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("vetted", sa.JSON(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("half_days", sa.JSON(), nullable=False),
        sa.Column("interests", sa.JSON(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("car", sa.Boolean(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("opted_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_helpers"),
    )
    op.create_index("ix_helpers_number_hash", "helpers", ["number_hash"], unique=False)
    op.create_index("ix_helpers_status", "helpers", ["status"], unique=False)


def _matching_run() -> None:
    op.create_table(
        "matching_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("solver_state", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_matching_run"),
    )


def _requests() -> None:
    op.create_table(
        "requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(6), nullable=True),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("category", sa.String(32), nullable=True),
        sa.Column("number", sa.LargeBinary(), nullable=True),
        sa.Column("number_hash", sa.LargeBinary(32), nullable=True),
        sa.Column("postcode", sa.String(5), nullable=True),
        sa.Column("ags", sa.String(8), nullable=True),
        sa.Column("in_district", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("best_time", sa.String(24), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("recurring", sa.Boolean(), nullable=False),
        sa.Column("half_days", sa.JSON(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("on_behalf", sa.LargeBinary(), nullable=True),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("details", sa.LargeBinary(), nullable=True),
        sa.Column("wishes", sa.LargeBinary(), nullable=True),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_requests"),
        sa.UniqueConstraint("reference", name="uq_requests_reference"),
    )
    op.create_index("ix_requests_number_hash", "requests", ["number_hash"], unique=False)
    op.create_index("ix_requests_status", "requests", ["status"], unique=False)


def _staff() -> None:
    op.create_table(
        "staff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(64), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=True),
        sa.Column("role", sa.String(24), nullable=False),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("failed_logins", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("on_duty", sa.Boolean(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("login", name="uq_staff_login"),
    )


def _blocks() -> None:
    op.create_table(
        "blocks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_blocks_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_blocks"),
    )
    op.create_index("ix_blocks_number_hash", "blocks", ["number_hash"], unique=False)


def _prompt_recordings() -> None:
    op.create_table(
        "prompt_recordings",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("unused_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sound", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_prompt_recordings"),
    )


def _prompt_overrides() -> None:
    op.create_table(
        "prompt_overrides",
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("key", sa.String(48), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("recording_hash", sa.String(64), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["changed_by"], ["staff.id"], name="fk_prompt_overrides_changed_by"),
        sa.ForeignKeyConstraint(
            ["recording_hash"], ["prompt_recordings.hash"], name="fk_prompt_overrides_recording_hash"
        ),
        sa.PrimaryKeyConstraint("language", "key", name="pk_prompt_overrides"),
    )
    op.create_index(
        "ix_prompt_overrides_recording_hash", "prompt_overrides", ["recording_hash"], unique=False
    )


def _callbacks() -> None:
    op.create_table(
        "callbacks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("need", sa.String(32), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("helper_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.LargeBinary(), nullable=True),
        sa.Column("number_hash", sa.LargeBinary(32), nullable=True),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("ags", sa.String(8), nullable=True),
        sa.Column("best_time", sa.String(24), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("promised_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("promised_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("times_called", sa.Integer(), nullable=False),
        sa.Column("last_called_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(32), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["helper_id"], ["helpers.id"], name="fk_callbacks_helper_id"),
        sa.ForeignKeyConstraint(["holder_id"], ["staff.id"], name="fk_callbacks_holder_id"),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_callbacks_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_callbacks"),
    )
    op.create_index(
        "ix_callbacks_held",
        "callbacks",
        ["holder_id"],
        unique=False,
        sqlite_where=sa.text("callbacks.holder_id IS NOT NULL"),
        postgresql_where=sa.text("callbacks.holder_id IS NOT NULL"),
    )
    op.create_index("ix_callbacks_helper_id", "callbacks", ["helper_id"], unique=False)
    op.create_index(
        "ix_callbacks_queued",
        "callbacks",
        ["due_at", "id"],
        unique=False,
        sqlite_where=sa.text("callbacks.status = 'queued'"),
        postgresql_where=sa.text("callbacks.status = 'queued'"),
    )
    op.create_index("ix_callbacks_request_id", "callbacks", ["request_id"], unique=False)
    op.create_index(
        "uq_callbacks_open",
        "callbacks",
        ["number_hash", "need"],
        unique=True,
        sqlite_where=sa.text("callbacks.status IN ('queued', 'assigned', 'calling')"),
        postgresql_where=sa.text("callbacks.status IN ('queued', 'assigned', 'calling')"),
    )


def _proposals() -> None:
    op.create_table(
        "proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("helper_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("lower_because", sa.JSON(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name="fk_proposals_decided_by"),
        sa.ForeignKeyConstraint(["helper_id"], ["helpers.id"], name="fk_proposals_helper_id"),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_proposals_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_proposals"),
    )
    op.create_index("ix_proposals_helper_id", "proposals", ["helper_id"], unique=False)
    op.create_index("ix_proposals_request_id", "proposals", ["request_id"], unique=False)
    op.create_index("ix_proposals_status", "proposals", ["status"], unique=False)
    op.create_index(
        "uq_proposals_live",
        "proposals",
        ["request_id", "helper_id"],
        unique=True,
        sqlite_where=sa.text("status IN ('proposed', 'approved', 'offered')"),
        postgresql_where=sa.text("status IN ('proposed', 'approved', 'offered')"),
    )


def _attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("callback_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(32), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["callback_id"], ["callbacks.id"], name="fk_attempts_callback_id"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_attempts_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
    )
    op.create_index("ix_attempts_callback_id", "attempts", ["callback_id"], unique=False)


def _calls() -> None:
    op.create_table(
        "calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_sid", sa.String(64), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=True),
        sa.Column("number_hash", sa.LargeBinary(32), nullable=True),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(32), nullable=False),
        sa.Column("outcome", sa.String(24), nullable=True),
        sa.Column("carrier_status", sa.String(24), nullable=False),
        sa.Column("status_sequence", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_turn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("lead_closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("callback_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["callback_id"], ["callbacks.id"], name="fk_calls_callback_id"),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_calls_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_calls"),
        sa.UniqueConstraint("call_sid", name="uq_calls_call_sid"),
    )
    op.create_index("ix_calls_number_hash", "calls", ["number_hash"], unique=False)
    op.create_index("ix_calls_outcome", "calls", ["outcome"], unique=False)
    op.create_index("ix_calls_started_at", "calls", ["started_at"], unique=False)
    op.create_index(
        "ix_calls_unfinished",
        "calls",
        ["last_turn_at"],
        unique=False,
        sqlite_where=sa.text("outcome IS NULL"),
        postgresql_where=sa.text("outcome IS NULL"),
    )


def _missions() -> None:
    op.create_table(
        "missions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("helper_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("category", sa.String(32), nullable=False),
        sa.Column("ags", sa.String(8), nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["helper_id"], ["helpers.id"], name="fk_missions_helper_id"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name="fk_missions_proposal_id"),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_missions_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_missions"),
        sa.UniqueConstraint("proposal_id", name="uq_missions_proposal_id"),
    )
    op.create_index("ix_missions_helper_id", "missions", ["helper_id"], unique=False)
    op.create_index("ix_missions_request_id", "missions", ["request_id"], unique=False)
    op.create_index("ix_missions_status", "missions", ["status"], unique=False)
