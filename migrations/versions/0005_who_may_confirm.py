"""Nobody confirms without a delegation that somebody knows of; 低保 and 特困 are delegated apart."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

AUTHORISED = "key IN ('township_emergency_authorised', 'township_spending_authorised')"
PRODUCT = f"UPDATE figure SET value = '{{value}}' WHERE {AUTHORISED} AND origin = 'product' AND scope = '*'"
DIBAO, TEKUN = "dibao_confirmed_by_township", "tekun_confirmed_by_township"


def upgrade() -> None:
    op.execute(PRODUCT.format(value=0))
    figure = sa.Table("figure", sa.MetaData(), autoload_with=op.get_bind())
    both = sa.select(figure).where(figure.c.key == DIBAO, figure.c.origin != "product")
    rows = [dict(row) for row in op.get_bind().execute(both).mappings()]
    if rows:
        op.bulk_insert(figure, [{**row, "id": secrets.token_hex(16), "key": TEKUN} for row in rows])


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM figure WHERE key = :key").bindparams(key=TEKUN))
    op.execute(PRODUCT.format(value=1))
