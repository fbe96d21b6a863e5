"""All orders as a count reads them: once a night, from one end to the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.funds.models import PaymentOrder
from app.identity.queries import REGION

CHUNK = 5000
_COLUMNS = (
    PaymentOrder.county_id, REGION.c.township_id, PaymentOrder.programme, PaymentOrder.source, PaymentOrder.status,
    PaymentOrder.amount, PaymentOrder.created_at, PaymentOrder.settled_at, PaymentOrder.replaces,
)  # fmt: skip


def everything(session: Session) -> Iterator[Any]:
    """Place, programme, source, status, yuan and the two moments of every order that was not cancelled."""
    orders = select(*_COLUMNS).outerjoin(REGION, REGION.c.id == PaymentOrder.region_id)
    counted = orders.where(PaymentOrder.status != "cancelled").execution_options(yield_per=CHUNK)
    yield from session.execute(counted)
