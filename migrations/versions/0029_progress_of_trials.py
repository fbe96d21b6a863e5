"""How many lines of a file that is tried were compared until now."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("takeover_trial", sa.Column("lines", sa.Integer(), nullable=True))
    op.add_column("takeover_trial", sa.Column("looked", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("takeover_trial", "looked")
    op.drop_column("takeover_trial", "lines")
