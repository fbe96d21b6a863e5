"""Stars of institutions with their days and history; programmes whose cases an office alone begins."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# What was known without a day holds from the day on which the institution was recorded.
FILL = """
INSERT INTO institution_rating (id, institution_id, stars, rated_from, recorded_at)
SELECT id, id, stars, {day}, recorded_at FROM institution WHERE stars IS NOT NULL
"""
BACK = """
UPDATE institution SET stars = (
    SELECT stars FROM institution_rating WHERE institution_id = institution.id AND withdrawn_at IS NULL
    ORDER BY rated_from DESC, recorded_at DESC, institution_rating.id DESC LIMIT 1
)
"""


def upgrade() -> None:
    op.create_table(
        "institution_rating",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("institution_id", sa.String(length=32), nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("rated_from", sa.Date(), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=True),
        sa.Column("case_seq", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("stars BETWEEN 1 AND 3", name=op.f("ck_institution_rating_stars")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_institution_rating_institution_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution_rating")),
    )
    for column in ("institution_id", "case_id"):
        op.create_index(op.f(f"ix_institution_rating_{column}"), "institution_rating", [column])
    day = "substr(recorded_at, 1, 10)" if op.get_bind().dialect.name == "sqlite" else "CAST(recorded_at AS DATE)"
    op.execute(FILL.format(day=day))
    with op.batch_alter_table("institution") as table:
        table.drop_constraint(op.f("ck_institution_stars"), type_="check")
        table.drop_column("stars")
    op.add_column("release", sa.Column("by_office", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """The newest stars stay, without their day."""
    op.drop_column("release", "by_office")
    with op.batch_alter_table("institution") as table:
        table.add_column(sa.Column("stars", sa.Integer(), nullable=True))
        table.create_check_constraint(op.f("ck_institution_stars"), "stars IS NULL OR stars BETWEEN 1 AND 3")
    op.execute(sa.text(BACK))
    op.drop_table("institution_rating")
