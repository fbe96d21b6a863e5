"""Households of dibao at 400 yuan a month, their months and raised standards: for tests of what is due."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.cases import handlers
from app.core.clock import SHANGHAI
from app.core.ids import new_id
from app.funds import batches
from app.funds.listing import BatchSpec
from app.funds.models import Arrears, PaymentOrder
from app.identity import queries as identity
from app.jobs.runner import Worker
from app.registry import operations as registry
from tests.support.figures import put_in_force
from tests.support.worlds import VILLAGE, Office

PEOPLE = [("周海", "220122198809093311"), ("吴霞", "220122199001014021"), ("周朋", "220122199806152018")]


def settled(office: Office) -> Office:
    """The twentieth of April 2021, at a standard of 400 yuan since 2019."""
    office.clock.move_to(datetime(2021, 4, 20, 9, tzinfo=SHANGHAI))
    raise_to(office, 400, date(2019, 1, 1))
    return office


def member(name: str, number: str) -> dict[str, Any]:
    born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    return {"name": name, "id_number": number, "relation": "本人", "birth_date": born, "age": 30, "severe": False,
            "ill": False, "able": True}  # fmt: skip


def assessed(*people: tuple[str, str], income: int = 2400) -> dict[str, Any]:
    """What a household was computed from: 200 yuan a month of income."""
    return {"members": [member(*each) for each in people], "people": len(people), "ground": "household",
            "urban": False, "recipient": None, "annual_income": income, "rigid_spending": 0,
            "financial_assets": 0, "weighed_income": income, "irregular_income": False}  # fmt: skip


def award(office: Office, *people: tuple[str, str], **facts: Any) -> str:
    with office.database.write() as session:
        name, number = people[0]
        request = registry.AwardRequest(
            id=new_id(), programme="dibao", id_number=number, name=name, starts_on=date(2020, 1, 1),
            monthly=Decimal(400 * len(people) - 200), facts={"assessed": assessed(*people), **facts},
            region_id=identity.region_by_code(session, VILLAGE, office.now.date()).id,
        )  # fmt: skip
        registry.start_award(session, request, office.now)
    return request.id


def month(office: Office, number: int, *, confirmed: bool = True) -> str:
    spec = BatchSpec(f"dibao-2021-{number}", "monthly", f"{number}月低保金", "D4", "220122", ("dibao",),
                     date(2021, number, 15))  # fmt: skip
    office.clock.move_to(max(office.now, datetime(2021, number, 3, 9, tzinfo=SHANGHAI)))
    with office.database.write() as session:
        batch_id = batches.draft(session, office.holder(session, "county_clerk"), spec, office.now)
    if confirmed:
        confirm(office, batch_id)
    return batch_id


def confirm(office: Office, batch_id: str) -> int:
    with office.database.write() as session:
        return batches.confirm(session, office.holder(session, "county_head"), batch_id, office.now)


def raise_to(office: Office, value: Any, since: date) -> None:
    with office.database.write() as session:
        put_in_force(session, "rural_dibao_standard_month", "220122", value, now=office.now, valid_from=since)
    work(office)


def work(office: Office) -> None:
    while Worker(office.database, office.clock, handlers.HANDLERS).run_once():
        pass


def orders(office: Office, batch_id: str) -> list[tuple[str, str, str]]:
    with office.database.read() as session:
        mine = select(PaymentOrder.payee, PaymentOrder.purpose, PaymentOrder.amount)
        rows = session.execute(mine.where(PaymentOrder.batch_id == batch_id)).all()
    return sorted((row.payee, row.purpose or "", f"{row.amount:.2f}") for row in rows)


def owed(office: Office) -> list[tuple[str, str]]:
    with office.database.read() as session:
        rows = session.execute(select(Arrears.month, Arrears.amount)).all()
    return sorted((row.month, f"{row.amount:.2f}") for row in rows)
