"""What is asked of others about a task or told them, and messages to people of the staff."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("work_item", sa.Column("asked", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "exchange",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("task_id", sa.String(32), nullable=True),
        sa.Column("item_id", sa.String(32), nullable=True),
        sa.Column("by_id", sa.String(32), nullable=True),
        sa.Column("by_name", sa.String(100), nullable=False),
        sa.Column("to_name", sa.String(100), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("pauses", sa.String(100), nullable=True),
        sa.Column("agreed", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("answered_by", sa.String(32), nullable=True),
        sa.Column("answered_name", sa.String(100), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_index("ix_exchange_case", "exchange", ["case_id", "asked_at"])
    op.create_index("ix_exchange_task", "exchange", ["task_id", "kind"])
    op.create_index("ix_exchange_item", "exchange", ["item_id"])
    op.create_table(
        "message",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("item_id", sa.String(32), nullable=True),
        sa.Column("case_number", sa.String(40), nullable=False),
        sa.Column("step", sa.String(200), nullable=False),
        sa.Column("by_name", sa.String(100), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
    )
    unread = sa.text("read_at IS NULL")
    op.create_index("ix_message_user", "message", ["user_id", "at", "id"])
    op.create_index("ix_message_unread", "message", ["user_id"], postgresql_where=unread, sqlite_where=unread)
    op.create_index("ix_message_at", "message", ["at"])
    op.create_table(
        "message_digest",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("message_digest")
    op.drop_table("message")
    op.drop_table("exchange")
    op.drop_column("work_item", "asked")
