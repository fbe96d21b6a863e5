"""Claims (追回) as pages and tables show them: what is owed, what came back, what is late by the agreed parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.clock import require_aware
from app.core.errors import Invalid, NotFound
from app.db import Prepared
from app.db.types import Money
from app.funds.models import Claim, ClaimEntry, PaymentOrder
from app.funds.operations import months_later
from app.identity import policy as identity_policy
from app.identity import reach

NONE = Decimal("0.00")
_KINDS = (("claimed", "undone"), ("repaid",), ("returned",), ("waived",))
_SUMS = Prepared(
    select(
        ClaimEntry.claim_id,
        *(func.coalesce(func.sum(case((ClaimEntry.kind.in_(kind), ClaimEntry.amount))), 0, type_=Money())
          for kind in _KINDS),
    )
    .where(ClaimEntry.claim_id.in_(bindparam("claim_ids", expanding=True)))
    .group_by(ClaimEntry.claim_id)
)  # fmt: skip
_CLAIM: Table = Claim.__table__  # type: ignore[assignment]
_OF_CASE = Prepared(
    select(_CLAIM).where(_CLAIM.c.case_id == bindparam("case_id")).order_by(_CLAIM.c.opened_at, _CLAIM.c.id)
)


@dataclass(frozen=True, slots=True)
class ClaimFilter:
    """`state`: open or closed; `text`: the start of a debtor's name."""

    state: str | None = None
    programme: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim with its sums in yuan: `repaid` + `returned` + `waived` + `owed` = `claimed` less what was undone."""

    claim: Any
    claimed: Decimal
    repaid: Decimal
    returned: Decimal
    waived: Decimal

    @property
    def owed(self) -> Decimal:
        return self.claimed - self.repaid - self.returned - self.waived

    def due_by(self, day: date) -> Decimal:
        """What should have come back by a day as agreed; all where nothing was agreed."""
        plan, first = self.claim.plan_monthly, self.claim.plan_from
        if plan is None or first is None:
            return self.claimed
        parts = 0
        while months_later(first, parts) <= day and plan * parts < self.claimed:
            parts += 1
        return min(plan * parts, self.claimed)

    def late(self, day: date) -> Decimal:
        """What of the agreed parts has not come back by a day."""
        done = self.claimed - self.owed
        return max(self.due_by(day) - done, NONE) if self.claim.plan_monthly else NONE


def listed(
    session: Session, actor: Actor, filter: ClaimFilter, after: str | None = None, limit: int = 18
) -> list[ClaimRow]:
    """Claims of the actor's regions, the newest first; `after` is the cursor of the last. Raises Invalid, NotYours."""
    query = select(Claim).where(_matching(session, actor, filter))
    if after:
        moment, claim_id = _cursor(after)
        query = query.where(or_(Claim.opened_at < moment, and_(Claim.opened_at == moment, Claim.id < claim_id)))
    found = list(session.scalars(query.order_by(Claim.opened_at.desc(), Claim.id.desc()).limit(limit)))
    return _with_sums(session, found)


def totals(session: Session, actor: Actor, filter: ClaimFilter) -> dict[str, Decimal]:
    """Sums of the entries of all claims that match, by kind, as they stand there (signed)."""
    sums = select(ClaimEntry.kind, func.sum(ClaimEntry.amount)).join(Claim, Claim.id == ClaimEntry.claim_id)
    rows = session.execute(sums.where(_matching(session, actor, filter)).group_by(ClaimEntry.kind))
    return dict(rows.tuples().all())


def one(session: Session, actor: Actor, claim_id: str) -> ClaimRow:
    """Raises NotFound, NotYours."""
    mine = (Claim.id == claim_id) & _matching(session, actor, ClaimFilter())
    found = session.scalars(select(Claim).where(mine)).all()
    if not found:
        raise NotFound("没有这笔应当追回的款项，或者不在您的地区")
    return _with_sums(session, found)[0]


def entries(session: Session, claim_id: str) -> list[Any]:
    """Movements of a claim in order: kind, amount, note, at, and the order's due day and purpose."""
    columns = (ClaimEntry.kind, ClaimEntry.amount, ClaimEntry.note, ClaimEntry.at, ClaimEntry.actor_id)
    query = select(*columns, PaymentOrder.due_on, PaymentOrder.purpose, PaymentOrder.programme)
    joined = query.join(PaymentOrder, PaymentOrder.id == ClaimEntry.order_id).where(ClaimEntry.claim_id == claim_id)
    return list(session.execute(joined.order_by(ClaimEntry.at, PaymentOrder.due_on, ClaimEntry.id)))


def head(session: Session, claim_id: str) -> Claim:
    """The claim itself, for those who follow it."""
    return session.get_one(Claim, claim_id)


def open_of_case(session: Session, case_id: str) -> int:
    """How many claims of a case are not closed."""
    mine = (Claim.case_id == case_id) & Claim.closed_at.is_(None)
    return session.scalar(select(func.count()).select_from(Claim).where(mine)) or 0


def of_case(session: Session, case_id: str) -> list[ClaimRow]:
    """The claims of a case, the oldest first."""
    return _with_sums(session, _OF_CASE.all(session, case_id=case_id))


def cursor_of(row: ClaimRow) -> str:
    """The cursor of a claim."""
    return f"{row.claim.opened_at.isoformat()}_{row.claim.id}"


def _matching(session: Session, actor: Actor, filter: ClaimFilter) -> ColumnElement[bool]:
    identity_policy.require_any(session, actor, "see_money")
    conditions = [reach.reached(actor, "see_money", Claim)]
    if filter.state in ("open", "closed"):
        closed = Claim.closed_at.is_not(None)
        conditions.append(closed if filter.state == "closed" else ~closed)
    if filter.programme:
        conditions.append(Claim.programme == filter.programme)
    if filter.text:
        conditions.append(Claim.debtor.startswith(filter.text.strip(), autoescape=True))
    return and_(*conditions)


def _with_sums(session: Session, found: Sequence[Any]) -> list[ClaimRow]:
    if not found:
        return []
    sums = _SUMS.all(session, claim_ids=[each.id for each in found])
    rows = {row[0]: [abs(each) for each in row[1:]] for row in sums}
    return [ClaimRow(each, *rows.get(each.id, [NONE] * len(_KINDS))) for each in found]


def _cursor(after: str) -> tuple[datetime, str]:
    moment, _, claim_id = after.rpartition("_")
    try:
        return require_aware(datetime.fromisoformat(moment)), claim_id
    except ValueError as error:
        raise Invalid({"after": "翻页地址已经失效，请从第一页重新开始"}) from error
