"""The database knows the fingerprints of its keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "vault_key",
        sa.Column("purpose", sa.String(length=5), nullable=False),
        sa.Column("name", sa.String(length=10), nullable=False),
        sa.Column("fingerprint", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=7), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("purpose", "name", name=op.f("pk_vault_key")),
    )
    op.add_column("audit_root", sa.Column("key", sa.Integer(), server_default="1", nullable=False))


def downgrade() -> None:
    op.drop_column("audit_root", "key")
    op.drop_table("vault_key")
