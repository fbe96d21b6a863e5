"""A change may enter several values of a figure for a region, each from a day of its own."""

from __future__ import annotations

from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

OLD, NEW = ["change_id", "key", "region_id"], ["change_id", "key", "region_id", "valid_from"]


def _named(columns: list[str]) -> str:
    return op.f("uq_change_figure_" + "_".join(columns))


def upgrade() -> None:
    with op.batch_alter_table("change_figure") as table:
        table.drop_constraint(_named(OLD), type_="unique")
        table.create_unique_constraint(_named(NEW), NEW)


def downgrade() -> None:
    """Of several days the first is left, as nothing before could say more."""
    op.execute(
        "DELETE FROM change_figure WHERE EXISTS (SELECT 1 FROM change_figure AS other "
        "WHERE other.change_id = change_figure.change_id AND other.key = change_figure.key "
        "AND other.region_id = change_figure.region_id AND (coalesce(other.valid_from, '1900-01-01'), other.id) "
        "< (coalesce(change_figure.valid_from, '1900-01-01'), change_figure.id))"
    )
    with op.batch_alter_table("change_figure") as table:
        table.drop_constraint(_named(NEW), type_="unique")
        table.create_unique_constraint(_named(OLD), OLD)
