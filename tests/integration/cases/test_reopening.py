"""A decided case whose money is out is decided again: the difference is paid or claimed, nothing is forgotten."""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import case, func, select

from app.auditing.verification import verify
from app.cases import operations, queries
from app.core.actor import SYSTEM
from app.core.errors import Gone, Invalid, NotYours, Rejection
from app.db.types import Money
from app.documents import operations as letters
from app.documents import queries as documents
from app.documents.text import extract_text
from app.funds import agreement, bank, claim_lists, claims, ledger, lists, returns
from app.funds import operations as funds
from app.funds.came_back import waiting
from app.funds.models import Claim, ClaimEntry, PaymentOrder
from app.identity import queries as identity
from app.inbox import queries as inbox
from app.registry.models import PAID, Award, OnceClaim
from tests.support.worlds import EMERGENCY, RELIEF, VILLAGE, Office

WHY = "工资结算单表明当月有收入"
DECIDING = {"township_review": "township_clerk", "rescue_decision": "township_head", "county_decision": "county_head"}
STEPS = {"uninsured_unemployed_relief": "township_review", "emergency_relief": "rescue_decision"}


def filed(office: Office, programme: str) -> str:
    """A case at its deciding step."""
    if programme == "emergency_relief":
        return office.apply(programme, EMERGENCY).case_id
    case_id = office.apply(programme, RELIEF).case_id
    office.do(case_id, "village_investigation", "village_cadre", facts_true=True)
    return case_id


def decide(office: Office, case_id: str, amount: Decimal | None) -> None:
    """Yes with an amount, or no."""
    with office.database.read() as session:
        open_items = inbox.open_of_case(session, case_id)
        found = next((each.element_id for each in open_items if each.element_id in DECIDING), None)
    if found is None:
        raise Gone("没有轮到决定")
    step: str = found
    said = "confirmed" if step == "township_review" else "approved"
    given: dict[str, Any] = {said: False, "opinion": "不符合条件"}
    office.do(case_id, step, DECIDING[step], **(given if amount is None else {said: True, "amount": amount}))


def paid(office: Office) -> str:
    """A case that was confirmed with 800 yuan, paid."""
    case_id = filed(office, "uninsured_unemployed_relief")
    decide(office, case_id, Decimal(800))
    with office.database.write() as session:
        orders = session.scalars(select(PaymentOrder.id)).all()
        bank.mark_paid(session, office.holder(session, "finance"), orders, "回单", office.now)
    return case_id


def reopen(office: Office, case_id: str, step: str, reason: str = WHY, position: str = "county_head") -> None:
    with office.database.write() as session:
        operations.reopen(session, office.holder(session, position), case_id, step, reason, office.now)


def text_of(session: Any, case_id: str, template: str) -> list[tuple[str, bool]]:
    """The letters of a template: their text, and whether they are valid."""
    rows = [row for row in documents.documents_of(session, case_id) if row.template == template]
    return [(extract_text(letters.issue(session, row.id).content), row.voided_at is None) for row in rows]


def test_only_a_county_head_and_only_where_money_is_out(office: Office) -> None:
    case_id = filed(office, "uninsured_unemployed_relief")
    with pytest.raises(Gone, match="没有发放过款项"):
        reopen(office, case_id, "village_investigation")
    decide(office, case_id, Decimal(800))
    with office.database.write() as session:
        finance = office.holder(session, "finance")
        file_id = bank.make_file(session, finance, lists.OrderFilter(), None, office.now)
    with pytest.raises(Gone, match="银行文件"):
        reopen(office, case_id, "village_investigation")
    with office.database.write() as session:
        bank.mark_file_paid(session, finance, file_id, "回单", office.now)
    for position, step, reason, refusal in (
        ("township_head", "township_review", WHY, NotYours),
        ("county_clerk", "township_review", WHY, NotYours),
        ("county_head", "township_review", " ", Invalid),
        ("county_head", "relief_confirmed", WHY, Invalid),
    ):
        with pytest.raises(refusal):
            reopen(office, case_id, step, reason, position)
    reopen(office, case_id, "village_investigation")
    for again in (
        lambda session: operations.cancel(session, office.holder(session, "county_head"), case_id, "不办", office.now),
        lambda session: operations.withdraw(session, SYSTEM, case_id, "不要了", office.now),
    ):
        with pytest.raises(Gone, match="重新办理"), office.database.write() as session:
            again(session)
    with pytest.raises(Gone):
        reopen(office, case_id, "village_investigation")


