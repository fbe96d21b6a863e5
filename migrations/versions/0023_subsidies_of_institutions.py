"""The line of an institution's subsidy has no person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("batch_line") as table:
        table.alter_column("person_id", existing_type=sa.String(length=32), nullable=True)


def downgrade() -> None:
    """The institution stands for the person."""
    op.execute("UPDATE batch_line SET person_id = institution_id WHERE person_id IS NULL")
    with op.batch_alter_table("batch_line") as table:
        table.alter_column("person_id", existing_type=sa.String(length=32), nullable=False)
