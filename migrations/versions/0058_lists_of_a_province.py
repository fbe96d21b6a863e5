"""The board, the counties and searches by how a number ends are ranges of an index; names are found by the county."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

_WHERE_POSTED = {"sqlite_where": sa.text("status = 'posted'"), "postgresql_where": sa.text("status = 'posted'")}
BOARD = {
    "ix_notice_posted": ["id"],
    "ix_notice_posted_county": ["county_id", "programme_title", "id"],
    "ix_notice_posted_region": ["region_id", "id"],
    "ix_notice_posted_programme": ["programme_title", "id"],
}
OPEN = {
    "incident": ("ix_incident_open", ["county_id", "raised_at", "id"], sa.text("resolved_at IS NULL")),
    "owed": ("ix_owed_open", ["county_id", "id"], sa.text("settled_at IS NULL")),
}
DUE = {
    f"ix_award_{place}_{day}": ([f"{place}_id", f"{day}_on"], sa.text(f"{day}_on IS NOT NULL"))
    for place in ("region", "township")
    for day in ("recheck", "visit")
}
TAILS = {"ix_case_file_number_tail": "number_tail", "ix_case_file_tail_blind": "tail_blind"}


def upgrade() -> None:
    for name, columns in BOARD.items():
        op.create_index(name, "notice", columns, **_WHERE_POSTED)
    op.drop_index("ix_notice_board", "notice")
    op.create_index("ix_region_level", "region", ["level", "code"])
    op.create_index("ix_case_file_province_filed", "case_file", ["province_id", "filed_at", "id"])
    for name, (columns, known) in DUE.items():
        op.create_index(name, "award", columns, sqlite_where=known, postgresql_where=known)
    op.drop_index("ix_incident_open", "incident")
    for table, (name, columns, waits) in OPEN.items():
        op.add_column(table, sa.Column("county_id", sa.String(32), nullable=True))
        of_case = f"SELECT c.county_id FROM case_file c WHERE c.id = {table}.case_id"
        op.execute(f"UPDATE {table} SET county_id = ({of_case})")
        op.create_index(name, table, columns, sqlite_where=waits, postgresql_where=waits)
    for name, column in TAILS.items():
        op.drop_index(name, "case_file")
        op.create_index(name, "case_file", [column, "county_id"])
    op.execute(
        "CREATE TEMPORARY TABLE kept_gram AS SELECT DISTINCT g.gram, coalesce(a.county_id, '') AS county_id, "
        "g.person_id FROM person_gram g JOIN award a ON a.person_id = g.person_id"
    )
    op.drop_table("person_gram")
    op.create_table(
        "person_gram",
        sa.Column("gram", sa.String(4), nullable=False),
        sa.Column("county_id", sa.String(32), nullable=False),
        sa.Column("person_id", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_person_gram_person_id_person"),
        sa.PrimaryKeyConstraint("gram", "county_id", "person_id", name="pk_person_gram"),
    )
    op.execute("INSERT INTO person_gram (gram, county_id, person_id) SELECT gram, county_id, person_id FROM kept_gram")
    op.execute("DROP TABLE kept_gram")
    op.create_index("ix_person_gram_person_id", "person_gram", ["person_id"])


def downgrade() -> None:
    """People without an award are indexed again by the nightly work of the older version."""
    op.execute("CREATE TEMPORARY TABLE kept_gram AS SELECT DISTINCT person_id, gram FROM person_gram")
    op.drop_table("person_gram")
    op.create_table(
        "person_gram",
        sa.Column("person_id", sa.String(32), nullable=False),
        sa.Column("gram", sa.String(4), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_person_gram_person_id_person"),
        sa.PrimaryKeyConstraint("person_id", "gram", name="pk_person_gram"),
    )
    op.execute("INSERT INTO person_gram (person_id, gram) SELECT person_id, gram FROM kept_gram")
    op.execute("DROP TABLE kept_gram")
    op.create_index("ix_person_gram_gram", "person_gram", ["gram", "person_id"])
    for name, column in TAILS.items():
        op.drop_index(name, "case_file")
        op.create_index(name, "case_file", [column])
    for table, (name, _, _) in OPEN.items():
        op.drop_index(name, table)
        op.drop_column(table, "county_id")
    unresolved = OPEN["incident"][2]
    op.create_index(
        "ix_incident_open", "incident", ["raised_at", "id"], sqlite_where=unresolved, postgresql_where=unresolved
    )
    for name in DUE:
        op.drop_index(name, "award")
    op.drop_index("ix_case_file_province_filed", "case_file")
    op.drop_index("ix_region_level", "region")
    op.create_index("ix_notice_board", "notice", ["county_id", "status", "until_on", "id"])
    for name in BOARD:
        op.drop_index(name, "notice")
