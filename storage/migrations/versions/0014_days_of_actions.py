"""The day of an action, as its owner's clocks have it."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("review_action", sa.Column("day", sa.String(length=10), nullable=True))


def downgrade() -> None:
    op.drop_column("review_action", "day")
