"""invitations by hand"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "invitations",
        sa.Column("by_hand", sa.Boolean(), server_default="false", nullable=False),
        schema="matching",
    )
