"""Accounts of institutions wait for a second person; those that counted before go on counting."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

STATES = "state IN ('pending', 'in_force', 'superseded', 'rejected')"
TWO = "state NOT IN ('in_force', 'superseded') OR decided_by <> entered_by"
WAITS = "state = 'pending'"


def upgrade() -> None:
    op.create_table(
        "institution_account",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("institution_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("entered_by", sa.String(length=32), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=32), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.String(length=200), nullable=True),
        sa.CheckConstraint(STATES, name=op.f("ck_institution_account_state")),
        sa.CheckConstraint(TWO, name=op.f("ck_institution_account_two_people")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_institution_account_institution_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution_account")),
    )
    op.create_index("ix_institution_account_institution", "institution_account", ["institution_id"])
    op.create_index(
        "uq_institution_account_pending", "institution_account", ["institution_id"],
        unique=True, sqlite_where=sa.text(WAITS), postgresql_where=sa.text(WAITS),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("institution_account")
