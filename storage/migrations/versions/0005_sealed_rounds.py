"""A round of a prompt can be sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("round", sa.Column("sealed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("round", sa.Column("invited", sa.Integer(), nullable=True))
    op.add_column("round", sa.Column("unsealed", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("round") as batch_op:
        for column in ("unsealed", "invited", "sealed"):
            batch_op.drop_column(column)
