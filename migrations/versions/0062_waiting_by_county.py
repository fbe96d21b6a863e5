"""What applicants ask and what the public reports is found by the county, as long as nobody has looked into it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

_WAITING, _UNSETTLED = sa.text("status = 'waiting'"), sa.text("settled_at IS NULL")


def upgrade() -> None:
    op.drop_index("ix_case_request_waiting", "case_request")
    op.drop_index("ix_lead_settled_at", "lead")
    for table in ("case_request", "lead"):
        op.add_column(table, sa.Column("county_id", sa.String(32), nullable=True))
        of_case = f"SELECT c.county_id FROM case_file c WHERE c.id = {table}.case_id"
        op.execute(f"UPDATE {table} SET county_id = ({of_case})")
    op.create_index("ix_case_request_waiting", "case_request", ["county_id", "kind", "id"],
                    sqlite_where=_WAITING, postgresql_where=_WAITING)  # fmt: skip
    op.create_index("ix_lead_waiting", "lead", ["county_id", "id"],
                    sqlite_where=_UNSETTLED, postgresql_where=_UNSETTLED)  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_lead_waiting", "lead")
    op.drop_index("ix_case_request_waiting", "case_request")
    for table in ("case_request", "lead"):
        op.drop_column(table, "county_id")
    op.create_index("ix_lead_settled_at", "lead", ["settled_at"])
    op.create_index("ix_case_request_waiting", "case_request", ["kind", "asked_at", "id"],
                    sqlite_where=_WAITING, postgresql_where=_WAITING)  # fmt: skip
