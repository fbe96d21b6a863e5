"""Outcomes of stories that were changed on purpose."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "change_acceptance",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("bundle_id", sa.String(32), nullable=False),
        sa.Column("path", sa.String(200), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("differences", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("before", sa.String(64), nullable=False),
        sa.Column("after", sa.String(64), nullable=False),
        sa.Column("accepted_by", sa.String(32), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["bundle_id"], ["change_bundle.id"], name="fk_change_acceptance_bundle_id_change_bundle"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_change_acceptance"),
    )
    op.create_index("ix_change_acceptance_bundle", "change_acceptance", ["bundle_id", "accepted_at"])


def downgrade() -> None:
    op.drop_table("change_acceptance")
