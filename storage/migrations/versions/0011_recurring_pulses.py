"""Pulses that come again, and how a result moved since the last one."""

import sqlalchemy as sa
from alembic import op

from storage.database import Instant

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pulse_plan",
        sa.Column("schedule_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("instrument", sa.String(length=40), nullable=False),
        sa.Column("own", sa.Text(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("comments", sa.Boolean(), nullable=False),
        sa.Column("workspace", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["schedule.id"], name=op.f("fk_pulse_plan_schedule_id_schedule"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("schedule_id", name=op.f("pk_pulse_plan")),
    )
    op.add_column("pulse", sa.Column("moved", sa.JSON(), nullable=True))
    op.add_column("pulse", sa.Column("occurrence", Instant(), nullable=True))
    op.create_index("ix_pulse_closed_at", "pulse", ["closed_at"])


def downgrade() -> None:
    op.drop_index("ix_pulse_closed_at", "pulse")
    with op.batch_alter_table("pulse") as batch_op:
        for column in ("occurrence", "moved"):
            batch_op.drop_column(column)
    op.drop_table("pulse_plan")
