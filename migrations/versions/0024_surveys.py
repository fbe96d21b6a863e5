"""Surveys: what a figure that waits would bring, and whether what is paid is what is published."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "survey",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("region_id", sa.String(length=32), nullable=False),
        sa.Column("programmes", sa.Text(), nullable=False),
        sa.Column("run", sa.String(length=32), nullable=False),
        sa.Column("basis", sa.String(length=40), nullable=False),
        sa.Column("after", sa.String(length=32), nullable=False),
        sa.Column("awards", sa.Integer(), nullable=False),
        sa.Column("looked", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("to_people", sa.Integer(), nullable=False),
        sa.Column("monthly", sa.BigInteger(), nullable=False),
        sa.Column("arrears", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey")),
        sa.UniqueConstraint("subject", name=op.f("uq_survey_subject")),
    )
    op.create_table(
        "survey_finding",
        sa.Column("survey_id", sa.String(length=32), nullable=False),
        sa.Column("award_id", sa.String(length=32), nullable=False),
        sa.Column("programme", sa.String(length=60), nullable=False),
        sa.Column("paid", sa.BigInteger(), nullable=True),
        sa.Column("to_amount", sa.BigInteger(), nullable=True),
        sa.Column("arrears", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_survey_finding_survey_id_survey")),
        sa.PrimaryKeyConstraint("survey_id", "award_id", name=op.f("pk_survey_finding")),
    )


def downgrade() -> None:
    op.drop_table("survey_finding")
    op.drop_table("survey")
