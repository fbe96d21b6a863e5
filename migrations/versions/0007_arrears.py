"""Arrears of a raised standard, what each recalculation did, and which programmes a batch lists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("batch", sa.Column("programmes", sa.Text(), nullable=True))
    op.create_table(
        "arrears",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("award_id", sa.String(length=32), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.String(length=32), nullable=False),
        sa.Column("line_id", sa.String(length=32), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_arrears_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrears")),
        sa.UniqueConstraint("award_id", "month", "event", name=op.f("uq_arrears_award_id_month_event")),
    )
    op.create_index("ix_arrears_line", "arrears", ["line_id"])
    op.create_table(
        "recalculation",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("figure_id", sa.String(length=32), nullable=True),
        sa.Column("programme", sa.String(length=60), nullable=False),
        sa.Column("awards", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("rechecked", sa.Integer(), nullable=False),
        sa.Column("monthly_more", sa.BigInteger(), nullable=False),
        sa.Column("arrears", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recalculation")),
    )
    op.create_index("ix_recalculation_figure", "recalculation", ["figure_id"])


def downgrade() -> None:
    op.drop_table("recalculation")
    op.drop_table("arrears")
    op.drop_column("batch", "programmes")
