"""An order says what it is for: a month, the occasion of a grant, arrears."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("payment_order", "batch_line"):
        op.add_column(table, sa.Column("purpose", sa.String(length=40), nullable=True))
    op.create_index("ix_payment_order_award", "payment_order", ["award_id", "purpose"])
    op.execute("UPDATE payment_order SET purpose = substr(dedup, 9, 7) WHERE dedup LIKE 'monthly:%'")
    batches = "SELECT {column} FROM batch WHERE batch.id = {table}.batch_id"
    for table in ("payment_order", "batch_line"):
        key = batches.format(column="key", table=table)
        once = f"purpose IS NULL AND EXISTS ({key} AND kind <> 'monthly')"
        op.execute(f"UPDATE {table} SET purpose = ({key}) WHERE {once}")
    op.execute(
        "UPDATE batch_line SET purpose = (SELECT purpose FROM payment_order WHERE payment_order.id = batch_line.id)"
        " WHERE purpose IS NULL"
    )


def downgrade() -> None:
    op.drop_index("ix_payment_order_award", "payment_order")
    for table in ("payment_order", "batch_line"):
        op.drop_column(table, "purpose")
