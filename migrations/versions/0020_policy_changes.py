"""Changes of policy: drafts of releases and figures that belong together.

Revision ID: 0018
Revises: 0017
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _changes()
    _bundles()
    _files()
    _figures()


def _changes() -> None:
    op.create_table(
        "policy_change",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("document", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("opened_by", sa.String(length=32), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by", sa.String(length=32), nullable=True),
        sa.Column("decided_by", sa.String(length=32), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("editor_id", sa.String(length=32), nullable=True),
        sa.Column("editor_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_by", sa.String(length=32), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'submitted', 'approved', 'dropped')", name=op.f("ck_policy_change_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_change")),
    )
    op.create_index("ix_policy_change_state", "policy_change", ["state", "touched_at"])


def _bundles() -> None:
    op.create_table(
        "change_bundle",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("change_id", sa.String(length=32), nullable=False),
        sa.Column("programme", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("based_on", sa.String(length=32), nullable=True),
        sa.Column("release_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["change_id"], ["policy_change.id"], name=op.f("fk_change_bundle_change_id_policy_change")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_bundle")),
    )
    op.create_index("ix_change_bundle_change", "change_bundle", ["change_id"])
    op.create_index("ix_change_bundle_programme", "change_bundle", ["programme"])
    op.create_table(
        "change_place",
        sa.Column("bundle_id", sa.String(length=32), nullable=False),
        sa.Column("scope", sa.String(length=32), nullable=False),
        sa.Column("predecessor_id", sa.String(length=32), nullable=True),
        sa.Column("base_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["bundle_id"], ["change_bundle.id"], name=op.f("fk_change_place_bundle_id_change_bundle")
        ),
        sa.PrimaryKeyConstraint("bundle_id", "scope", name=op.f("pk_change_place")),
    )


def _files() -> None:
    op.create_table(
        "change_file",
        sa.Column("bundle_id", sa.String(length=32), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("blob_hash", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["bundle_id"], ["change_bundle.id"], name=op.f("fk_change_file_bundle_id_change_bundle")
        ),
        sa.PrimaryKeyConstraint("bundle_id", "path", name=op.f("pk_change_file")),
    )
    op.create_table(
        "change_save",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("bundle_id", sa.String(length=32), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("before", sa.String(length=64), nullable=True),
        sa.Column("after", sa.String(length=64), nullable=True),
        sa.Column("saved_by", sa.String(length=32), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["bundle_id"], ["change_bundle.id"], name=op.f("fk_change_save_bundle_id_change_bundle")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_save")),
    )
    op.create_index("ix_change_save_bundle", "change_save", ["bundle_id", "saved_at"])
    op.create_table(
        "change_check",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("bundle_id", sa.String(length=32), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("catalogue_hash", sa.String(length=64), nullable=False),
        sa.Column("product", sa.String(length=40), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("stories", sa.Text(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["bundle_id"], ["change_bundle.id"], name=op.f("fk_change_check_bundle_id_change_bundle")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_check")),
    )
    op.create_index("ix_change_check_bundle", "change_check", ["bundle_id", "checked_at"])


def _figures() -> None:
    op.create_table(
        "change_figure",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("change_id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("region_id", sa.String(length=32), nullable=False),
        sa.Column("value", sa.String(length=20), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("clause", sa.String(length=100), nullable=True),
        sa.Column("figure_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["change_id"], ["policy_change.id"], name=op.f("fk_change_figure_change_id_policy_change")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_figure")),
        sa.UniqueConstraint("change_id", "key", "region_id", name=op.f("uq_change_figure_change_id_key_region_id")),
    )


def downgrade() -> None:
    for table in ("change_figure", "change_check", "change_save", "change_file", "change_place", "change_bundle",
                  "policy_change"):  # fmt: skip
        op.drop_table(table)
