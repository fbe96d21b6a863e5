"""What applicants are told by SMS is kept with the case, and whether they want it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("case_file", sa.Column("quiet", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "case_message",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("case_seq", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(16), nullable=False),
        sa.Column("once", sa.String(64), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("why", sa.String(200), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('waiting', 'sent', 'failed', 'withheld', 'taken_back')", name=op.f("ck_case_message_status")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_message_case_id_case_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_message")),
        sa.UniqueConstraint("once", name=op.f("uq_case_message_once")),
    )
    op.create_index("ix_case_message_case", "case_message", ["case_id", "created_at"])


def downgrade() -> None:
    op.drop_table("case_message")
    with op.batch_alter_table("case_file") as case_file:
        case_file.drop_column("quiet")
