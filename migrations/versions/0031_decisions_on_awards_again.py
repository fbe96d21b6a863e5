"""From which day a decision on an award that is made again holds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("reopening") as table:
        table.add_column(sa.Column("holds_from", sa.Date(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("reopening") as table:
        table.drop_column("holds_from")
