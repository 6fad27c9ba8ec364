"""Reviews: what happened, who was asked, their sealed accounts, and what came of it."""

import sqlalchemy as sa
from alembic import op

from storage.database import Instant

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "review",
        sa.Column("id", ID, nullable=False),
        sa.Column("origin", sa.String(length=60), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=150), nullable=False),
        sa.Column("severity", sa.String(length=4), nullable=False),
        sa.Column("began", Instant(), nullable=False),
        sa.Column("ended", Instant(), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("facilitator", sa.String(length=20), nullable=False),
        sa.Column("started_by", sa.String(length=20), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("stage", sa.String(length=12), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("due", Instant(), nullable=False),
        sa.Column("overdue_at", Instant(), nullable=True),
        sa.Column("actions_due", Instant(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("impact", sa.Text(), nullable=False),
        sa.Column("ts", sa.String(length=20), nullable=True),
        sa.Column("published_at", Instant(), nullable=True),
        sa.Column("raw_gone_at", Instant(), nullable=True),
        sa.Column("workspace", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        sa.UniqueConstraint("workspace", "origin", name=op.f("uq_review_workspace_origin")),
    )
    op.create_index("ix_review_channel", "review", ["workspace", "channel"])
    op.create_index("ix_review_due", "review", ["stage", "due"])
    op.create_table(
        "review_channel",
        sa.Column("workspace", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("hints", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "channel", name=op.f("pk_review_channel")),
    )
    op.create_table(
        "review_person",
        sa.Column("workspace", sa.String(length=40), nullable=False),
        sa.Column("review_id", ID, nullable=False),
        sa.Column("person", sa.String(length=20), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.id"], name=op.f("fk_review_person_review_id_review"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace", "review_id", "person", name=op.f("pk_review_person")),
    )
    op.create_table(
        "account",
        sa.Column("workspace", sa.String(length=40), nullable=False),
        sa.Column("review_id", ID, nullable=False),
        sa.Column("person", sa.String(length=20), nullable=False),
        sa.Column("share", sa.String(length=10), nullable=False),
        sa.Column("keeper", sa.String(length=32), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.id"], name=op.f("fk_account_review_id_review"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace", "review_id", "person", name=op.f("pk_account")),
    )
    op.create_table(
        "moment",
        sa.Column("id", ID, nullable=False),
        sa.Column("review_id", ID, nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("person", sa.String(length=20), nullable=True),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("permalink", sa.String(length=300), nullable=False),
        sa.Column("knew", sa.Text(), nullable=False),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.Column("sure", sa.String(length=10), nullable=False),
        sa.Column("was", sa.JSON(), nullable=False),
        sa.Column("is_gone", sa.Boolean(), nullable=False),
        sa.Column("added_by", sa.String(length=20), nullable=False),
        sa.Column("workspace", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.id"], name=op.f("fk_moment_review_id_review"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moment")),
        sa.UniqueConstraint("workspace", "review_id", "source", name=op.f("uq_moment_workspace_review_id_source")),
    )
    op.create_index("ix_moment_review", "moment", ["workspace", "review_id"])
    op.create_table(
        "finding",
        sa.Column("id", ID, nullable=False),
        sa.Column("review_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("added_by", sa.String(length=20), nullable=False),
        sa.Column("workspace", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.id"], name=op.f("fk_finding_review_id_review"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
    )
    op.create_index("ix_finding_review", "finding", ["workspace", "review_id"])
    op.create_table(
        "quotation",
        sa.Column("id", ID, nullable=False),
        sa.Column("review_id", ID, nullable=False),
        sa.Column("person", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("moment_id", ID, nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("share", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("workspace", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["moment_id"], ["moment.id"], name=op.f("fk_quotation_moment_id_moment"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.id"], name=op.f("fk_quotation_review_id_review"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quotation")),
        sa.UniqueConstraint(
            "workspace",
            "review_id",
            "person",
            "source",
            name=op.f("uq_quotation_workspace_review_id_person_source"),
        ),
    )
    op.create_index("ix_quotation_person", "quotation", ["workspace", "person"])
    op.create_table(
        "review_action",
        sa.Column("id", ID, nullable=False),
        sa.Column("review_id", ID, nullable=False),
        sa.Column("finding_id", ID, nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("sign", sa.Text(), nullable=False),
        sa.Column("worse", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(length=20), nullable=True),
        sa.Column("due", Instant(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ticket", sa.String(length=300), nullable=False),
        sa.Column("done_at", Instant(), nullable=True),
        sa.Column("reminded", sa.Integer(), nullable=False),
        sa.Column("remind_at", Instant(), nullable=True),
        sa.Column("helped", sa.JSON(), nullable=False),
        sa.Column("workspace", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["finding.id"], name=op.f("fk_review_action_finding_id_finding"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.id"], name=op.f("fk_review_action_review_id_review"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_action")),
    )
    op.create_index("ix_review_action_owner", "review_action", ["workspace", "owner"])
    op.create_index("ix_review_action_remind", "review_action", ["remind_at"])
    op.create_index("ix_review_action_review", "review_action", ["workspace", "review_id"])
    if op.get_bind().dialect.name == "postgresql":
        # what is sealed can't be compressed: Postgres need not try
        op.execute("ALTER TABLE account ALTER COLUMN ciphertext SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.drop_table("review_action")
    op.drop_table("quotation")
    op.drop_table("finding")
    op.drop_table("moment")
    op.drop_table("account")
    op.drop_table("review_person")
    op.drop_table("review_channel")
    op.drop_table("review")
