"""The orders of a reserve fund are found without reading those of the banks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_OF_A_FUND = sa.text("fund_id IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_payment_order_fund", "payment_order", ["fund_id"],
        sqlite_where=_OF_A_FUND, postgresql_where=_OF_A_FUND,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_payment_order_fund", "payment_order")
