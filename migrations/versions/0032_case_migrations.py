"""Moves of running cases to another release, made in the background; changes that bring an older release back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_case_file_release", "case_file", ["release_id", "closed_at"])
    with op.batch_alter_table("change_bundle") as table:
        table.add_column(sa.Column("restores", sa.String(32), nullable=True))
    op.create_table(
        "case_migration",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("release_id", sa.String(32), sa.ForeignKey("release.id"), nullable=False),
        sa.Column("is_preview", sa.Boolean(), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=True),
        sa.Column("elsewhere", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.String(32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_index("ix_case_migration_release", "case_migration", ["release_id", "asked_at"])
    op.create_table(
        "case_migration_line",
        sa.Column("migration_id", sa.String(32), sa.ForeignKey("case_migration.id"), primary_key=True),
        sa.Column("place", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'moves', 'stays')", name=op.f("ck_case_migration_line_state")),
    )


def downgrade() -> None:
    op.drop_table("case_migration_line")
    op.drop_table("case_migration")
    with op.batch_alter_table("change_bundle") as table:
        table.drop_column("restores")
    op.drop_index("ix_case_file_release", table_name="case_file")
