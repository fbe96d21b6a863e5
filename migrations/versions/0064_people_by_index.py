"""Who came in and who may what, and what a household receives, are read by indexes of their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None

_PEOPLE = sa.text("chain || '' IN ('login', 'people', 'identity')")
_LIVES = sa.text("household_id IS NOT NULL")


def upgrade() -> None:
    for name, columns in (("people", ["at", "id"]), ("people_kind", ["kind", "at", "id"])):
        op.create_index(
            f"ix_audit_event_{name}", "audit_event", columns, sqlite_where=_PEOPLE, postgresql_where=_PEOPLE
        )
    op.create_index("ix_award_household", "award", ["household_id"], sqlite_where=_LIVES, postgresql_where=_LIVES)


def downgrade() -> None:
    op.drop_index("ix_award_household", "award")
    for name in ("people", "people_kind"):
        op.drop_index(f"ix_audit_event_{name}", "audit_event")
