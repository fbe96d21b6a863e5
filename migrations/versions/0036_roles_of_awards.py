"""Who else has to do with an award: its guardian, who applied for it, to whom it is paid."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "award_role",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("award_id", sa.String(32), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("person_id", sa.String(32), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("case_id", sa.String(32), nullable=True),
        sa.Column("case_seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_award_role_award_id_award")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_award_role_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_role")),
    )
    for column in ("award_id", "person_id", "case_id"):
        op.create_index(op.f(f"ix_award_role_{column}"), "award_role", [column])


def downgrade() -> None:
    op.drop_table("award_role")
