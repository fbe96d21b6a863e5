"""The PDF of each letter, as it is downloaded, with its hash."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "document_pdf",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.String(8), nullable=False),
        sa.Column("signer", sa.String(200), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["document.id"], name=op.f("fk_document_pdf_id_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_pdf")),
    )
    op.create_index(op.f("ix_document_pdf_sha256"), "document_pdf", ["sha256"])


def downgrade() -> None:
    op.drop_table("document_pdf")
