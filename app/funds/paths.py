"""The way of money of one case, from the decision to the account: ordered, handed to the bank, answered, paid back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from app.db import Prepared
from app.funds.models import BankAnswer, BankFile, Batch, ClaimEntry, PaymentOrder

MOST = 36
"""The newest orders: of a monthly award, three years."""
ORDERED, FILED, CANCELLED, GIVEN_UP = "ordered", "filed", "cancelled", "given_up"
_ORDER = (
    PaymentOrder.id, PaymentOrder.payee, PaymentOrder.recipient, PaymentOrder.amount, PaymentOrder.source,
    PaymentOrder.due_on, PaymentOrder.status, PaymentOrder.purpose, PaymentOrder.proof, PaymentOrder.settled_at,
    PaymentOrder.return_reason, PaymentOrder.given_up, PaymentOrder.replaces, PaymentOrder.created_at,
    PaymentOrder.batch_id,
)  # fmt: skip


_NEWEST = (
    select(*_ORDER, Batch.title, BankFile.made_at, BankFile.made_by_name)
    .outerjoin(Batch, Batch.id == PaymentOrder.batch_id)
    .outerjoin(BankFile, BankFile.id == PaymentOrder.bank_file_id)
    .order_by(PaymentOrder.created_at.desc(), PaymentOrder.due_on.desc(), PaymentOrder.id.desc())
    .limit(MOST)
)
_OWN = PaymentOrder.case_id == bindparam("case_id")
_OF_CASE = Prepared(_NEWEST.where(_OWN))
_OF_AWARDS = Prepared(_NEWEST.where(or_(_OWN, PaymentOrder.award_id.in_(bindparam("award_ids", expanding=True)))))


@dataclass(frozen=True, slots=True)
class Move:
    """`kind`: ordered, filed (in a file for the bank), paid, returned, cancelled, given_up, or a claim's entry
    (claimed, repaid, waived, undone). `at`: None where nobody noted it; `amount` where it is not the whole order's.
    """

    kind: str
    at: datetime | None
    told: str = ""
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Path:
    """One order in yuan and all that happened to it, oldest first. `purpose`: the month or occasion of a batch."""

    id: str
    payee: str
    recipient: str | None
    amount: Decimal
    source: str
    due_on: date
    status: str
    purpose: str | None
    again: bool
    moves: list[Move]


def of_case(session: Session, case_id: str, award_ids: Collection[str]) -> list[Path]:
    """The newest `MOST` orders of a case and of the awards that it decided, oldest first."""
    query, more = (_OF_AWARDS, {"award_ids": list(award_ids)}) if award_ids else (_OF_CASE, {})
    rows = query.all(session, case_id=case_id, **more)[::-1]
    ids = [row.id for row in rows]
    answers, entries = _by_order(session, BankAnswer, ids), _by_order(session, ClaimEntry, ids)
    return [_path(row, answers.get(row.id, []), entries.get(row.id, [])) for row in rows]


def _by_order(session: Session, table: Any, ids: list[str]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    rows = session.scalars(select(table).where(table.order_id.in_(ids)).order_by(table.at, table.id)) if ids else ()
    for row in rows:
        found.setdefault(row.order_id, []).append(row)
    return found


def _path(row: Any, answers: list[Any], entries: list[Any]) -> Path:
    moves = [Move(ORDERED, row.created_at, row.title or "")]
    if row.made_at is not None:
        moves.append(Move(FILED, row.made_at, row.made_by_name))
    moves += [Move(answer.outcome, answer.at, answer.told) for answer in answers]
    if not answers and row.status in ("paid", "returned", CANCELLED):
        told = row.return_reason if row.status == "returned" else row.proof
        moves.append(Move(row.status, row.settled_at, told or ""))
    if row.given_up:
        moves.append(Move(GIVEN_UP, None, row.given_up))
    own = (entry for entry in entries if entry.kind != "returned")  # the bank's answer says so already
    moves += [Move(entry.kind, entry.at, entry.note, abs(entry.amount)) for entry in own]
    moves.sort(key=lambda move: (move.at is None, move.at.timestamp() if move.at else 0.0))
    return Path(
        row.id, row.payee, row.recipient, row.amount, row.source, row.due_on, row.status, row.purpose,
        row.replaces is not None, moves,
    )  # fmt: skip
