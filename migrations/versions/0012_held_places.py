"""Beds that cases keep from the placement on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "held_place",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("institution_id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("case_seq", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('held', 'used', 'freed')", name=op.f("ck_held_place_state")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_held_place_institution_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_place")),
    )
    op.create_index(op.f("ix_held_place_case_id"), "held_place", ["case_id"])


def downgrade() -> None:
    op.drop_table("held_place")
