"""A county of 20,000 awards: a month from the draft to the bank, and a raised standard with arrears (D15).

`python -m bench.county [HOW_MANY]`, on SQLite and, where it is installed, on PostgreSQL.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cases import published, recalculation
from app.cases.handlers import HANDLERS
from app.core.clock import SHANGHAI
from app.core.ids import new_id
from app.figures import operations as figures
from app.figures.operations import CHANGED
from app.funds import bank, batches, lists
from app.funds.listing import BatchSpec
from app.funds.models import Arrears, PaymentOrder
from app.identity import queries as identity
from app.jobs import operations as jobs
from app.jobs.runner import Worker
from app.registry import operations as registry
from bench import world
from bench.report import figure
from tests.support.figures import put_in_force
from tests.support.worlds import VILLAGE, Office, id_number

AWARDS = 20_000
MONTHS = (6, 7)
AIM = "<= 60"
STANDARD = "rural_dibao_standard_month"
CALCULATES = {kind: HANDLERS[kind] for kind in (CHANGED, recalculation.CHANGE)}
"""Letters are left out: they are measured by themselves, and nobody's money waits for them."""


@dataclass
class Clocked:
    """Seconds by the clock and of the processor."""

    wall: float = 0.0
    cpu: float = 0.0


@dataclass
class County:
    """An office with `size` households in payment; what repeating must not change is counted by `paid`."""

    office: Office
    name: str
    size: int
    taken: dict[str, Clocked] = field(default_factory=dict)

    @contextmanager
    def timed(self, what: str) -> Iterator[Clocked]:
        found, wall, cpu = self.taken.setdefault(what, Clocked()), time.perf_counter(), time.process_time()
        yield found
        found.wall += time.perf_counter() - wall
        found.cpu += time.process_time() - cpu

    def tell(self, key: str, *parts: str) -> None:
        """Note what some parts took together, and print it."""
        wall, cpu = (sum(getattr(self.taken[part], kind) for part in parts) for kind in ("wall", "cpu"))
        figure(f"county.{self.name}.{key}", wall, "s", AIM if self.size == AWARDS else "")
        figure(f"county.{self.name}.{key}.each", cpu / self.size * 1000, "ms cpu")
        told = ", ".join(f"{part} {self.taken[part].wall:.1f}" for part in parts)
        print(f"  {key}: {wall:.1f} s ({told}), cpu {cpu / self.size * 1000:.2f} ms an award")

    def paid(self) -> tuple[int, int]:
        """How many orders and arrears there are."""
        with self.office.database.read() as session:
            orders = session.scalar(select(func.count(PaymentOrder.id))) or 0
            return orders, session.scalar(select(func.count(Arrears.id))) or 0

    def write(self, call: Callable[[Session], Any]) -> Any:
        with self.office.database.write() as session:
            return call(session)


def _assessed(name: str, number: str) -> dict[str, Any]:
    """A household of one; incomes differ, 200 yuan a month and more."""
    born, income = date(int(number[6:10]), int(number[10:12]), int(number[12:14])), 2400 + int(number[14:17]) % 97
    member = {"name": name, "id_number": number, "relation": "本人", "birth_date": born, "age": 30, "severe": False,
              "ill": False, "able": True}  # fmt: skip
    return {"members": [member], "people": 1, "ground": "household", "urban": False, "recipient": None,
            "annual_income": income, "rigid_spending": 0, "financial_assets": 0, "weighed_income": income,
            "irregular_income": False}  # fmt: skip


