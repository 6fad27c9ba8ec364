"""A lane of the pace can be blocked: by Slack's Retry-After, or by a courier who is just about it."""

import sqlalchemy as sa
from alembic import op

from storage.database import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pace", sa.Column("blocked_until", Instant(), nullable=True))
    of_workspaces = sa.text("lane = ''")
    with op.batch_alter_table("pace") as batch_op:
        batch_op.create_index(
            "ix_pace_whole", ["workspace"], sqlite_where=of_workspaces, postgresql_where=of_workspaces
        )
    op.execute("DELETE FROM pace WHERE lane = 'held'")  # a lane of its own before; Slack would say it again


def downgrade() -> None:
    with op.batch_alter_table("pace") as batch_op:
        batch_op.drop_index("ix_pace_whole")
        batch_op.drop_column("blocked_until")
