"""The element of the diagram that issued a letter."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("document", sa.Column("element_id", sa.String(128), nullable=True))


def downgrade() -> None:
    op.drop_column("document", "element_id")