def _settle(county: County) -> None:
    """People in payment since 2020 at a standard of 400 yuan."""
    office = county.office
    office.clock.move_to(datetime(2021, 6, 3, 9, tzinfo=SHANGHAI))
    county.write(lambda session: put_in_force(session, STANDARD, "220122", 400, now=office.now,
                                              valid_from=date(2019, 1, 1)))  # fmt: skip
    _work(county)
    for start in range(0, county.size, 500):
        with office.database.write() as session:
            region = identity.region_by_code(session, VILLAGE, office.now.date())
            for place in range(start, min(start + 500, county.size)):
                name, number = f"张{place}", id_number(place)
                request = registry.AwardRequest(
                    id=new_id(), programme="dibao", id_number=number, name=name, region_id=region.id,
                    monthly=Decimal("200.00"), starts_on=date(2020, 1, 1), account=f"62284802400{place:08d}",
                    facts={"assessed": _assessed(name, number)},
                )  # fmt: skip
                registry.start_award(session, request, office.now)


def _month(county: County, number: int) -> None:
    """Draft, confirm and export a month."""
    office = county.office
    office.clock.move_to(max(office.now, datetime(2021, number, 3, 9, tzinfo=SHANGHAI)))
    spec = BatchSpec(f"dibao-2021-{number}", "monthly", f"{number}月低保金", "D4", "220122", ("dibao",),
                     date(2021, number, 15))  # fmt: skip
    with office.database.read() as session:
        positions = ("county_clerk", "county_head", "finance")
        clerk, head, finance = (office.holder(session, position) for position in positions)
    with county.timed("drafted"):
        batch_id = county.write(lambda session: batches.draft(session, clerk, spec, office.now))
    with county.timed("confirmed and ordered"):
        county.write(lambda session: batches.confirm(session, head, batch_id, office.now))
    until = lists.OrderFilter(until=spec.due_on)
    with county.timed("exported"):
        file_id = county.write(lambda session: bank.make_file(session, finance, until, None, office.now))
        found = county.write(lambda session: bank.lines_of(session, finance, file_id, office.now))
    if len(found) != county.size or not all(line.account for line in found):
        raise RuntimeError(f"the bank got {len(found)} lines")
    before = county.paid()
    county.write(lambda session: batches.confirm(session, head, batch_id, office.now))
    if county.paid() != before:
        raise RuntimeError("confirming again ordered again")


def _raise(county: County) -> None:
    """A standard of 450 yuan from the first of the months that were paid: seen before, confirmed, and begun again."""
    office = county.office
    with office.database.write() as session:
        owner, second = (office.holder(session, "policy_owner", place) for place in (0, 1))
        entered = figures.propose(session, owner, STANDARD, "220122", 450, valid_from=date(2021, 6, 1),
                                  reason="提标", now=office.now)  # fmt: skip
    with office.database.read() as session, county.timed("seen before"):
        seen = published.preview(session, second, entered.id, office.now)
    with county.timed("recalculated"):
        county.write(lambda session: figures.confirm(session, second, entered.id, now=office.now))
        _work(county)
    before = county.paid()
    with county.timed("recalculated again"):
        county.write(lambda session: jobs.enqueue(session, CHANGED, {}, office.now, "again", reference=entered.id))
        _work(county)
    if county.paid() != before or before[1] != len(MONTHS) * county.size:
        raise RuntimeError(f"arrears {before} became {county.paid()}")
    print(f"  seen before: {seen.awards} awards, {seen.monthly} yuan a month, {seen.arrears} once")


def _work(county: County) -> None:
    worker = Worker(county.office.database, county.office.clock, CALCULATES)
    while worker.run_once():
        pass


def _measure(name: str, office: Office, size: int) -> None:
    county = County(office, name, size)
    with county.timed("settled"):
        _settle(county)
    print(f"{name}: {size} awards in payment, recorded in {county.taken['settled'].wall:.0f} s")
    for number in MONTHS:
        _month(county, number)
    county.tell("month", "drafted", "confirmed and ordered", "exported")
    _raise(county)
    county.tell("preview", "seen before")
    county.tell("raise", "recalculated")
    county.tell("again", "recalculated again")


def main(size: int = AWARDS) -> int:
    """Print seconds for each database; raises where anybody would be paid or owed twice."""
    world.on_each(lambda name, office: _measure(name, office, size))
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
