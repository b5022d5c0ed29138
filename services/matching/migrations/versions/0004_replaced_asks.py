"""replaced asks"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "replaced_asks",
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("volunteer_id", sa.Uuid(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("invitation_id", name=op.f("pk_replaced_asks")),
        schema="matching",
    )
    op.create_index(
        "ix_replaced_asks_volunteer_id", "replaced_asks", ["volunteer_id"], schema="matching"
    )
    op.create_index("ix_replaced_asks_sent_at", "replaced_asks", ["sent_at"], schema="matching")
