"""Who shows something together with whom, holidays on which somebody is left alone, and what a person was sent."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("nudge", sa.Column("not_on", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("showing", sa.Column("partner", sa.String(length=20), nullable=True))
    op.add_column("showing", sa.Column("pairs", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_delivery_to", "delivery", ["workspace", "to"])


def downgrade() -> None:
    op.drop_index("ix_delivery_to", "delivery")
    op.drop_column("showing", "pairs")
    op.drop_column("showing", "partner")
    op.drop_column("nudge", "not_on")
