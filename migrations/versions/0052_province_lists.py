"""Lists of awards and notices are ends of ranges of an index, and people are found by any part of a name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

LEVELS = ("region", "township", "county", "city", "province")


def upgrade() -> None:
    op.create_table(
        "person_gram",
        sa.Column("person_id", sa.String(32), nullable=False),
        sa.Column("gram", sa.String(4), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_person_gram_person_id_person"),
        sa.PrimaryKeyConstraint("person_id", "gram", name="pk_person_gram"),
    )
    op.create_index("ix_person_gram_gram", "person_gram", ["gram", "person_id"])
    for level in LEVELS:
        op.create_index(f"ix_award_{level}_listed", "award", [f"{level}_id", "status", "id"])
    op.drop_index("ix_award_region_id", "award")
    op.drop_index("ix_award_township_id", "award")
    op.create_index("ix_notice_county_listed", "notice", ["county_id", "id"])
    op.create_index("ix_notice_region_listed", "notice", ["region_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_notice_region_listed", "notice")
    op.drop_index("ix_notice_county_listed", "notice")
    op.create_index("ix_award_township_id", "award", ["township_id"])
    op.create_index("ix_award_region_id", "award", ["region_id"])
    for level in LEVELS:
        op.drop_index(f"ix_award_{level}_listed", "award")
    op.drop_table("person_gram")
