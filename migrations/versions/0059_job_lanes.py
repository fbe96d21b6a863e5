"""Lanes of jobs: what is made in masses takes turns by county."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

_READY = sa.text("state = 'ready'")
_ANY_LANE = sa.text("state = 'ready' AND attempts >= 0")


def upgrade() -> None:
    op.add_column("job", sa.Column("lane", sa.String(80), nullable=False, server_default=""))
    op.execute("UPDATE job SET lane = kind WHERE state IN ('ready', 'running', 'dead')")
    op.drop_index("ix_job_ready", "job")
    _index("ix_job_ready", "priority", "lane", "due", "id")
    op.create_index("ix_job_due", "job", ["due"], sqlite_where=_ANY_LANE, postgresql_where=_ANY_LANE)


def downgrade() -> None:
    op.drop_index("ix_job_due", "job")
    op.drop_index("ix_job_ready", "job")
    _index("ix_job_ready", "priority", "due", "id")
    op.drop_column("job", "lane")


def _index(name: str, *columns: str) -> None:
    op.create_index(name, "job", columns, sqlite_where=_READY, postgresql_where=_READY)
