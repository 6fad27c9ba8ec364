"""Pulses, who looks after them, and whom somebody picked for them."""

import sqlalchemy as sa
from alembic import op

from storage.database import Instant

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pulse",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("instrument", sa.String(length=40), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("audience", sa.String(length=10), nullable=False),
        sa.Column("comments", sa.Boolean(), nullable=False),
        sa.Column("k", sa.Integer(), nullable=False),
        sa.Column("invited", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("closes_at", Instant(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("heard", sa.Text(), nullable=True),
        sa.Column("will", sa.Text(), nullable=True),
        sa.Column("wont", sa.Text(), nullable=True),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("origin", sa.String(length=64), nullable=False),
        sa.Column("workspace", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pulse")),
        sa.UniqueConstraint("workspace", "origin", name=op.f("uq_pulse_workspace_origin")),
    )
    alive = sa.text("state IN ('waiting', 'open')")
    with op.batch_alter_table("pulse", schema=None) as batch_op:
        batch_op.create_index("ix_pulse_channel", ["workspace", "channel"])
        batch_op.create_index("ix_pulse_alive", ["closes_at"], sqlite_where=alive, postgresql_where=alive)
    for table in ("pulse_keeper", "pulse_picked"):
        op.create_table(
            table,
            sa.Column("pulse_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
            sa.Column("person", sa.String(length=20), nullable=False),
            sa.Column("workspace", sa.String(length=40), nullable=False),
            sa.ForeignKeyConstraint(
                ["pulse_id"], ["pulse.id"], name=op.f(f"fk_{table}_pulse_id_pulse"), ondelete="CASCADE"
            ),
            sa.PrimaryKeyConstraint("pulse_id", "person", name=op.f(f"pk_{table}")),
        )


def downgrade() -> None:
    op.drop_table("pulse_picked")
    op.drop_table("pulse_keeper")
    op.drop_table("pulse")
