"""Tasks that one person decides together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "task_batch",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("made_by", sa.String(32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("programme", sa.String(64), nullable=False),
        sa.Column("release_id", sa.String(32), nullable=False),
        sa.Column("process_key", sa.String(64), nullable=False),
        sa.Column("element_id", sa.String(128), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('open', 'trying', 'running', 'stopped')", name="state"),
    )
    op.create_index("ix_task_batch_made", "task_batch", ["made_by", "made_at"])
    op.create_table(
        "task_batch_item",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("batch_id", sa.String(32), sa.ForeignKey("task_batch.id"), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.String(32), nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("case_number", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(100), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("told", sa.LargeBinary(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.UniqueConstraint("batch_id", "task_id"),
        sa.CheckConstraint("state IN ('new', 'fine', 'apart', 'left', 'waiting', 'done', 'refused')", name="state"),
    )
    op.create_index("ix_task_batch_item_place", "task_batch_item", ["batch_id", "place"])


def downgrade() -> None:
    op.drop_table("task_batch_item")
    op.drop_table("task_batch")
