"""What an award is due has months: terms by month, of what was decided when.

What was decided until now is taken from the events of each award: a decision holds from the month after it. What
figures changed (`recalculated`) holds from its own month, and what it found for earlier ones stays what was found.
"""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

AWARD = sa.table("award", *(sa.column(name) for name in ("id", "amount", "channel", "split", "institution_id")),
                 sa.column("starts_on", sa.Date), sa.column("recorded_at", sa.DateTime(timezone=True)),
                 sa.column("monthly", sa.Boolean), sa.column("recount_since", sa.Date))  # fmt: skip
EVENT = sa.table("award_event", *(sa.column(name) for name in ("award_id", "seq", "kind", "amount")),
                 sa.column("on_date", sa.Date))  # fmt: skip
HOLDS = ("started", "brought_in", "changed", "recalculated", "undone")


def upgrade() -> None:
    terms = op.create_table(
        "award_terms",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("award_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("basis", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=True),
        sa.Column("split", sa.Text(), nullable=True),
        sa.Column("institution_id", sa.String(length=32), nullable=True),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_award_terms_amount")),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_award_terms_award_id_award")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_terms")),
        sa.UniqueConstraint("award_id", "seq", "since", name=op.f("uq_award_terms_award_id_seq_since")),
    )
    connection = op.get_bind()
    events: dict[str, list[Any]] = {}
    for row in connection.execute(sa.select(EVENT).where(EVENT.c.kind.in_(HOLDS)).order_by(EVENT.c.seq)):
        events.setdefault(row.award_id, []).append(row)
    awards = connection.execute(sa.select(AWARD).where(AWARD.c.monthly)).all()
    rows = [row for award in awards for row in _rows(award, events.get(award.id, []))]
    for start in range(0, len(rows), 500):
        connection.execute(sa.insert(terms), rows[start : start + 500])
    # From now on a column of months: the one for which somebody is missing.
    for award in awards:
        if award.recount_since is not None:
            month = _month_after(award.recount_since - timedelta(days=1))
            connection.execute(sa.update(AWARD).where(AWARD.c.id == award.id).values(recount_since=month))


def _rows(award: Any, events: list[Any]) -> list[dict[str, Any]]:
    """The terms of an award; the last of them say what is paid today."""
    found: dict[tuple[int, date], dict[str, Any]] = {}
    for seq, since, amount in _decided(award, events):
        row = {"id": uuid.uuid4().hex, "award_id": award.id, "seq": seq, "since": since, "amount": amount, "basis": seq,
               "channel": award.channel, "split": award.split, "institution_id": award.institution_id, "void": False,
               "at": award.recorded_at}  # fmt: skip
        found[seq, since] = row
    return list(found.values())


def _decided(award: Any, events: list[Any]) -> list[tuple[int, date, int | None]]:
    decided = [(each.seq, _since(each), each.amount) for each in events]
    first = award.starts_on.replace(day=1)
    if not decided or decided[0][1] > first:
        decided.insert(0, (0, first, decided[0][2] if decided else award.amount))
    if decided[-1][2] != award.amount:
        decided.append((decided[-1][0] + 1, decided[-1][1], award.amount))
    return decided


def _since(event: Any) -> date:
    return _month_after(event.on_date) if event.kind in ("changed", "undone") else event.on_date.replace(day=1)


def _month_after(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def downgrade() -> None:
    op.drop_table("award_terms")
