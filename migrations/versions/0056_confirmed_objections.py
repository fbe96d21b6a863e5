"""Objections with a confirmed contact, a number and a reply of their own; leads of who gives none; who may see both."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

_RIGHTS = sa.table(
    "capability",
    sa.column("position", sa.String()),
    sa.column("capability", sa.String()),
    sa.column("granted", sa.Boolean()),
)
_RIGHT = "handle_objections"
_POSITIONS = ("township_clerk", "township_head", "county_clerk", "county_head")
_COLUMNS = {"number": 40, "query_hash": 64, "contact_blind": 64, "confirmed": 8, "reply_id": 32}
"""New columns of objections and how long they are."""


def upgrade() -> None:
    with op.batch_alter_table("objection") as table:
        for name, length in _COLUMNS.items():
            table.add_column(sa.Column(name, sa.String(length)))
        table.create_unique_constraint(op.f("uq_objection_number"), ["number"])
    op.create_index("ix_objection_contact_blind", "objection", ["contact_blind"])
    op.create_table(
        "objection_number",
        sa.Column("scope", sa.String(120), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_objection_number")),
    )
    op.create_table(
        "unconfirmed_objection",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("notice_id", sa.String(32), nullable=False),
        sa.Column("contact_blind", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sends", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_unconfirmed_objection_notice_id_notice")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unconfirmed_objection")),
    )
    op.create_index("ix_unconfirmed_objection_notice", "unconfirmed_objection", ["notice_id", "begun_at"])
    op.create_index("ix_unconfirmed_objection_contact_blind", "unconfirmed_objection", ["contact_blind"])
    op.create_index("ix_unconfirmed_objection_begun_at", "unconfirmed_objection", ["begun_at"])
    op.create_table(
        "lead",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("notice_id", sa.String(32), nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("text_blind", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.Column("settled_by", sa.String(100)),
        sa.Column("note", sa.LargeBinary()),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_lead_notice_id_notice")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead")),
        sa.UniqueConstraint("notice_id", "text_blind", name=op.f("uq_lead_notice_id_text_blind")),
    )
    op.create_index("ix_lead_case_id", "lead", ["case_id"])
    op.create_index("ix_lead_settled_at", "lead", ["settled_at"])
    filled = sa.exists(sa.select(_RIGHTS.c.position))
    for position in _POSITIONS:
        new = sa.select(sa.literal(position), sa.literal(_RIGHT), sa.true()).where(filled)
        op.execute(_RIGHTS.insert().from_select(["position", "capability", "granted"], new))


def downgrade() -> None:
    op.execute(_RIGHTS.delete().where(_RIGHTS.c.capability == _RIGHT))
    for table in ("lead", "unconfirmed_objection", "objection_number"):
        op.drop_table(table)
    op.drop_index("ix_objection_contact_blind", "objection")
    with op.batch_alter_table("objection") as table:
        table.drop_constraint(op.f("uq_objection_number"))
        for name in _COLUMNS:
            table.drop_column(name)
