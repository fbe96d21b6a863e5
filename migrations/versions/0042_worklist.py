"""Work that is urgent comes first, lists are found by any part of a name, and views of them are kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

OPEN, DONE = sa.text("status = 'open'"), sa.text("status = 'done'")


def _index(name: str, columns: list[str], where: sa.TextClause = OPEN) -> None:
    op.create_index(f"ix_work_item_{name}", "work_item", columns, postgresql_where=where, sqlite_where=where)


def _drop(name: str) -> None:
    op.drop_index(f"ix_work_item_{name}", table_name="work_item")


def upgrade() -> None:
    op.add_column("work_item", sa.Column("rank", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("work_item", sa.Column("amount", sa.BigInteger(), nullable=True))
    for name in ("candidate_open", "county_open", "township_open", "assignee_open"):
        _drop(name)
    _index("candidate_open", ["candidate", "rank", "sort_on", "id"])
    _index("candidate_arrived", ["candidate", "created_at", "id"])
    _index("office_open", ["office_id", "rank", "sort_on", "id"])
    _index("assignee_open", ["assignee_id", "rank", "sort_on", "id"])
    _index("closed_by", ["closed_by", "closed_at", "id"], DONE)
    op.create_table(
        "saved_view",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(20), nullable=False),
        sa.Column("query", sa.String(1000), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_saved_view"),
        sa.UniqueConstraint("user_id", "name", name="uq_saved_view_user_id_name"),
    )
    op.add_column("case_file", sa.Column("number_tail", sa.String(8), nullable=True))
    op.add_column("case_file", sa.Column("tail_blind", sa.String(64), nullable=True))
    op.create_index("ix_case_file_number_tail", "case_file", ["number_tail"])
    op.create_index("ix_case_file_tail_blind", "case_file", ["tail_blind"])
    op.create_table(
        "case_gram",
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("gram", sa.String(4), nullable=False),
        sa.Column("county_id", sa.String(32), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_case_gram_case_id_case_file"),
        sa.PrimaryKeyConstraint("case_id", "gram", name="pk_case_gram"),
    )
    op.create_index("ix_case_gram_gram", "case_gram", ["gram", "county_id", "case_id"])


def downgrade() -> None:
    op.drop_table("case_gram")
    op.drop_index("ix_case_file_tail_blind", table_name="case_file")
    op.drop_index("ix_case_file_number_tail", table_name="case_file")
    op.drop_column("case_file", "tail_blind")
    op.drop_column("case_file", "number_tail")
    op.drop_table("saved_view")
    for name in ("closed_by", "assignee_open", "office_open", "candidate_arrived", "candidate_open"):
        _drop(name)
    _index("candidate_open", ["candidate", "sort_on", "id"])
    _index("county_open", ["county_id", "sort_on", "id"])
    _index("township_open", ["township_id", "sort_on", "id"])
    _index("assignee_open", ["assignee_id", "sort_on", "id"])
    op.drop_column("work_item", "amount")
    op.drop_column("work_item", "rank")
