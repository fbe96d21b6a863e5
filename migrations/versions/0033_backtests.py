"""Back-tests of policy changes: runs, the cases that are not as they were, and the run that a release came with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "backtest_run",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("change_id", sa.String(length=32), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("is_stopped", sa.Boolean(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("replayed", sa.Integer(), nullable=False),
        sa.Column("decisions", sa.Integer(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("before", sa.BigInteger(), nullable=False),
        sa.Column("after", sa.BigInteger(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("asked_by", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'stopped', 'failed')", name=op.f("ck_backtest_run_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backtest_run")),
    )
    op.create_index("ix_backtest_run_change", "backtest_run", ["change_id", "asked_at"])
    op.create_table(
        "backtest_case",
        sa.Column("run_id", sa.String(length=32), nullable=False),
        sa.Column("place_in_run", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("decision", sa.String(length=128), nullable=False),
        sa.Column("was", sa.Text(), nullable=False),
        sa.Column("now", sa.Text(), nullable=False),
        sa.Column("decision_table", sa.String(length=200), nullable=False),
        sa.Column("table_row", sa.Integer(), nullable=False),
        sa.Column("clause", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("before", sa.BigInteger(), nullable=True),
        sa.Column("after", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["backtest_run.id"], name=op.f("fk_backtest_case_run_id_backtest_run")),
        sa.PrimaryKeyConstraint("run_id", "place_in_run", name=op.f("pk_backtest_case")),
    )
    op.create_index("ix_backtest_case_kind", "backtest_case", ["run_id", "kind", "place_in_run"])
    op.create_table(
        "backtest_release",
        sa.Column("release_id", sa.String(length=32), nullable=False),
        sa.Column("run_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["backtest_run.id"], name=op.f("fk_backtest_release_run_id_backtest_run")),
        sa.PrimaryKeyConstraint("release_id", name=op.f("pk_backtest_release")),
    )


def downgrade() -> None:
    op.drop_table("backtest_release")
    op.drop_index("ix_backtest_case_kind", "backtest_case")
    op.drop_table("backtest_case")
    op.drop_index("ix_backtest_run_change", "backtest_run")
    op.drop_table("backtest_run")
