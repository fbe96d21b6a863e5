"""Files of awards wait to be compared by a worker."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "takeover_trial",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("region_id", sa.String(length=32), nullable=False),
        sa.Column("begun_by", sa.String(length=32), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("told", sa.LargeBinary(), nullable=True),
        sa.Column("takeover_id", sa.String(length=32), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["takeover_id"], ["takeover.id"], name=op.f("fk_takeover_trial_takeover_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_takeover_trial")),
    )


def downgrade() -> None:
    """Whoever sent files that were not compared yet sends them again."""
    op.drop_table("takeover_trial")
