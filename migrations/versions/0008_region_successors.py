"""An ended division names the one that goes on: several may end in one (撤乡并镇)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("region") as batch:
        batch.add_column(sa.Column("successor_id", sa.String(length=32), nullable=True))
        batch.create_foreign_key(op.f("fk_region_successor_id"), "region", ["successor_id"], ["id"])
    op.execute(_TURNED.format(to="successor_id", id="succeeds_id"))
    with op.batch_alter_table("region") as batch:
        batch.drop_constraint("fk_region_succeeds_id", type_="foreignkey")
        batch.drop_column("succeeds_id")


def downgrade() -> None:
    with op.batch_alter_table("region") as batch:
        batch.add_column(sa.Column("succeeds_id", sa.String(length=32), nullable=True))
        batch.create_foreign_key(op.f("fk_region_succeeds_id"), "region", ["succeeds_id"], ["id"])
    op.execute(_TURNED.format(to="succeeds_id", id="successor_id"))
    with op.batch_alter_table("region") as batch:
        batch.drop_constraint("fk_region_successor_id", type_="foreignkey")
        batch.drop_column("successor_id")


_TURNED = "UPDATE region SET {to} = (SELECT min(other.id) FROM region AS other WHERE other.{id} = region.id)"
