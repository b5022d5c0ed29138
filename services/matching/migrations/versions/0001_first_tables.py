"""first_tables"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "boards",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("request_state", sa.String(length=20), server_default="open", nullable=False),
        sa.Column("sequence", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("stopped", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("kept_free", sa.Boolean(), server_default="false", nullable=False),
        sa.Column(
            "need", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
        sa.Column("need_version", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("facts_version", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("facts_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("invite", sa.String(length=20), server_default="auto", nullable=False),
        sa.Column("confirm", sa.String(length=20), server_default="auto", nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("excluded", postgresql.ARRAY(sa.Uuid()), nullable=True),
        sa.Column(
            "held_back",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
        ),
        sa.Column("freed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("exhausted", sa.Boolean(), server_default="false", nullable=False),
        sa.Column(
            "waits_for",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
        ),
        sa.Column("next_look_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_boards")),
        schema="matching",
    )
    op.create_index("ix_boards_ends_at", "boards", ["ends_at"], unique=False, schema="matching")
    op.create_index(
        "ix_boards_next_look_at",
        "boards",
        ["next_look_at"],
        unique=False,
        schema="matching",
        postgresql_where=sa.text("next_look_at IS NOT NULL"),
    )
    op.create_index(
        "ix_boards_organisation_id",
        "boards",
        ["organisation_id"],
        unique=False,
        schema="matching",
    )
    op.create_table(
        "decisions",
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("volunteer_id", sa.Uuid(), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("deed", sa.String(length=50), nullable=False),
        sa.Column("reason", sa.String(length=50), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_decisions")),
        schema="matching",
    )
    op.create_index(
        "ix_decisions_decided_at", "decisions", ["decided_at"], unique=False, schema="matching"
    )
    op.create_index(
        "ix_decisions_request_id", "decisions", ["request_id"], unique=False, schema="matching"
    )
    op.create_table(
        "erasures",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "asked_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_erasures")),
        schema="matching",
    )
    op.create_table(
        "inbox",
        sa.Column("consumer", sa.String(length=120), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column(
            "seen_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("consumer", "event_id", name=op.f("pk_inbox")),
        schema="matching",
    )
    op.create_index("ix_inbox_seen_at", "inbox", ["seen_at"], unique=False, schema="matching")
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "stored_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("event_id", name=op.f("uq_outbox_event_id")),
        schema="matching",
    )
    op.create_index(
        "ix_outbox_pending",
        "outbox",
        ["id"],
        unique=False,
        schema="matching",
        postgresql_where=sa.text("published_at IS NULL"),
    )
    op.create_table(
        "replies",
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("command_key", sa.String(length=200), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column(
            "stored_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("subject", "command_key", name=op.f("pk_replies")),
        schema="matching",
    )
    op.create_index(
        "ix_replies_stored_at", "replies", ["stored_at"], unique=False, schema="matching"
    )
    op.create_table(
        "volunteers",
        sa.Column("volunteer_id", sa.Uuid(), nullable=False),
        sa.Column("wanted", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="-1", nullable=False),
        sa.Column(
            "entry", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
        sa.Column("asked", sa.Float(), server_default="0", nullable=False),
        sa.Column("yes", sa.Float(), server_default="0", nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "changed",
            sa.BigInteger(),
            server_default=sa.text("(pg_current_xact_id()::text)::bigint"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("volunteer_id", name=op.f("pk_volunteers")),
        schema="matching",
    )
    op.create_index(
        "ix_volunteers_changed", "volunteers", ["changed"], unique=False, schema="matching"
    )
    op.create_index(
        "ix_volunteers_stale",
        "volunteers",
        ["volunteer_id"],
        unique=False,
        schema="matching",
        postgresql_where=sa.text("wanted > version"),
    )
    op.create_table(
        "claims",
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("volunteer_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ask_again", sa.Boolean(), nullable=False),
        sa.Column("decide_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("override", sa.String(length=50), nullable=True),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("told_near_for", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["matching.boards.request_id"],
            name=op.f("fk_claims_request_id_boards"),
        ),
        sa.PrimaryKeyConstraint("assignment_id", name=op.f("pk_claims")),
        sa.UniqueConstraint(
            "request_id", "volunteer_id", name=op.f("uq_claims_request_id_volunteer_id")
        ),
        schema="matching",
    )
    op.create_index("ix_claims_since", "claims", ["since"], unique=False, schema="matching")
    op.create_index(
        "ix_claims_volunteer_id",
        "claims",
        ["volunteer_id", "state"],
        unique=False,
        schema="matching",
    )
    op.create_table(
        "invitations",
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("volunteer_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("wave", sa.Integer(), nullable=False),
        sa.Column("chance", sa.Float(), nullable=False),
        sa.Column("answer_within", sa.Interval(), nullable=False),
        sa.Column("need_version", sa.BigInteger(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("decide_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(length=20), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("via", sa.String(length=20), nullable=True),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("override", sa.String(length=50), nullable=True),
        sa.Column("why", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("counted", sa.Boolean(), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["matching.boards.request_id"],
            name=op.f("fk_invitations_request_id_boards"),
        ),
        sa.PrimaryKeyConstraint("invitation_id", name=op.f("pk_invitations")),
        sa.UniqueConstraint(
            "request_id", "volunteer_id", name=op.f("uq_invitations_request_id_volunteer_id")
        ),
        schema="matching",
    )
    op.create_index(
        "ix_invitations_issued_at",
        "invitations",
        ["issued_at"],
        unique=False,
        schema="matching",
    )
    op.create_index(
        "ix_invitations_not_settled",
        "invitations",
        ["request_id"],
        unique=False,
        schema="matching",
        postgresql_where=sa.text("state IN ('planned', 'approved', 'issued', 'sent')"),
    )
    op.create_index(
        "ix_invitations_sent_at", "invitations", ["sent_at"], unique=False, schema="matching"
    )
    op.create_index(
        "ix_invitations_volunteer_id",
        "invitations",
        ["volunteer_id", "sent_at"],
        unique=False,
        schema="matching",
    )
