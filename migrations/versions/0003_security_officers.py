"""Rights are kept by security officers alone: who keeps people must not say what they may do.

Whoever had `keep_rights` loses it (the row stays, so that seeding does not give it back); the new position gets it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ROWS = sa.table(
    "capability", sa.column("position", sa.String), sa.column("capability", sa.String), sa.column("granted", sa.Boolean)
)
_OFFICER, _ADMINISTRATOR, _RIGHT = "security_officer", "administrator", "keep_rights"


def upgrade() -> None:
    op.execute(_ROWS.update().where(_ROWS.c.capability == _RIGHT).values(granted=False))
    new = sa.select(sa.literal(_OFFICER), sa.literal(_RIGHT), sa.true())
    where_filled = new.where(sa.exists(sa.select(_ROWS.c.position)))
    op.execute(_ROWS.insert().from_select(["position", "capability", "granted"], where_filled))


def downgrade() -> None:
    op.execute(_ROWS.delete().where(_ROWS.c.position == _OFFICER))
    administrators = (_ROWS.c.position == _ADMINISTRATOR) & (_ROWS.c.capability == _RIGHT)
    op.execute(_ROWS.update().where(administrators).values(granted=True))
