"""What a delivery takes of its reader's week."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("room", sa.String(length=10), nullable=False, server_default="takes"))
    delivery = sa.table("delivery", sa.column("kind", sa.String), sa.column("room", sa.String))
    for room, kinds in (("yields", ("pulse.reminder", "postmortem.remind")), ("none", ("postmortem.due",))):
        op.execute(delivery.update().where(delivery.c.kind.in_(kinds)).values(room=room))


def downgrade() -> None:
    op.drop_column("delivery", "room")
