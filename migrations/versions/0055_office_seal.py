"""The picture of each office's seal."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "office_seal",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["office.id"], name=op.f("fk_office_seal_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_seal")),
    )


def downgrade() -> None:
    op.drop_table("office_seal")
