"""What verifying the audit found, and which order an entry of a reserve fund paid."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# What was paid from a fund was ordered in the same moment; of several instalments the first is named.
FILL = """
UPDATE fund_entry SET order_id = (
    SELECT payment_order.id FROM payment_order
    WHERE payment_order.fund_id = fund_entry.fund_id AND payment_order.created_at = fund_entry.at
    AND payment_order.place = 0 AND (
        SELECT sum(part.amount) FROM payment_order AS part
        WHERE part.case_id = payment_order.case_id AND part.created_at = payment_order.created_at
        AND part.fund_id = payment_order.fund_id
    ) = -fund_entry.amount
    ORDER BY payment_order.id LIMIT 1
) WHERE kind = 'paid' AND order_id IS NULL
"""


def upgrade() -> None:
    op.execute(sa.text(FILL))
    op.create_table(
        "audit_check",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("faults", sa.Integer(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_check")),
    )
    op.create_index("ix_audit_check_at", "audit_check", ["at"])


def downgrade() -> None:
    """What an entry says of its order stays: the column is older."""
    op.drop_index("ix_audit_check_at", table_name="audit_check")
    op.drop_table("audit_check")
