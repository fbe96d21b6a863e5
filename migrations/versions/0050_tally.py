"""Counts of cases, steps and money by month, and who may see them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

_RIGHTS = sa.table(
    "capability",
    sa.column("position", sa.String()),
    sa.column("capability", sa.String()),
    sa.column("granted", sa.Boolean()),
)
_RIGHT = "see_statistics"
_POSITIONS = (
    "township_clerk", "township_head", "county_clerk", "county_head", "finance", "policy_owner", "auditor",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "tally",
        sa.Column("county_id", sa.String(32), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("township_id", sa.String(32), nullable=False),
        sa.Column("programme", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("limited", sa.Integer(), nullable=False),
        sa.Column("given", sa.Integer(), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("count > 0", name=op.f("ck_tally_count")),
        sa.PrimaryKeyConstraint("county_id", "month", "township_id", "programme", "kind", "key", name=op.f("pk_tally")),
    )
    op.create_index("ix_tally_township", "tally", ["township_id", "month"])
    op.create_table(
        "tally_run",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tally_run")),
    )
    filled = sa.exists(sa.select(_RIGHTS.c.position))
    for position in _POSITIONS:
        new = sa.select(sa.literal(position), sa.literal(_RIGHT), sa.true()).where(filled)
        op.execute(_RIGHTS.insert().from_select(["position", "capability", "granted"], new))


def downgrade() -> None:
    op.execute(_RIGHTS.delete().where(_RIGHTS.c.capability == _RIGHT))
    op.drop_table("tally_run")
    op.drop_table("tally")
