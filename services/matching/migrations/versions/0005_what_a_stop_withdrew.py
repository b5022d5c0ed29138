"""what a stop withdrew"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "invitations",
        sa.Column("stopped_in", sa.String(length=20), nullable=True),
        schema="matching",
    )
