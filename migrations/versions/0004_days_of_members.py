"""Members of an award have days: from when, and until when, each is covered.

Who was covered by an award until now was covered from its beginning.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _replace(
        [sa.Column("valid_from", sa.Date(), nullable=False), sa.Column("valid_until", sa.Date(), nullable=True)],
        ["award_id", "person_id", "valid_from"],
        "INSERT INTO award_person (award_id, person_id, valid_from) SELECT k.award_id, k.person_id, a.starts_on"
        " FROM award_person_kept AS k JOIN award AS a ON a.id = k.award_id",
    )


def downgrade() -> None:
    _replace(
        [],
        ["award_id", "person_id"],
        "INSERT INTO award_person (award_id, person_id) SELECT DISTINCT award_id, person_id FROM award_person_kept"
        " WHERE valid_until IS NULL OR valid_until > valid_from",
    )


def _replace(days: list[sa.Column[object]], key: list[str], fill: str) -> None:
    """The table anew with another key: SQLite cannot change one."""
    op.execute("CREATE TABLE award_person_kept AS SELECT * FROM award_person")
    op.drop_table("award_person")
    op.create_table(
        "award_person",
        sa.Column("award_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        *days,
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_award_person_award_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_award_person_person_id")),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_award_person")),
    )
    with op.batch_alter_table("award_person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_award_person_person_id"), ["person_id"], unique=False)
    op.execute(fill)
    op.drop_table("award_person_kept")
