"""Each objection keeps which action of its case answered it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("objection", sa.Column("answered_seq", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("objection", "answered_seq")
