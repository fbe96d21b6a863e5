"""A decision on an award that is paid by the month is made again: every month is settled to the fen (docs/adr/0034)."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import exists, select

from app.auditing.verification import verify
from app.cases import operations, queries
from app.cases.arrears import Months
from app.core.actor import SYSTEM
from app.core.errors import Gone, NotEligible, Rejection
from app.funds import agreement, bank, claims, lists, returns
from app.funds.came_back import waiting
from app.funds.models import Arrears, Claim, ClaimEntry, PaymentOrder
from app.registry import deaths
from app.registry import queries as registry
from tests.support.filling import BACKENDS
from tests.support.raises import PEOPLE, month, raise_to, settled, work
from tests.support.worlds import Office

ON_SQLITE = pytest.mark.parametrize("office_url", BACKENDS[:1], indirect=True)
WHY = "核对时漏算了务工收入"
HOUSEHOLD: dict[str, Any] = {
    "name": PEOPLE[0][0], "id_number": PEOPLE[0][1], "phone": "13904310012", "address": "农安县农安镇",
    "bank_account": "6228480240001234568", "applied_by": "self", "authorised": True,
    "household": {
        "annual_income": 2400, "financial_assets": 0,
        "members": [{"name": name, "id_number": number, "relation": "本人" if not place else "亲属", "can_work": True}
                    for place, (name, number) in enumerate(PEOPLE)],
    },
}  # fmt: skip


def checked(office: Office, case_id: str, income: int) -> None:
    office.do(case_id, "means_check", "township_clerk", annual_income=income, financial_assets=0)
    office.do(case_id, "household_visit", "township_clerk", consistent=True, disputed=False)


def decided(office: Office, case_id: str, *, yes: bool = True) -> None:
    opinion = {} if yes else {"opinion": "不符合条件"}
    office.do(case_id, "review", "township_head", approved=yes, **opinion)
    if yes:
        office.clock.move_to(office.now + timedelta(days=9))
        work(office)
        office.do(case_id, "county_confirmation", "county_head", approved=True)
    work(office)


@pytest.fixture
def granted(office: Office) -> str:
    """A household of three that is paid from May 2021 on, by a standard of 400 yuan: 1,000 yuan a month."""
    settled(office)
    case_id = office.apply("dibao", HOUSEHOLD).case_id
    office.do(case_id, "acceptance", "township_clerk", complete=True)
    checked(office, case_id, 2400)
    decided(office, case_id)
    return case_id


def reopen(office: Office, case_id: str, step: str = "means_check") -> None:
    with office.database.write() as session:
        operations.reopen(session, office.holder(session, "county_head"), case_id, step, WHY, office.now)


def due_and_kept(office: Office, award_id: str) -> tuple[Decimal, Decimal, Decimal]:
    """What the months that were drafted are due, what of their orders somebody keeps in the end, what was waived."""
    nothing = Decimal(0)
    with office.database.read() as session:
        award = registry.award(session, award_id)
        due = Months(session, [award], award.starts_on, office.now).worth(award)
        kept = sum(
            session.scalars(select(Arrears.amount).where(~exists().where(PaymentOrder.id == Arrears.line_id))), nothing
        )
        mine = select(PaymentOrder.status, PaymentOrder.amount, waiting(), PaymentOrder.id)
        for order in session.execute(mine.where(PaymentOrder.award_id == award_id)).all():
            entries = select(ClaimEntry.kind, ClaimEntry.amount).where(ClaimEntry.order_id == order.id)
            sums = dict.fromkeys(("claimed", "repaid", "returned", "waived", "undone"), nothing)
            for kind, amount in session.execute(entries):
                sums[kind] += amount
            goes_out = order.amount if order.status in ("paid", "pending") else nothing
            kept += order.amount + sums["returned"] if order[2] else goes_out
            kept -= sum(sums.values(), nothing) - sums["repaid"]
        waived = sum(session.scalars(select(ClaimEntry.amount).where(ClaimEntry.kind == "waived")), nothing)
        return sum(due.values(), nothing), kept, -waived


def award_of(office: Office, case_id: str) -> str:
    with office.database.read() as session:
        found = queries.head(session, case_id).award_id
    assert found is not None
    return found


@ON_SQLITE
def test_only_the_newest_decision_and_nothing_else_meanwhile(office: Office, granted: str) -> None:
    award_id = award_of(office, granted)
    with office.database.write() as session:
        clerk = office.holder(session, "township_clerk")
        recheck = operations.start_award_case(session, clerk, award_id, "recheck", {}, office.now)
    with pytest.raises(Gone, match=f"正在办理案件{recheck.number}"):
        reopen(office, granted)
    with office.database.write() as session:
        operations.cancel(session, office.holder(session, "county_head"), recheck.case_id, "重复启动", office.now)
    reopen(office, granted)
    with pytest.raises(Gone, match="正在重新办理"), office.database.write() as session:
        operations.start_award_case(session, clerk, award_id, "recheck", {}, office.now)
    checked(office, granted, 4800)
    decided(office, granted)
    with office.database.write() as session:
        recheck = operations.start_award_case(session, clerk, award_id, "recheck", {}, office.now)
    office.do(recheck.case_id, "recheck", "township_clerk", annual_income=4800, financial_assets=0,
              irregular_income=False, household=HOUSEHOLD["household"])  # fmt: skip
    office.do(recheck.case_id, "recheck_review", "township_head", approved=True)
    with pytest.raises(Gone, match=f"请重新办理案件{recheck.number}"):
        reopen(office, granted)


@ON_SQLITE
def test_somebody_who_dies_meanwhile_is_counted_until_then(office: Office, granted: str) -> None:
    """The death is found at the decision; what the dead had a share in stays as it was paid."""
    award_id = award_of(office, granted)
    month(office, 5)
    reopen(office, granted)
    office.clock.move_to(office.now + timedelta(days=1))
    name, number = PEOPLE[2]
    with office.database.write() as session:
        who = deaths.person_with(session, number)
        deaths.record(session, who, office.now.date(), SYSTEM, office.now)
    work(office)
    checked(office, granted, 2400)
    with pytest.raises(NotEligible, match="死亡"):
        decided(office, granted)
    with office.database.write() as session:
        members = [each for each in HOUSEHOLD["household"]["members"] if each["name"] != name]
        clerk = office.holder(session, "township_clerk")
        operations.correct(session, clerk, granted, {"members": members}, "家中有人去世", office.now)
    decided(office, granted)
    month(office, 6)
    due, kept, _ = due_and_kept(office, award_id)
    assert (due, kept) == (Decimal(1000 + 600), Decimal(1600))


@ON_SQLITE
def test_what_was_waived_and_then_came_back_is_not_claimed_again(office: Office, granted: str) -> None:
    award_id = award_of(office, granted)
    month(office, 5)
    with office.database.write() as session:
        finance, (order,) = office.holder(session, "finance"), session.scalars(select(PaymentOrder.id)).all()
        bank.mark_paid(session, finance, [order], "回单", office.now)
    reopen(office, granted)
    checked(office, granted, 9600)
    decided(office, granted)
    with office.database.write() as session:
        (claim,) = session.scalars(select(Claim.id)).all()
        claims.waive(session, office.holder(session, "county_head"), claim, "经会议决定", office.now)
        returns.mark_returned(session, finance, [order], "户名不符", office.now)
    reopen(office, granted, "review")
    decided(office, granted, yes=False)
    due, kept, waived = due_and_kept(office, award_id)
    assert due == 0 <= kept <= waived
    with office.database.read() as session:
        assert agreement.disagreements(session, SYSTEM) == []


def test_any_sequence_leaves_what_the_months_are_due(office: Office, granted: str) -> None:
    """Raises, months, returns, claims and repayments by chance: orders less claims are what the months are due."""
    chance, done, award_id = random.Random(8), set[str](), award_of(office, granted)
    months, standard = iter(range(5, 10)), 400

    def some(session: Any, table: Any, *where: Any) -> str:
        found = session.scalars(select(table.id).where(*where).order_by(table.id)).all()
        if not found:
            raise Gone("没有可以办的")
        return chance.choice(found)

    def move(session: Any, what: str) -> None:
        finance, head = office.holder(session, "finance"), office.holder(session, "county_head")
        match what:
            case "paid":
                unpaid = some(session, PaymentOrder, PaymentOrder.status == "pending")
                bank.mark_paid(session, finance, [unpaid], "回单", office.now)
            case "file":
                bank.make_file(session, finance, lists.OrderFilter(), None, office.now)
            case "returned":
                returns.mark_returned(session, finance, [some(session, PaymentOrder)], "户名不符", office.now)
            case "again":
                returns.order_again(
                    session, finance, some(session, PaymentOrder, waiting()), "", "本人核对", office.now
                )
            case "repay":
                owed = some(session, Claim, Claim.closed_at.is_(None))
                most = int(sum(part.amount for part in claims.outstanding(session, owed)) * 100)
                amount = Decimal(chance.choice([most, chance.randrange(1, most + 1)])) / 100
                claims.repay(session, finance, owed, amount, "收据", office.now)
            case "waive":
                claims.waive(session, head, some(session, Claim, Claim.closed_at.is_(None)), "经会议决定", office.now)

    def money(acts: list[str]) -> None:
        for what in chance.choices(acts, k=4):
            with suppress(Rejection), office.database.write() as session:
                move(session, what)
                done.add(what)

    for _ in range(4):
        month(office, next(months))
        money(["paid", "paid", "file", "returned", "again", "repay", "repay"])
        if chance.random() < 0.4:
            standard += 25
            raise_to(office, standard, date(2021, office.now.month, 1))
        reopen(office, granted)
        checked(office, granted, 12 * chance.randrange(0, 1000))
        money(["paid", "returned", "waive", "repay"])
        decided(office, granted)
        due, kept, waived = due_and_kept(office, award_id)
        assert due <= kept <= due + waived
    reopen(office, granted, "review")
    decided(office, granted, yes=False)
    due, kept, waived = due_and_kept(office, award_id)
    assert due == 0 <= kept <= waived
    assert len(done) > 3
    with office.database.read() as session:
        assert agreement.disagreements(session, SYSTEM) == []
        assert not verify(session, None, office.now).faults
