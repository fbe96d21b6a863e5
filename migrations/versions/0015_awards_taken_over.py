"""What an office already pays is brought in, in parts that a second person has confirmed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "takeover",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("region_id", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=9), nullable=False),
        sa.Column("told", sa.LargeBinary(), nullable=False),
        sa.Column("entered_by", sa.String(length=32), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=32), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('proposed', 'confirmed', 'dropped')", name=op.f("ck_takeover_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_takeover")),
    )
    op.create_index(op.f("ix_takeover_region_id"), "takeover", ["region_id"])
    op.create_table(
        "takeover_part",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("takeover_id", sa.String(length=32), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("lines", sa.LargeBinary(), nullable=True),
        sa.Column("refused", sa.LargeBinary(), nullable=True),
        sa.Column("written", sa.Integer(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["takeover_id"], ["takeover.id"], name=op.f("fk_takeover_part_takeover_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_takeover_part")),
    )
    op.create_index(op.f("ix_takeover_part_takeover_id"), "takeover_part", ["takeover_id"])
    op.create_table(
        "takeover_award",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("scope_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("part_id", sa.String(length=32), nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["part_id"], ["takeover_part.id"], name=op.f("fk_takeover_award_part_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_takeover_award")),
    )
    op.create_index("ix_takeover_award_number", "takeover_award", ["scope_id", "number"])


def downgrade() -> None:
    """What was brought in stays: awards and orders are older."""
    op.drop_index("ix_takeover_award_number", table_name="takeover_award")
    op.drop_table("takeover_award")
    op.drop_index(op.f("ix_takeover_part_takeover_id"), table_name="takeover_part")
    op.drop_table("takeover_part")
    op.drop_index(op.f("ix_takeover_region_id"), table_name="takeover")
    op.drop_table("takeover")
