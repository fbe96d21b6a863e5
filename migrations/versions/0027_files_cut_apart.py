"""A file of two people is cut apart: a third kind of change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_CHANGE = sa.table("person_change", sa.column("kind", sa.String))


def upgrade() -> None:
    _kinds("'merged', 'renamed', 'parted'")


def downgrade() -> None:
    """What was cut apart stays so; that it was is told by the chains of audit alone."""
    op.execute(_CHANGE.delete().where(_CHANGE.c.kind == "parted"))
    _kinds("'merged', 'renamed'")


def _kinds(kinds: str) -> None:
    with op.batch_alter_table("person_change") as table:
        table.drop_constraint(op.f("ck_person_change_kind"), type_="check")
        table.create_check_constraint(op.f("ck_person_change_kind"), f"kind IN ({kinds})")
