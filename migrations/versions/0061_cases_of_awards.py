"""The index of cases by award holds those on one alone, with their end: SQLite thought it useless."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

_ON_AN_AWARD = sa.text("award_id IS NOT NULL")


def upgrade() -> None:
    op.drop_index("ix_case_file_award", "case_file")
    op.create_index(
        "ix_case_file_award",
        "case_file",
        ["award_id", "closed_at"],
        sqlite_where=_ON_AN_AWARD,
        postgresql_where=_ON_AN_AWARD,
    )


def downgrade() -> None:
    op.drop_index("ix_case_file_award", "case_file")
    op.create_index("ix_case_file_award", "case_file", ["award_id"])
