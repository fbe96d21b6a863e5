"""The line for places begins at the placement: numbers of the county, and cases that wait without an award."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_RIGHTS = sa.table(
    "capability",
    sa.column("position", sa.String()),
    sa.column("capability", sa.String()),
    sa.column("granted", sa.Boolean()),
)
_POSITION, _RIGHT = "city_clerk", "return_cases"


def upgrade() -> None:
    op.add_column("award", sa.Column("place_number", sa.Integer(), nullable=True))
    op.create_table(
        "place_in_line",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("county_id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("case_seq", sa.Integer(), nullable=False),
        sa.Column("programme", sa.String(length=60), nullable=False),
        sa.Column("region_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('waits', 'taken', 'left')", name=op.f("ck_place_in_line_state")),
        sa.ForeignKeyConstraint(["county_id"], ["region.id"], name=op.f("fk_place_in_line_county_id_region")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_place_in_line_region_id_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_in_line")),
    )
    op.create_index(op.f("ix_place_in_line_case_id"), "place_in_line", ["case_id"])
    op.create_index("ix_place_in_line_county", "place_in_line", ["county_id", "number"])
    new = sa.select(sa.literal(_POSITION), sa.literal(_RIGHT), sa.true())
    where_filled = new.where(sa.exists(sa.select(_RIGHTS.c.position)))
    op.execute(_RIGHTS.insert().from_select(["position", "capability", "granted"], where_filled))


def downgrade() -> None:
    op.execute(_RIGHTS.delete().where(_RIGHTS.c.position == _POSITION))
    op.drop_table("place_in_line")
    op.drop_column("award", "place_number")
