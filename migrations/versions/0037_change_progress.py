"""How far the check of a change is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "change_progress",
        sa.Column("bundle_id", sa.String(32), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("next", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["bundle_id"], ["change_bundle.id"], name="fk_change_progress_bundle_id_change_bundle"),
        sa.PrimaryKeyConstraint("bundle_id", name="pk_change_progress"),
    )


def downgrade() -> None:
    op.drop_table("change_progress")
