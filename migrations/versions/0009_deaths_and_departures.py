"""The day of a person's death, and since when the sum of an award waits to be calculated again.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("died_on", sa.Date(), nullable=True))
    op.add_column("award", sa.Column("recount_since", sa.Date(), nullable=True))


def downgrade() -> None:
    for table, column in (("award", "recount_since"), ("person", "died_on")):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column(column)
