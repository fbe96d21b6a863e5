"""Money that comes back: whatever happens in whatever order, ledger, orders, entries and the bank's answers agree."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, update

from app.auditing.verification import verify
from app.cases.returned_money import HANDLERS
from app.core.actor import SYSTEM
from app.core.clock import MovableClock
from app.core.errors import Gone, Invalid, NotYours, Rejection
from app.core.ids import new_id
from app.db import Database
from app.documents import operations as documents
from app.documents.operations import DOCUMENT
from app.documents.text import extract_text
from app.funds import agreement, bank, bank_reply, claim_lists, claims, ledger, lists, operations, returns
from app.funds.came_back import waiting
from app.funds.models import BankAnswer, Claim, ClaimEntry, Fund, FundEntry, PaymentOrder
from app.funds.operations import OrderRequest, Origin, order_payment
from app.identity import queries as identity
from app.inbox.queries import ITEM
from app.jobs.runner import Worker
from tests.support.statements import counted
from tests.support.worlds import VILLAGE, Office

DUE = date(2020, 10, 12)
SPLIT = [{"source": "city_fund", "share": 5}, {"source": "county_fund", "share": 5}]
ALL = ledger.LedgerFilter()


class Undone(Exception):
    """What was written to see it found does not stay."""


@pytest.fixture
def office(database: Database, clock: MovableClock) -> Office:
    return Office.open(database, clock)


def order(session: Any, office: Office, amount: str = "577.01", **changes: Any) -> str:
    village = identity.region_by_code(session, VILLAGE, office.now.date())
    given = {
        "total": Decimal(amount), "instalments": 1, "first_on": DUE, "payee": "周海", "account": "6228480240009876543",
        "source": "county_fund", "programme": "tekun", "dedup": new_id(), "split": SPLIT,
    }  # fmt: skip
    origin = Origin(identity.chain(session, village.id), SYSTEM)
    (made,) = order_payment(session, OrderRequest(**{**given, **changes}), origin, office.now)
    return made


def reserve(session: Any, office: Office) -> None:
    chain = identity.chain_of_code(session, VILLAGE, office.now.date())
    assert chain.township is not None
    operations.open_reserve(session, chain.township.id, Decimal(3000), SYSTEM, office.now)


def work(office: Office) -> None:
    while Worker(office.database, office.clock, HANDLERS).run_once():
        pass


@pytest.mark.parametrize("seed", [1])
def test_any_sequence_keeps_the_books_together(office: Office, seed: int) -> None:
    """Orders, returns, further orders, claims, repayments, by chance; every refusal leaves things as they were."""
    chance, done = random.Random(seed), set()
    with office.database.write() as session:
        reserve(session, office)
        finance, colleague = office.holder(session, "finance"), office.holder(session, "finance", 1)
        head = office.holder(session, "county_head")

    def some(session: Any, table: Any, *where: Any) -> str:
        return chance.choice([*session.scalars(select(table.id).where(*where).order_by(table.id)), "none"])

    def act(session: Any, what: str) -> None:
        match what:
            case "order":
                order(session, office, f"{chance.randrange(1, 90000) / 100:.2f}", split=chance.choice([SPLIT, None]))
            case "reserve":
                order(session, office, "150.55", source=operations.RESERVE, split=None)
            case "file":
                bank.make_file(session, colleague, lists.OrderFilter(until=DUE), None, office.now)
            case "paid":
                bank.mark_paid(session, finance, [some(session, PaymentOrder)], "回单", office.now)
            case "returned":
                returns.mark_returned(session, finance, [some(session, PaymentOrder)], "户名不符", office.now)
            case "again":
                digits = chance.choice(["", "6228480240001234568"])
                returns.order_again(
                    session, finance, some(session, PaymentOrder, waiting()), digits, "本人核对", office.now
                )
            case "give_up":
                returns.give_up(session, finance, some(session, PaymentOrder, waiting()), "人已迁出", office.now)
            case "claim":
                chosen = some(session, PaymentOrder, PaymentOrder.status == "paid")
                if session.scalar(select(func.count()).where(ClaimEntry.order_id == chosen)) == 0 and chosen != "none":
                    amount = session.get_one(PaymentOrder, chosen).amount
                    part = (amount * chance.randrange(1, 100) / 100).quantize(Decimal("0.01"))
                    request = claims.ClaimRequest("周海", "多发", [(chosen, part)])
                    claims.open_claim(session, request, finance, office.now)
            case "repay":
                owing = some(session, Claim, Claim.closed_at.is_(None))
                claims.repay(session, finance, owing, Decimal(chance.randrange(1, 3000)) / 100, "收据", office.now)
            case "waive":
                claims.waive(session, head, some(session, Claim), "经会议决定", office.now)

    sometimes = ["reserve", "file", "returned", "again", "give_up", "waive"]
    acts = [*sometimes, *2 * ["order", "paid", "claim", "repay"]]
    for _ in range(160):
        what = chance.choice(acts)
        try:
            with office.database.write() as session:
                act(session, what)
            done.add(what)
        except Rejection:
            continue
    assert done == set(acts)
    with office.database.read() as session:
        lines = ledger.lines(session, SYSTEM, ALL)
        whole = ledger.total(lines)
        spent = session.scalar(select(func.sum(PaymentOrder.amount)).where(PaymentOrder.status == "paid"))
        back = session.scalar(select(func.sum(-ClaimEntry.amount)).where(ClaimEntry.kind == "repaid"))
        assert (whole.paid, whole.net) == (spent, spent - back)
        assert all(line.agrees for line in lines)
        assert agreement.disagreements(session, SYSTEM) == []
        twice = select(PaymentOrder.replaces).where(PaymentOrder.replaces.is_not(None)).group_by(PaymentOrder.replaces)
        assert session.scalars(twice.having(func.count() > 1)).all() == []


def test_a_returned_order_is_work_and_a_letter_and_goes_out_once_more(office: Office) -> None:
    with office.database.write() as session:
        finance, colleague = office.holder(session, "finance"), office.holder(session, "finance", 1)
        order_id = order(session, office)
        file_id = bank.make_file(session, finance, lists.OrderFilter(), [order_id], office.now)
        bank.mark_file_paid(session, finance, file_id, "回单", office.now)
        returns.mark_returned(session, finance, [order_id], "账号与户名不符", office.now)
    work(office)
    with office.database.write() as session:
        task = session.execute(select(ITEM).where(ITEM.c.id == order_id)).one()
        assert (task.status, task.candidate in finance.candidates) == ("open", True)
        (letter,) = session.execute(select(DOCUMENT.c.id).where(DOCUMENT.c.origin == order_id)).scalars()
        assert "账号与户名不符" in extract_text(documents.issue(session, letter).content)
        again = returns.order_again(session, finance, order_id, "6217000011112222333", "本人持存折核对", office.now)
    for refused in (
        lambda s: returns.order_again(s, finance, order_id, "", "再来一次", office.now),
        lambda s: returns.give_up(s, finance, order_id, "不付了吧", office.now),
        lambda s: returns.mark_returned(s, finance, [order_id], "又退", office.now),
    ):
        with pytest.raises(Gone), office.database.write() as session:
            refused(session)
    with pytest.raises(NotYours, match="另一位"), office.database.write() as session:
        bank.make_file(session, finance, lists.OrderFilter(), [again], office.now)
    work(office)
    with office.database.write() as session:
        assert session.scalar(select(ITEM.c.status).where(ITEM.c.id == order_id)) == "cancelled"
        file_id = bank.make_file(session, colleague, lists.OrderFilter(), [again], office.now)
        (line,) = bank.lines_of(session, colleague, file_id, office.now)
        assert (line.account, line.amount) == ("6217000011112222333", Decimal("577.01"))
        (row,) = [line for line in ledger.lines(session, finance, ALL) if line.source == "city_fund"]
        assert (row.pending, row.paid, row.returned, row.bank) == tuple(
            map(Decimal, ("288.50", "0.00", "288.50", "0.00"))
        )


def test_the_answer_of_the_bank_is_read_whole_or_not_at_all(office: Office) -> None:
    with office.database.write() as session:
        finance = office.holder(session, "finance")
        good, bad, strange = (order(session, office) for _ in range(3))
        file_id = bank.make_file(session, finance, lists.OrderFilter(), [good, bad], office.now)
    head = "编号,结果,原因\n"
    for content, refusal in (
        (f"{head}{good},好了,\n", Invalid),
        (f"{head}{good},成功,\n{bad},失败,\n", Invalid),
        (f"{head}{good},成功,\n{strange},成功,\n", Gone),
        (f"{head}{good},成功,\n{good},失败,户名不符\n", Gone),
    ):
        with pytest.raises(refusal), office.database.write() as session:
            bank_reply.take(session, finance, file_id, bank_reply.understood(content.encode()), "回单", office.now)
    with office.database.write() as session:
        content = f"{head}{good},成功,\n{bad},失败,户名不符\n".encode()
        answer = bank_reply.understood(content)
        assert bank_reply.take(session, finance, file_id, answer, "回单", office.now) == bank_reply.Reply(1, 1)
        states = dict(session.execute(select(PaymentOrder.id, PaymentOrder.status)).tuples().all())
        assert (states[good], states[bad], states[strange]) == ("paid", "returned", "pending")
        assert agreement.disagreements(session, SYSTEM) == []


def test_what_is_owed_comes_back_in_parts_or_with_the_transfer(office: Office) -> None:
    with office.database.write() as session:
        finance = office.holder(session, "finance")
        ids = [order(session, office, "410", split=None) for _ in range(2)]
        bank.mark_paid(session, finance, ids, "回单", office.now)
        request = claims.ClaimRequest("周海", "多发", [(each, Decimal(100)) for each in ids])
        claim_id = claims.open_claim(session, request, finance, office.now)
        assert claim_id is not None
        claims.plan(session, finance, claim_id, Decimal(80), date(2020, 9, 30), office.now)
        assert claims.repay(session, finance, claim_id, Decimal(30), "收据1", office.now) == Decimal(170)
        row = claim_lists.one(session, finance, claim_id)
        assert (row.owed, row.late(office.now.date())) == (Decimal(170), Decimal(50))
        with pytest.raises(Invalid):
            claims.repay(session, finance, claim_id, Decimal(171), "收据", office.now)
        with pytest.raises(NotYours):
            claims.waive(session, finance, claim_id, "不要了吧", office.now)
        oldest = min(ids)
        returns.mark_returned(session, finance, [oldest], "账户已销户", office.now)
        assert claim_lists.one(session, finance, claim_id).owed == Decimal(100)
        assert returns.returned(session, finance, oldest).amount == Decimal(340)
        assert claims.repay(session, finance, claim_id, Decimal(100), "收据2", office.now) == 0
        assert agreement.disagreements(session, SYSTEM) == []
        assert [line.net for line in ledger.lines(session, finance, ALL)] == [Decimal(410 - 130)]
    with pytest.raises(Gone), office.database.write() as session:
        claims.repay(session, finance, claim_id, Decimal(1), "收据3", office.now)


def test_each_record_that_is_changed_behind_the_others_is_found(database: Database, clock: MovableClock) -> None:
    office = Office.open(database, clock)
    with database.write() as session:
        reserve(session, office)
        finance = office.holder(session, "finance")
        paid, drawn = order(session, office), order(session, office, source=operations.RESERVE, split=None)
        bank.mark_paid(session, finance, [paid], "回单", office.now)
        claims.open_claim(session, claims.ClaimRequest("周海", "多发", [(paid, Decimal(7))]), finance, office.now)
    for table, values in (
        (PaymentOrder, {"status": "pending"}), (BankAnswer, {"moved": Decimal(1)}),
        (ClaimEntry, {"amount": Decimal(999)}),
        (FundEntry, {"amount": Decimal(5)}), (Fund, {"balance": Decimal(1)}), (Claim, {"closed_at": office.now}),
    ):  # fmt: skip
        with suppress(Undone), database.write() as session:
            session.execute(update(table).values(**values))
            assert agreement.disagreements(session, SYSTEM), table
            if table in (BankAnswer, ClaimEntry):
                assert verify(session, None, office.now).faults, table
            raise Undone
    with database.read() as session:
        assert agreement.disagreements(session, SYSTEM) == []
        assert drawn


def test_the_months_shown_are_checked_in_as_many_statements_for_one_fund_as_for_many(office: Office) -> None:
    october, november = (ledger.LedgerFilter(month, month) for month in ("2020-10", "2020-11"))
    with office.database.write() as session:
        finance = office.holder(session, "finance")
        reserve(session, office)
        paid = order(session, office)
        bank.mark_paid(session, finance, [paid], "回单", office.now)
        claims.open_claim(session, claims.ClaimRequest("周海", "多发", [(paid, Decimal(7))]), finance, office.now)
        with counted(session) as before:
            assert agreement.disagreements(session, finance, october) == []
        chain = identity.chain_of_code(session, VILLAGE, office.now.date())
        for region in (chain.nearest, chain.county):
            assert region is not None
            session.add(Fund(id=new_id(), region_id=region.id, kind="reserve", balance=Decimal(0)))
        session.flush()
        with counted(session) as after:
            assert agreement.disagreements(session, finance, october) == []
        assert len(after) == len(before) <= 9
        for table, values in ((BankAnswer, {"moved": Decimal(1)}), (Claim, {"closed_at": office.now})):
            session.execute(update(table).values(**values))
            assert len(agreement.disagreements(session, finance, october)) == len(values)
            assert agreement.disagreements(session, finance, november) == []
            session.execute(update(BankAnswer).values(moved=Decimal("577.01")))
        session.execute(update(Claim).values(closed_at=None))
