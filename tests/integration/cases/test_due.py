"""What a month is due does not hang on the order of decisions, drafts and confirmations; what it lacks is paid."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.cases.effects.awards import settle
from app.core.clock import SHANGHAI
from app.core.errors import Gone
from app.core.months import first_of, last_of, month_after, name_of
from app.funds import batches
from app.funds.arrears import is_ordered
from app.funds.models import Arrears, PaymentOrder
from app.jobs import operations as jobs
from app.registry import operations as registry
from tests.support import raises
from tests.support.raises import PEOPLE, assessed, award, confirm, month, work
from tests.support.worlds import Office

MONTHS = [date(2021, number, 1) for number in range(4, 9)]


@dataclass
class Model:
    """What a household of the law is due: so many heads from a month on, at the standard of a month's last day."""

    heads: list[tuple[date, int]] = field(default_factory=lambda: [(date(2020, 1, 1), 1)])
    standards: dict[date, int] = field(default_factory=lambda: {date(2019, 1, 1): 400})
    ordered: dict[date, int] = field(default_factory=dict)

    def due(self, first: date) -> int:
        heads = next(count for since, count in reversed(self.heads) if since <= first)
        day = max(each for each in self.standards if each <= last_of(first))
        return heads * self.standards[day] - 200

    def settle(self) -> None:
        """What was ordered and lacks something is paid the rest; nothing is claimed back."""
        self.ordered |= {first: max(paid, self.due(first)) for first, paid in self.ordered.items()}


class Play:
    """Random decisions on one household, in the middle of its months being drafted and confirmed."""

    def __init__(self, office: Office, seed: int) -> None:
        self.office, self.random, self.model = office, random.Random(seed), Model()
        self.award, self.drafts, self.decided = award(office, PEOPLE[0]), dict[date, str](), 0

    @property
    def today(self) -> date:
        return self.office.now.astimezone(SHANGHAI).date()

    def decide(self) -> None:
        """The household has another size from next month on."""
        heads, self.decided = self.random.randint(1, 3), self.decided + 1
        standard = max(each for each in self.model.standards.items() if each[0] <= self.today)[1]
        with self.office.database.write() as session:
            since = registry.change_award(
                session, self.award, now=self.office.now, monthly=Decimal(heads * standard - 200),
                facts={"assessed": assessed(*PEOPLE[:heads])}, case_id=f"case{self.decided}", case_seq=1,
            )  # fmt: skip
            assert since == month_after(self.today)
            if is_ordered(session, self.award, since):
                jobs.enqueue_all(session, [settle(self.award, since, self.office.now, str(self.decided))])
        self.model.heads.append((since, heads))
        work(self.office)

    def regret(self) -> None:
        """The last decision is taken back."""
        if len(self.model.heads) == 1:
            return
        with self.office.database.write() as session:
            undone = registry.undo_award_events(session, f"case{self.decided}", 1, "changed", self.office.now)
            jobs.enqueue_all(session, [settle(each, undone[each], self.office.now, f"undo{self.random.random()}")
                                       for each in undone])  # fmt: skip
        self.decided -= len(undone)
        del self.model.heads[len(self.model.heads) - len(undone) :]
        work(self.office)

    def raised(self) -> None:
        """Another standard since a month that may have been paid."""
        since = self.random.choice([each for each in MONTHS if each <= self.today])
        value = self.random.choice([380, 410, 430, 450])
        self.model.standards = {day: each for day, each in self.model.standards.items() if day != since}
        self.model.standards[since] = value
        raises.raise_to(self.office, value, since)

    def draft(self) -> None:
        left = [each for each in MONTHS if each not in self.drafts and each <= month_after(self.today)]
        if left:
            first = self.random.choice(left)
            self.drafts[first] = month(self.office, first.month, confirmed=False)

    def confirm(self) -> None:
        waiting = [each for each in self.drafts if each not in self.model.ordered]
        if not waiting:
            return
        first = self.random.choice(waiting)
        try:
            confirm(self.office, self.drafts[first])
        except Gone:
            with self.office.database.write() as session:
                clerk = self.office.holder(session, "county_clerk")
                batches.refresh(session, clerk, self.drafts[first], self.office.now)
            confirm(self.office, self.drafts[first])
        self.model.ordered[first] = self.model.due(first)

    def wait(self) -> None:
        self.office.clock.move_to(self.office.now + timedelta(days=self.random.randint(3, 20)))
        work(self.office)

    def paid(self) -> dict[str, int]:
        """By month, what was ordered and what is still owed of it."""
        with self.office.database.read() as session:
            ordered = select(PaymentOrder.purpose, PaymentOrder.amount).where(PaymentOrder.purpose != "arrears")
            rows = [*session.execute(ordered), *session.execute(select(Arrears.month, Arrears.amount))]
        total: Counter[str] = Counter()
        for name, amount in rows:
            total[name] += int(amount)
        return dict(total)


@pytest.mark.parametrize("seed", range(8))
def test_every_month_is_paid_what_it_is_due_whatever_the_order(office: Office, seed: int) -> None:
    play = Play(raises.settled(office), seed)
    acts = [play.decide, play.decide, play.regret, play.raised, play.draft, play.draft, play.confirm, play.confirm,
            play.wait, play.wait]  # fmt: skip
    for _ in range(24):
        play.random.choice(acts)()
        play.model.settle()
        expected = {name_of(first): amount for first, amount in play.model.ordered.items()}
        assert play.paid() == expected, f"seed {seed}"


def test_a_month_that_was_drafted_while_a_sum_waited_is_paid_later(office: Office) -> None:
    office = raises.settled(office)
    award_id = award(office, *PEOPLE[:2])
    with office.database.write() as session:
        (_, number) = PEOPLE[1]
        person_id = registry.record_person(session, number, None, office.now)
        registry.take_out(session, award_id, [person_id], date(2021, 4, 11), office.now, died=person_id)
    assert raises.orders(office, month(office, 4)) == [("周海", "2021-04", "600.00")]
    assert raises.orders(office, month(office, 5)) == []
    with office.database.write() as session:
        alone = {"assessed": assessed(PEOPLE[0])}
        since = registry.change_award(session, award_id, now=office.now, monthly=Decimal("200.00"), facts=alone)
        assert since == first_of(date(2021, 5, 1))
        jobs.enqueue_all(session, [settle(award_id, since, office.now, "recounted")])
    work(office)
    office.clock.move_to(datetime(2021, 6, 3, 9, tzinfo=SHANGHAI))
    assert raises.orders(office, month(office, 6)) == [("周海", "2021-06", "200.00"), ("周海", "arrears", "200.00")]
