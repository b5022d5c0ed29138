"""replaced asks of a request"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "replaced_asks",
        sa.Column("request_id", sa.Uuid(), nullable=True),
        schema="matching",
    )
