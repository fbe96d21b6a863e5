"""Cases whose money is out and that are decided again: when, why and from where; what they decided to pay since."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_RIGHTS = sa.table(
    "capability", sa.column("position", sa.String), sa.column("capability", sa.String), sa.column("granted", sa.Boolean)
)
_POSITION, _RIGHT = "county_head", "reopen_cases"
_KINDS = ("claimed", "repaid", "returned", "waived")


def upgrade() -> None:
    op.add_column("case_file", sa.Column("reopened_seq", sa.Integer(), nullable=True))
    op.create_table(
        "reopening",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("since_seq", sa.Integer(), nullable=False),
        sa.Column("element_id", sa.String(length=128), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("applicant_name", sa.String(length=100), nullable=False),
        sa.Column("applicant_blind", sa.String(length=64), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_reopening_case_id_case_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reopening")),
        sa.UniqueConstraint("case_id", "seq", name=op.f("uq_reopening_case_id_seq")),
    )
    op.create_table(
        "payment_decision",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("case_seq", sa.Integer(), nullable=False),
        sa.Column("payee", sa.String(length=100), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payment_decision_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_decision")),
    )
    op.create_index("ix_payment_decision_case", "payment_decision", ["case_id", "case_seq"])
    _kinds((*_KINDS, "undone"))
    new = sa.select(sa.literal(_POSITION), sa.literal(_RIGHT), sa.true())
    where_filled = new.where(sa.exists(sa.select(_RIGHTS.c.position)))
    op.execute(_RIGHTS.insert().from_select(["position", "capability", "granted"], where_filled))


def _kinds(kinds: tuple[str, ...]) -> None:
    """What an entry of a claim may be: `undone` where a later decision says that it was not owed."""
    listed = ", ".join(f"'{each}'" for each in kinds)
    with op.batch_alter_table("claim_entry") as table:
        table.drop_constraint(op.f("ck_claim_entry_kind"), type_="check")
        table.create_check_constraint(op.f("ck_claim_entry_kind"), f"kind IN ({listed})")


def downgrade() -> None:
    op.execute(_RIGHTS.delete().where(_RIGHTS.c.capability == _RIGHT))
    op.execute("UPDATE claim_entry SET kind = 'waived' WHERE kind = 'undone'")
    _kinds(_KINDS)
    op.drop_table("payment_decision")
    op.drop_table("reopening")
    op.drop_column("case_file", "reopened_seq")