def test_less_is_owed_back_and_a_letter_takes_the_place_of_the_first(office: Office) -> None:
    case_id = paid(office)
    reopen(office, case_id, "township_review")
    with office.database.write() as session:
        clerk = office.holder(session, "township_clerk")
        operations.correct(session, clerk, case_id, {"post": "木工"}, "合同写的是木工", office.now)
    decide(office, case_id, Decimal("550.25"))
    with office.database.write() as session:
        (row,) = claim_lists.of_case(session, case_id)
        assert (row.owed, row.claim.debtor, queries.head(session, case_id).status) == (
            Decimal("249.75"), "王建国", "approved",
        )  # fmt: skip
        first, second = text_of(session, case_id, "approval_notice")
        assert (first[1], second[1], "550.25" in second[0]) == (False, True, True)
        ((told, valid),) = text_of(session, case_id, "correction_notice")
        assert valid
        assert all(
            part in told for part in (WHY, "审批决定书", "800.00元", "550.25元", "249.75元", "贰佰肆拾玖元柒角伍分")
        )
        assert session.scalars(select(Award.amount).where(Award.status == PAID)).all() == [Decimal("550.25")]
        assert not verify(session, None, office.now).faults


def test_who_is_refused_owes_all_and_may_apply_again(office: Office) -> None:
    case_id = paid(office)
    reopen(office, case_id, "township_review")
    decide(office, case_id, None)
    with office.database.write() as session:
        (row,) = claim_lists.of_case(session, case_id)
        assert (row.owed, queries.head(session, case_id).status) == (Decimal(800), "refused")
        assert session.scalars(select(OnceClaim)).all() == []
        assert session.scalars(select(Award).where(Award.status == PAID)).all() == []
        assert [valid for _, valid in text_of(session, case_id, "approval_notice")] == [False]
        assert "800.00元）应当退回" in text_of(session, case_id, "correction_notice")[0][0]
    again = filed(office, "uninsured_unemployed_relief")
    decide(office, again, Decimal(500))


def test_another_person_is_paid_whole_and_the_first_owes_all(office: Office) -> None:
    case_id = paid(office)
    reopen(office, case_id, "township_review")
    with office.database.write() as session:
        clerk, other = office.holder(session, "township_clerk"), {"name": "王建军", "id_number": "220122198305123118"}
        operations.correct(session, clerk, case_id, other, "录成了哥哥的姓名和号码", office.now)
    decide(office, case_id, Decimal(600))
    with office.database.read() as session:
        (row,) = claim_lists.of_case(session, case_id)
        orders = session.execute(select(PaymentOrder.payee, PaymentOrder.amount).order_by(PaymentOrder.case_seq)).all()
        assert (row.claim.debtor, row.owed) == ("王建国", Decimal(800))
        assert [tuple(each) for each in orders] == [("王建国", Decimal(800)), ("王建军", Decimal(600))]


