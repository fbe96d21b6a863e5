"""What applicants ask of the office about their case: another account, an appeal."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

_WAITING = sa.text("status = 'waiting'")


def upgrade() -> None:
    op.create_table(
        "case_request",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("number", sa.String(50), nullable=False),
        sa.Column("status", sa.String(8), nullable=False),
        sa.Column("said", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by", sa.String(32), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('account', 'appeal')", name=op.f("ck_case_request_kind")),
        sa.CheckConstraint(
            "status IN ('waiting', 'granted', 'declined', 'answered')", name=op.f("ck_case_request_status")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_request_case_id_case_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_request")),
        sa.UniqueConstraint("number", name=op.f("uq_case_request_number")),
    )
    op.create_index("ix_case_request_case", "case_request", ["case_id", "asked_at"])
    op.create_index(
        "ix_case_request_waiting", "case_request", ["kind", "asked_at", "id"],
        sqlite_where=_WAITING, postgresql_where=_WAITING,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("case_request")
