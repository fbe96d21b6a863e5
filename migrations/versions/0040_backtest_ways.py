"""Back-tests walk closed cases through the diagram, and go on where they were interrupted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("backtest_run") as table:
        table.add_column(sa.Column("human_steps", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("ways", sa.Text(), nullable=True))
        table.add_column(sa.Column("steps", sa.Text(), nullable=True))
        table.add_column(sa.Column("reached", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("backtest_run") as table:
        for name in ("reached", "steps", "ways", "human_steps"):
            table.drop_column(name)
