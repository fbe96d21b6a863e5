"""Incidents that wait are counted without reading those of years past."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

WAITS = sa.text("resolved_at IS NULL")


def upgrade() -> None:
    op.create_index("ix_incident_open", "incident", ["raised_at", "id"], sqlite_where=WAITS, postgresql_where=WAITS)


def downgrade() -> None:
    op.drop_index("ix_incident_open", "incident")
