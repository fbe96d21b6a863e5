"""Reserve funds (备用金) and payment orders. A balance below zero is impossible by constraint (B5)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import AwareDateTime, Base, Json, Money, keys, only


class Fund(Base):
    """The petty-cash reserve of a township."""

    __tablename__ = "fund"
    __table_args__ = (UniqueConstraint("region_id", "kind"), CheckConstraint("balance >= 0", name="not_overdrawn"))

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    region_id: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(32))
    balance: Mapped[Decimal] = mapped_column(Money)


class FundEntry(Base):
    """Every movement of a fund: top-up, payment, reversal, reconciliation."""

    __tablename__ = "fund_entry"
    __table_args__ = (Index("ix_fund_entry_fund", "fund_id", "at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    fund_id: Mapped[str] = mapped_column(ForeignKey("fund.id"))
    kind: Mapped[str] = mapped_column(String(16))
    amount: Mapped[Decimal] = mapped_column(Money)
    note: Mapped[str] = mapped_column(String(200))
    order_id: Mapped[str | None] = mapped_column(String(32))
    actor_id: Mapped[str | None] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(AwareDateTime)


_OF_A_FUND = text("fund_id IS NOT NULL")


class PaymentOrder(Base):
    """Money that was decided. `status`: pending, paid, returned or cancelled. `dedup` makes paying twice impossible.

    What the bank sent back says why (`return_reason`), and is ordered once more by an order that `replaces` it, or
    `given_up` with a reason. Who typed another account for it (`account_by`) does not send it to the bank.

    `purpose` says what for: a month (`2021-05`), the occasion of a grant, `arrears` of a raise; None where a case does.
    `split` shares it among sources as `[{source, share}]`. Money for a resident goes to the account of the institution
    `institution_id` (E18); `recipient` then says for whom. An order of a batch has the id of its line.
    """

    __tablename__ = "payment_order"
    __table_args__ = (
        UniqueConstraint("dedup"),
        CheckConstraint("amount > 0", name="positive"),
        Index("ix_payment_order_case", "case_id"),
        Index("ix_payment_order_status", "status", "due_on", "id"),
        Index("ix_payment_order_batch", "batch_id"),
        Index("ix_payment_order_bank_file", "bank_file_id"),
        Index("ix_payment_order_county", "county_id", "due_on", "id"),
        Index("ix_payment_order_county_status", "county_id", "status", "due_on", "id"),
        Index("ix_payment_order_award", "award_id", "purpose"),
        Index("ix_payment_order_fund", "fund_id", **only(_OF_A_FUND)),
        # What came back is ordered once more by one order: never two live ones for a month.
        Index("uq_payment_order_replaces", "replaces", unique=True),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str | None] = mapped_column(String(32))
    case_seq: Mapped[int | None]
    batch_id: Mapped[str | None] = mapped_column(String(32))
    award_id: Mapped[str | None] = mapped_column(String(32))
    programme: Mapped[str] = mapped_column(String(64))
    region_id: Mapped[str] = mapped_column(String(32))
    county_id: Mapped[str | None] = mapped_column(String(32))
    place: Mapped[int]
    payee: Mapped[str] = mapped_column(String(100))
    account: Mapped[bytes | None] = mapped_column(LargeBinary, info=keys.sealed("payment_order", "account"))
    amount: Mapped[Decimal] = mapped_column(Money)
    source: Mapped[str] = mapped_column(String(32))
    split: Mapped[Any | None] = mapped_column(Json)
    institution_id: Mapped[str | None] = mapped_column(String(32))
    recipient: Mapped[str | None] = mapped_column(String(100))
    fund_id: Mapped[str | None] = mapped_column(String(32))
    due_on: Mapped[date]
    status: Mapped[str] = mapped_column(String(16))
    dedup: Mapped[str] = mapped_column(String(100))
    purpose: Mapped[str | None] = mapped_column(String(40))
    proof: Mapped[str | None] = mapped_column(String(200))
    proof_file_id: Mapped[str | None] = mapped_column(String(32))
    bank_file_id: Mapped[str | None] = mapped_column(String(32))
    return_reason: Mapped[str | None] = mapped_column(String(200))
    replaces: Mapped[str | None] = mapped_column(String(32))
    given_up: Mapped[str | None] = mapped_column(String(200))
    account_by: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(AwareDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(AwareDateTime)


class BankAnswer(Base):
    """What the bank said of an order: `paid` or `returned`. `moved` is what left the account by it, negative for back.

    An order that the bank refused before it paid moved nothing. Answers that came together share `reply_id`. Orders of
    a reserve fund have none: their entries say the same.
    """

    __tablename__ = "bank_answer"
    __table_args__ = (
        CheckConstraint("outcome IN ('paid', 'returned')", name="outcome"),
        Index("ix_bank_answer_order", "order_id"),
        Index("ix_bank_answer_reply", "reply_id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    reply_id: Mapped[str] = mapped_column(String(32))
    order_id: Mapped[str] = mapped_column(ForeignKey("payment_order.id"))
    outcome: Mapped[str] = mapped_column(String(8))
    moved: Mapped[Decimal] = mapped_column(Money)
    told: Mapped[str] = mapped_column(String(200))
    bank_file_id: Mapped[str | None] = mapped_column(String(32))
    actor_id: Mapped[str | None] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(AwareDateTime)


class Claim(Base):
    """Money that somebody has to pay back (追回). Its entries say how much and what became of it.

    `case_id` is the case that found it, or the case whose payment is corrected. `plan_monthly` from `plan_from` on is
    what was agreed where it comes back in parts.
    """

    __tablename__ = "claim"
    __table_args__ = (
        Index("ix_claim_county", "county_id", "opened_at", "id"),
        Index("ix_claim_case", "case_id"),
        CheckConstraint("plan_monthly IS NULL OR plan_monthly > 0", name="plan"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str | None] = mapped_column(String(32))
    case_seq: Mapped[int | None]
    county_id: Mapped[str | None] = mapped_column(String(32))
    region_id: Mapped[str] = mapped_column(String(32))
    programme: Mapped[str] = mapped_column(String(64))
    debtor: Mapped[str] = mapped_column(String(100))
    title: Mapped[str] = mapped_column(String(200))
    clause: Mapped[str | None] = mapped_column(String(100))
    plan_monthly: Mapped[Decimal | None] = mapped_column(Money)
    plan_from: Mapped[date | None]
    opened_at: Mapped[datetime] = mapped_column(AwareDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(AwareDateTime)


class ClaimEntry(Base):
    """One movement of a claim, of one order: `claimed` adds; `repaid`, `returned` (by the bank), `waived` and `undone`
    (a later decision says that it was not owed) take off.

    `amount` is positive for what is owed and negative for what is owed no more.
    """

    __tablename__ = "claim_entry"
    __table_args__ = (
        CheckConstraint("kind IN ('claimed', 'repaid', 'returned', 'waived', 'undone')", name="kind"),
        CheckConstraint("(kind = 'claimed') = (amount > 0) AND amount <> 0", name="sign"),
        Index("ix_claim_entry_claim", "claim_id"),
        Index("ix_claim_entry_order", "order_id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    claim_id: Mapped[str] = mapped_column(ForeignKey("claim.id"))
    order_id: Mapped[str] = mapped_column(ForeignKey("payment_order.id"))
    kind: Mapped[str] = mapped_column(String(8))
    amount: Mapped[Decimal] = mapped_column(Money)
    note: Mapped[str] = mapped_column(String(200))
    actor_id: Mapped[str | None] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(AwareDateTime)


class PaymentDecision(Base):
    """What a case that was reopened after its money was out decided to pay to somebody in all, and not in addition."""

    __tablename__ = "payment_decision"
    __table_args__ = (
        Index("ix_payment_decision_case", "case_id", "case_seq"),
        CheckConstraint("amount > 0", name="positive"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str] = mapped_column(String(32))
    case_seq: Mapped[int]
    payee: Mapped[str] = mapped_column(String(100))
    amount: Mapped[Decimal] = mapped_column(Money)


class BankFile(Base):
    """Orders that were handed to the bank together; an order is in one file at a time."""

    __tablename__ = "bank_file"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    made_at: Mapped[datetime] = mapped_column(AwareDateTime)
    made_by: Mapped[str | None] = mapped_column(String(32))
    made_by_name: Mapped[str] = mapped_column(String(50))


class Batch(Base):
    """Many orders by one decision (B6, F3). `status`: draft, confirmed or dropped. `key` makes repeating it safe."""

    __tablename__ = "batch"
    __table_args__ = (UniqueConstraint("key", "region_id"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(200))
    clause: Mapped[str] = mapped_column(String(100))
    region_id: Mapped[str] = mapped_column(String(32))
    county_id: Mapped[str | None] = mapped_column(String(32), index=True)
    amount: Mapped[Decimal | None] = mapped_column(Money)
    per: Mapped[str] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(String(32))
    split: Mapped[Any | None] = mapped_column(Json)
    programmes: Mapped[Any | None] = mapped_column(Json)
    due_on: Mapped[date]
    status: Mapped[str] = mapped_column(String(16))
    drafted_by: Mapped[str | None] = mapped_column(String(32))
    drafted_at: Mapped[datetime] = mapped_column(AwareDateTime)
    confirmed_by: Mapped[str | None] = mapped_column(String(32))
    confirmed_at: Mapped[datetime | None] = mapped_column(AwareDateTime)


class BatchLine(Base):
    """One recipient of a batch; excluded lines keep the reason and get no order.

    `once` is what may stand in an occasion once: the person for a one-off grant, the award for a monthly payment.
    A line without an award was added by hand, with the reason in `basis` and the account sealed; or it is the subsidy
    of an institution, which has no person, and `basis` says how the amount was reached.
    """

    __tablename__ = "batch_line"
    __table_args__ = (
        UniqueConstraint("batch_id", "once"),
        Index("ix_batch_line_page", "batch_id", "payee", "id"),
        CheckConstraint("amount > 0", name="positive"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey("batch.id"))
    once: Mapped[str] = mapped_column(String(32))
    person_id: Mapped[str | None] = mapped_column(String(32))
    award_id: Mapped[str | None] = mapped_column(String(32))
    institution_id: Mapped[str | None] = mapped_column(String(32))
    split: Mapped[Any | None] = mapped_column(Json)
    account: Mapped[bytes | None] = mapped_column(LargeBinary, info=keys.sealed("batch_line", "account"))
    basis: Mapped[str | None] = mapped_column(String(200))
    region_id: Mapped[str] = mapped_column(String(32))
    programme: Mapped[str] = mapped_column(String(64))
    payee: Mapped[str] = mapped_column(String(100))
    heads: Mapped[int]
    purpose: Mapped[str | None] = mapped_column(String(40))
    amount: Mapped[Decimal] = mapped_column(Money)
    excluded: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str | None] = mapped_column(String(200))


class Arrears(Base):
    """What a raised standard adds to a month that was ordered already (D15). Paid by the line `line_id` of a batch.

    `event` names the recalculation that found it: repeating one finds nothing more, since what it found counts as
    ordered.
    """

    __tablename__ = "arrears"
    __table_args__ = (
        UniqueConstraint("award_id", "month", "event"),
        Index("ix_arrears_line", "line_id"),
        CheckConstraint("amount > 0", name="positive"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    award_id: Mapped[str] = mapped_column(String(32))
    month: Mapped[str] = mapped_column(String(7))
    amount: Mapped[Decimal] = mapped_column(Money)
    event: Mapped[str] = mapped_column(String(32))
    line_id: Mapped[str | None] = mapped_column(String(32))
    found_at: Mapped[datetime] = mapped_column(AwareDateTime)
