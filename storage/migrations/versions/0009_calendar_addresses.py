"""Secret addresses of calendars."""

import sqlalchemy as sa
from alembic import op

from storage.database import Instant

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "demo_feed",
        sa.Column("demo_day_id", Id, nullable=False),
        sa.Column("person", sa.String(length=20), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("workspace", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["demo_day_id"], ["demo_day.id"], name=op.f("fk_demo_feed_demo_day_id_demo_day"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("demo_day_id", "person", name=op.f("pk_demo_feed")),
        sa.UniqueConstraint("token", name=op.f("uq_demo_feed_token")),
    )
