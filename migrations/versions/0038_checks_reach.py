"""What the stories of a check came to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("change_check", sa.Column("reached", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("change_check", "reached")
