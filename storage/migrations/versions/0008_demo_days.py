"""Demo days, and reminders that their person has accepted."""

import sqlalchemy as sa
from alembic import op

from storage.database import Instant

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("nudge", sa.Column("accepted", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "demo_day",
        sa.Column("id", Id, nullable=False),
        sa.Column("schedule_id", Id, nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("look_at", Instant(), nullable=True),
        sa.Column("seen_version", sa.Integer(), nullable=False),
        sa.Column("workspace", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["schedule.id"], name=op.f("fk_demo_day_schedule_id_schedule"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demo_day")),
        sa.UniqueConstraint("schedule_id", name=op.f("uq_demo_day_schedule_id")),
    )
    op.create_index("ix_demo_day_look_at", "demo_day", ["look_at"])
    op.create_table(
        "demo_event",
        sa.Column("id", Id, nullable=False),
        sa.Column("demo_day_id", Id, nullable=False),
        sa.Column("local", sa.String(length=19), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("host", sa.String(length=20), nullable=True),
        sa.Column("turn_of", sa.String(length=20), nullable=True),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("look_at", Instant(), nullable=True),
        sa.Column("seen_version", sa.Integer(), nullable=False),
        sa.Column("drawn", sa.Integer(), nullable=False),
        sa.Column("ts", sa.String(length=20), nullable=True),
        sa.Column("reply_ts", sa.String(length=20), nullable=True),
        sa.Column("held_at", Instant(), nullable=True),
        sa.Column("cancelled_at", Instant(), nullable=True),
        sa.Column("recap", sa.Text(), nullable=True),
        sa.Column("recapped_at", Instant(), nullable=True),
        sa.Column("workspace", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["demo_day_id"], ["demo_day.id"], name=op.f("fk_demo_event_demo_day_id_demo_day"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demo_event")),
        sa.UniqueConstraint("demo_day_id", "local", name=op.f("uq_demo_event_demo_day_id_local")),
    )
    op.create_index(
        "ix_demo_event_look_at",
        "demo_event",
        ["look_at"],
        sqlite_where=sa.text("look_at IS NOT NULL"),
        postgresql_where=sa.text("look_at IS NOT NULL"),
    )
    op.create_table(
        "demo_host",
        sa.Column("demo_day_id", Id, nullable=False),
        sa.Column("person", sa.String(length=20), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("workspace", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["demo_day_id"], ["demo_day.id"], name=op.f("fk_demo_host_demo_day_id_demo_day"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("demo_day_id", "person", name=op.f("pk_demo_host")),
    )
    op.create_table(
        "showing",
        sa.Column("id", Id, nullable=False),
        sa.Column("event_id", Id, nullable=False),
        sa.Column("person", sa.String(length=20), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("waits", sa.Boolean(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("signed_at", Instant(), nullable=False),
        sa.Column("workspace", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["demo_event.id"], name=op.f("fk_showing_event_id_demo_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_showing")),
        sa.UniqueConstraint("event_id", "person", name=op.f("uq_showing_event_id_person")),
    )
    op.create_index("ix_showing_person", "showing", ["workspace", "person"])
    op.create_table(
        "demo_ask",
        sa.Column("id", Id, nullable=False),
        sa.Column("event_id", Id, nullable=False),
        sa.Column("person", sa.String(length=20), nullable=False),
        sa.Column("asked_at", Instant(), nullable=True),
        sa.Column("has_nothing", sa.Boolean(), nullable=False),
        sa.Column("is_away", sa.Boolean(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("workspace", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["demo_event.id"], name=op.f("fk_demo_ask_event_id_demo_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demo_ask")),
        sa.UniqueConstraint("event_id", "person", name=op.f("uq_demo_ask_event_id_person")),
    )
    op.create_index("ix_demo_ask_person", "demo_ask", ["workspace", "person"])


def downgrade() -> None:
    for table in ("demo_ask", "showing", "demo_host", "demo_event", "demo_day"):
        op.drop_table(table)
    op.drop_column("nudge", "accepted")
