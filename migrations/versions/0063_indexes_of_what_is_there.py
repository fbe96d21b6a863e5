"""Indexes of what most rows lack hold only the rows that have it: a row costs a page for each index that it is in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

_PARTS = (
    ("ix_case_file_begun_by", "case_file", ["begun_by"], "begun_by IS NOT NULL"),
    ("ix_decision_record_door", "decision_record", ["door_id"], "door_id IS NOT NULL"),
    ("ix_document_origin", "document", ["origin"], "origin IS NOT NULL"),
    ("ix_document_sha256", "document", ["sha256"], "sha256 IS NOT NULL"),
    ("ix_job_finished_at", "job", ["finished_at"], "finished_at IS NOT NULL"),
)
_BY_ASSIGNEE = ("ix_work_item_assignee_open", "work_item", ["assignee_id", "rank", "sort_on", "id"])


def upgrade() -> None:
    for name, table, columns, part in _PARTS:
        _replace(name, table, columns, part)
    _replace(*_BY_ASSIGNEE, "status = 'open' AND assignee_id IS NOT NULL")


def downgrade() -> None:
    for name, table, columns, _ in _PARTS:
        _replace(name, table, columns, None)
    _replace(*_BY_ASSIGNEE, "status = 'open'")


def _replace(name: str, table: str, columns: list[str], part: str | None) -> None:
    where = sa.text(part) if part else None
    op.drop_index(name, table)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
