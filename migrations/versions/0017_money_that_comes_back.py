"""What the bank answers, money that comes back and is ordered again, and what people owe back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_ADDED = (("return_reason", 200), ("replaces", 32), ("given_up", 200), ("account_by", 32))
# What was paid before answers were kept: the bank said so, in one reply of its own.
FILL = """
INSERT INTO bank_answer (id, reply_id, order_id, outcome, moved, told, bank_file_id, actor_id, at)
SELECT id, 'opening', id, 'paid', amount, coalesce(proof, ''), bank_file_id, NULL, coalesce(settled_at, created_at)
FROM payment_order WHERE status = 'paid' AND fund_id IS NULL
"""


def upgrade() -> None:
    for name, length in _ADDED:
        op.add_column("payment_order", sa.Column(name, sa.String(length=length), nullable=True))
    op.create_index("uq_payment_order_replaces", "payment_order", ["replaces"], unique=True)
    _answers()
    _claims()
    op.execute(sa.text(FILL))


def _answers() -> None:
    op.create_table(
        "bank_answer",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("reply_id", sa.String(length=32), nullable=False),
        sa.Column("order_id", sa.String(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("moved", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.String(length=200), nullable=False),
        sa.Column("bank_file_id", sa.String(length=32), nullable=True),
        sa.Column("actor_id", sa.String(length=32), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("outcome IN ('paid', 'returned')", name=op.f("ck_bank_answer_outcome")),
        sa.ForeignKeyConstraint(["order_id"], ["payment_order.id"], name=op.f("fk_bank_answer_order_id_payment_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_answer")),
    )
    op.create_index("ix_bank_answer_order", "bank_answer", ["order_id"])
    op.create_index("ix_bank_answer_reply", "bank_answer", ["reply_id"])


def _claims() -> None:
    op.create_table(
        "claim",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=True),
        sa.Column("case_seq", sa.Integer(), nullable=True),
        sa.Column("county_id", sa.String(length=32), nullable=True),
        sa.Column("region_id", sa.String(length=32), nullable=False),
        sa.Column("programme", sa.String(length=64), nullable=False),
        sa.Column("debtor", sa.String(length=100), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("clause", sa.String(length=100), nullable=True),
        sa.Column("plan_monthly", sa.BigInteger(), nullable=True),
        sa.Column("plan_from", sa.Date(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("plan_monthly IS NULL OR plan_monthly > 0", name=op.f("ck_claim_plan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
    )
    op.create_index("ix_claim_county", "claim", ["county_id", "opened_at", "id"])
    op.create_index("ix_claim_case", "claim", ["case_id"])
    op.create_table(
        "claim_entry",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("claim_id", sa.String(length=32), nullable=False),
        sa.Column("order_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("actor_id", sa.String(length=32), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('claimed', 'repaid', 'returned', 'waived')", name=op.f("ck_claim_entry_kind")),
        sa.CheckConstraint("(kind = 'claimed') = (amount > 0) AND amount <> 0", name=op.f("ck_claim_entry_sign")),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_claim_entry_claim_id_claim")),
        sa.ForeignKeyConstraint(["order_id"], ["payment_order.id"], name=op.f("fk_claim_entry_order_id_payment_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_entry")),
    )
    op.create_index("ix_claim_entry_claim", "claim_entry", ["claim_id"])
    op.create_index("ix_claim_entry_order", "claim_entry", ["order_id"])


def downgrade() -> None:
    for table in ("claim_entry", "claim", "bank_answer"):
        op.drop_table(table)
    op.drop_index("uq_payment_order_replaces", table_name="payment_order")
    for name, _ in _ADDED:
        op.drop_column("payment_order", name)
