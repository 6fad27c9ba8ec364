"""Sealed answers: what is asked, who has a seat in which box, and the boxes."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sealed_occasion",
        sa.Column("workspace", sa.String(length=40), nullable=False),
        sa.Column("occasion", sa.String(length=40), nullable=False),
        sa.Column("keeper", sa.String(length=32), nullable=False),
        sa.Column("tag", sa.String(length=32), nullable=False),
        sa.Column("k", sa.Integer(), nullable=False),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.Column("answer_bytes", sa.Integer(), nullable=False),
        sa.Column("comments", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "occasion", name=op.f("pk_sealed_occasion")),
    )
    op.create_table(
        "sealed_seat",
        sa.Column("workspace", sa.String(length=40), nullable=False),
        sa.Column("occasion", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=20), nullable=False),
        sa.Column("box", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace", "occasion"],
            ["sealed_occasion.workspace", "sealed_occasion.occasion"],
            name=op.f("fk_sealed_seat_workspace_sealed_occasion"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace", "occasion", "person", name=op.f("pk_sealed_seat")),
    )
    with op.batch_alter_table("sealed_seat", schema=None) as batch_op:
        batch_op.create_index("ix_sealed_seat_person", ["workspace", "person"])
    op.create_table(
        "sealed_box",
        sa.Column("workspace", sa.String(length=40), nullable=False),
        sa.Column("occasion", sa.String(length=40), nullable=False),
        sa.Column("box", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace", "occasion"],
            ["sealed_occasion.workspace", "sealed_occasion.occasion"],
            name=op.f("fk_sealed_box_workspace_sealed_occasion"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace", "occasion", "box", name=op.f("pk_sealed_box")),
    )
    if op.get_bind().dialect.name == "postgresql":
        # what is sealed can't be compressed: Postgres need not try
        op.execute("ALTER TABLE sealed_box ALTER COLUMN ciphertext SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.drop_table("sealed_box")
    op.drop_table("sealed_seat")
    op.drop_table("sealed_occasion")