@pytest.mark.parametrize(("programme", "seed"), [("uninsured_unemployed_relief", 2), ("emergency_relief", 4)])
def test_any_sequence_leaves_what_was_decided_last(office: Office, programme: str, seed: int) -> None:
    """Paying, returns, claims and repayments by chance between decisions: orders less claims are the last decision."""
    chance, done = random.Random(seed), set[str]()
    case_id = filed(office, programme)
    with office.database.write() as session:
        chain = identity.chain_of_code(session, VILLAGE, office.now.date())
        assert chain.township is not None
        funds.open_reserve(session, chain.township.id, Decimal(9000), SYSTEM, office.now)
        finance, colleague = office.holder(session, "finance"), office.holder(session, "finance", 1)
        head = office.holder(session, "county_head")

    unpaid, owing = PaymentOrder.status == "pending", Claim.closed_at.is_(None)

    def some(session: Any, table: Any, *where: Any) -> str:
        found = session.scalars(select(table.id).where(*where).order_by(table.id)).all()
        if not found:
            raise Gone("没有可以办的")
        return chance.choice(found)

    def move(session: Any, what: str) -> None:
        match what:
            case "paid":
                bank.mark_paid(session, finance, [some(session, PaymentOrder, unpaid)], "回单", office.now)
            case "file":
                bank.make_file(session, colleague, lists.OrderFilter(), None, office.now)
            case "returned":
                returns.mark_returned(session, finance, [some(session, PaymentOrder)], "户名不符", office.now)
            case "again":
                came_back = some(session, PaymentOrder, waiting())
                returns.order_again(session, finance, came_back, "", "本人核对", office.now)
            case "repay":
                owed = some(session, Claim, owing)
                most = int(sum(part.amount for part in claims.outstanding(session, owed)) * 100)
                amount = Decimal(chance.choice([most, chance.randrange(1, most + 1)])) / 100
                claims.repay(session, finance, owed, amount, "收据", office.now)
            case "waive":
                claims.waive(session, head, some(session, Claim, owing), "经会议决定", office.now)

    def money(times: int, acts: Sequence[str]) -> None:
        for _ in range(times):
            what = chance.choice(acts)
            with suppress(Rejection), office.database.write() as session:
                move(session, what)
                done.add(what)

    for again in range(12):
        if again:
            for what in 3 * ["again", "paid"]:
                money(1, [what])
            try:
                reopen(office, case_id, STEPS[programme])
            except Gone as gone:
                if "没有发放过" in gone.message:  # all came back, and then nothing was decided: a new application
                    case_id = filed(office, programme)
                elif "银行文件" in gone.message:
                    continue
                else:
                    raise
            money(2, ["returned", "repay", "waive", "again"])
        last = Decimal(chance.randrange(1, 100000)) / 100 if chance.random() < 0.75 or not again else None
        decide(office, case_id, last)
        with office.database.read() as session:
            kept, waived = _kept(session, case_id)
            assert (last or 0) <= kept <= (last or 0) + waived
        money(5, ["returned", "again", "file", "waive", "paid", "paid", "repay", "repay"])
    assert done >= {"returned", "repay", "again"}
    with office.database.read() as session:
        assert agreement.disagreements(session, SYSTEM) == []
        whole = ledger.total(ledger.lines(session, SYSTEM, ledger.LedgerFilter()))
        spent = session.scalar(select(func.sum(PaymentOrder.amount)).where(PaymentOrder.status == "paid"))
        back = session.scalar(select(func.sum(-ClaimEntry.amount)).where(ClaimEntry.kind == "repaid"))
        assert (whole.paid, whole.net) == (spent or 0, (spent or 0) - (back or 0))
        assert not verify(session, None, office.now).faults


def _kept(session: Any, case_id: str) -> tuple[Decimal, Decimal]:
    """What somebody keeps of everything ordered, when all is paid and paid back; and what was waived of it."""
    standing = (PaymentOrder.case_id == case_id) & (PaymentOrder.status.in_(("paid", "pending")) | waiting())
    ordered = session.scalar(select(func.coalesce(func.sum(PaymentOrder.amount), 0, type_=Money())).where(standing))
    kinds = func.sum(case((ClaimEntry.kind == "repaid", 0), else_=ClaimEntry.amount), type_=Money())
    mine = select(kinds).join(PaymentOrder, PaymentOrder.id == ClaimEntry.order_id)
    claimed = session.scalar(mine.where(standing, ClaimEntry.kind != "returned")) or Decimal(0)
    waived = -(session.scalar(mine.where(standing, ClaimEntry.kind == "waived")) or Decimal(0))
    return ordered - claimed, waived
