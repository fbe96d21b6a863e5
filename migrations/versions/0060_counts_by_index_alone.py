"""What tabs count is in their indexes; money and re-checks that are due are ranges of a county's own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

_OPEN = {"sqlite_where": sa.text("status = 'open'"), "postgresql_where": sa.text("status = 'open'")}
COUNTED = {
    "ix_work_item_candidate_open": (["candidate", "rank", "sort_on", "id"], ["kind", "assignee_id"]),
    "ix_work_item_office_open": (["office_id", "rank", "sort_on", "id"], ["kind"]),
}


def upgrade() -> None:
    for name, (ordered, counted) in COUNTED.items():
        op.drop_index(name, "work_item")
        op.create_index(name, "work_item", [*ordered, *counted], **_OPEN)
    op.create_index("ix_payment_order_county_status", "payment_order", ["county_id", "status", "due_on", "id"])
    for day in ("recheck", "visit"):
        known = sa.text(f"{day}_on IS NOT NULL")
        op.create_index(
            f"ix_award_county_{day}", "award", ["county_id", f"{day}_on"], sqlite_where=known, postgresql_where=known
        )


def downgrade() -> None:
    for day in ("recheck", "visit"):
        op.drop_index(f"ix_award_county_{day}", "award")
    op.drop_index("ix_payment_order_county_status", "payment_order")
    for name, (ordered, _) in COUNTED.items():
        op.drop_index(name, "work_item")
        op.create_index(name, "work_item", ordered, **_OPEN)
