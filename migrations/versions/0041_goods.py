"""Goods in kind: what stores hold, and the journal of everything that moved there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_RIGHTS = sa.table(
    "capability",
    sa.column("position", sa.String()),
    sa.column("capability", sa.String()),
    sa.column("granted", sa.Boolean()),
)
_RIGHT, _POSITIONS = "keep_goods", ("township_clerk", "county_clerk")


def upgrade() -> None:
    op.create_table(
        "goods_stock",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("region_id", sa.String(32), nullable=False),
        sa.Column("county_id", sa.String(32), nullable=True),
        sa.Column("name", sa.String(30), nullable=False),
        sa.Column("unit", sa.String(10), nullable=False),
        sa.Column("on_hand", sa.Integer(), nullable=False),
        sa.CheckConstraint("on_hand >= 0", name=op.f("ck_goods_stock_not_overdrawn")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goods_stock")),
        sa.UniqueConstraint("region_id", "name", name=op.f("uq_goods_stock_region_id_name")),
    )
    op.create_index("ix_goods_stock_county", "goods_stock", ["county_id", "name"])
    op.create_table(
        "goods_entry",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("stock_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("counters", sa.String(32), nullable=True),
        sa.Column("case_id", sa.String(32), nullable=True),
        sa.Column("case_seq", sa.Integer(), nullable=True),
        sa.Column("case_number", sa.String(40), nullable=True),
        sa.Column("programme", sa.String(64), nullable=True),
        sa.Column("receiver", sa.String(100), nullable=True),
        sa.Column("slip", sa.String(100), nullable=True),
        sa.Column("parts", sa.Integer(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("actor_id", sa.String(32), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('received', 'issued', 'returned', 'corrected', 'counted')", name=op.f("ck_goods_entry_kind")
        ),
        sa.CheckConstraint("quantity <> 0 OR kind = 'counted'", name=op.f("ck_goods_entry_moved")),
        sa.ForeignKeyConstraint(["stock_id"], ["goods_stock.id"], name=op.f("fk_goods_entry_stock_id_goods_stock")),
        sa.ForeignKeyConstraint(["counters"], ["goods_entry.id"], name=op.f("fk_goods_entry_counters_goods_entry")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goods_entry")),
    )
    op.create_index("ix_goods_entry_stock", "goods_entry", ["stock_id", "id"])
    op.create_index("ix_goods_entry_case", "goods_entry", ["case_id"])
    op.create_index("ix_goods_entry_counters", "goods_entry", ["counters"])
    filled = sa.exists(sa.select(_RIGHTS.c.position))
    for position in _POSITIONS:
        new = sa.select(sa.literal(position), sa.literal(_RIGHT), sa.true()).where(filled)
        op.execute(_RIGHTS.insert().from_select(["position", "capability", "granted"], new))


def downgrade() -> None:
    op.execute(_RIGHTS.delete().where(_RIGHTS.c.capability == _RIGHT))
    op.drop_table("goods_entry")
    op.drop_table("goods_stock")
