"""Who is away, and who does the work meanwhile."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "absence",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("user_id", sa.String(32), sa.ForeignKey("user_account.id"), nullable=False),
        sa.Column("deputy_id", sa.String(32), sa.ForeignKey("user_account.id"), nullable=False),
        sa.Column("office_id", sa.String(32), sa.ForeignKey("office.id"), nullable=False),
        sa.Column("position", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("entered_by", sa.String(32), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_absence_user_id", "absence", ["user_id"])
    op.create_index("ix_absence_deputy_id", "absence", ["deputy_id"])
    op.create_index("ix_absence_office", "absence", ["office_id", "valid_until"])


def downgrade() -> None:
    op.drop_table("absence")
