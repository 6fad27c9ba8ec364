"""Whose public holidays are no working days of a review."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("review", sa.Column("country", sa.String(length=10), nullable=True))


def downgrade() -> None:
    op.drop_column("review", "country")
