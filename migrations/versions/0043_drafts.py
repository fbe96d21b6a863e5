"""What people typed has a table of its own; drafts of tasks come along as nobody's, to be taken over by copy."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "draft",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("subject", sa.String(160), nullable=False),
        sa.Column("owner", sa.String(70), nullable=False),
        sa.Column("owner_name", sa.String(50), nullable=False),
        sa.Column("branch", sa.String(8), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("stuck", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_draft_subject", "draft", ["subject"])
    op.create_index("ix_draft_owner", "draft", ["owner"])
    op.create_index("ix_draft_saved_at", "draft", ["saved_at"])
    op.execute(
        "INSERT INTO draft (id, subject, owner, owner_name, branch, version, revision, stuck, saved_at, content) "
        "SELECT id, 'task:' || id, '', '', '', '', 1, "
        "EXISTS (SELECT 1 FROM incident WHERE incident.case_id = work_item.case_id "
        "AND incident.stage = 'guard' AND incident.resolved_at IS NULL), "
        "coalesce(claimed_at, created_at), draft FROM work_item WHERE draft IS NOT NULL AND status = 'open'"
    )
    op.drop_column("work_item", "draft")


def downgrade() -> None:
    op.add_column("work_item", sa.Column("draft", sa.LargeBinary(), nullable=True))
    op.execute(
        "UPDATE work_item SET draft = (SELECT content FROM draft WHERE draft.id = work_item.id) "
        "WHERE id IN (SELECT id FROM draft WHERE owner = '')"
    )
    op.drop_table("draft")
