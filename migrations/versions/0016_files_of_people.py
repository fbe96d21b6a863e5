"""Provisional files of people, and files that are merged or renamed, with history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_RIGHTS = sa.table(
    "capability", sa.column("position", sa.String), sa.column("capability", sa.String), sa.column("granted", sa.Boolean)
)
_POSITIONS, _RIGHT = ("county_clerk", "county_head"), "merge_people"


def upgrade() -> None:
    with op.batch_alter_table("person") as table:
        table.alter_column("birth_date", existing_type=sa.Date(), nullable=True)
        table.add_column(sa.Column("merged_into", sa.String(length=32), nullable=True))
        table.create_foreign_key(op.f("fk_person_merged_into_person"), "person", ["merged_into"], ["id"])
        table.create_index(op.f("ix_person_merged_into"), ["merged_into"])
    op.create_table(
        "person_change",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("other_id", sa.String(length=32), nullable=True),
        sa.Column("case_id", sa.String(length=32), nullable=True),
        sa.Column("case_seq", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("moved", sa.LargeBinary(), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('merged', 'renamed')", name=op.f("ck_person_change_kind")),
        sa.CheckConstraint("state IN ('standing', 'undone')", name=op.f("ck_person_change_state")),
        sa.ForeignKeyConstraint(["other_id"], ["person.id"], name=op.f("fk_person_change_other_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_change_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_change")),
    )
    for column in ("person_id", "other_id", "case_id"):
        op.create_index(op.f(f"ix_person_change_{column}"), "person_change", [column])
    for position in _POSITIONS:
        new = sa.select(sa.literal(position), sa.literal(_RIGHT), sa.true())
        where_filled = new.where(sa.exists(sa.select(_RIGHTS.c.position)))
        op.execute(_RIGHTS.insert().from_select(["position", "capability", "granted"], where_filled))


def downgrade() -> None:
    """A provisional file has no day of birth: it gets that on which it was recorded."""
    op.execute(_RIGHTS.delete().where(_RIGHTS.c.capability == _RIGHT))
    op.drop_table("person_change")
    day = "substr(recorded_at, 1, 10)" if op.get_bind().dialect.name == "sqlite" else "CAST(recorded_at AS DATE)"
    op.execute(f"UPDATE person SET birth_date = {day} WHERE birth_date IS NULL")
    with op.batch_alter_table("person") as table:
        table.drop_index(op.f("ix_person_merged_into"))
        table.drop_constraint(op.f("fk_person_merged_into_person"), type_="foreignkey")
        table.drop_column("merged_into")
        table.alter_column("birth_date", existing_type=sa.Date(), nullable=False)
