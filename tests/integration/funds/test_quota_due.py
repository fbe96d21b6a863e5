"""Subsidies of institutions when the past changes: what was ordered, less what was claimed back, is what is due."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cases import handlers
from app.core.errors import Gone
from app.db.types import Money
from app.documents import operations as documents
from app.documents.models import Document
from app.documents.text import extract_text
from app.funds import batch_lists, batches, claim_lists, claims, quota_due
from app.funds.claims import CLAIMED
from app.funds.listing import QUOTA, BatchSpec
from app.funds.models import PaymentOrder
from app.identity import operations as staff
from app.identity import queries as identity
from app.jobs.runner import Worker
from app.registry import houses, ratings
from app.registry.story import import_story_registry
from app.worker import handlers as all_handlers
from tests.support.outside import outside
from tests.support.worlds import Office

TOWNSHIP, COUNTY, HOUSE = "340722100", "340722", "枞阳敬老院"
YEAR = {1: 4800, 2: 6000, 3: 7200}
NUMBERS = ["340722195006050015", "340722195111222042", "340722194802170021", "340722195302030019", "340722195401010013"]
MONTHS = [date(2020, month, 1) for month in range(4, 10)]


@dataclass
class Past:
    """What is true of one institution, as the model keeps it."""

    stars: list[tuple[date, int]] = field(default_factory=list)
    moved_in: list[date] = field(default_factory=list)

    def due(self, month: date) -> Decimal:
        standing = [stars for since, stars in self.stars if since <= month]
        people = sum(day <= month for day in self.moved_in)
        return (Decimal(people * YEAR[standing[-1]]) / 12).quantize(Decimal("0.01")) if standing else Decimal(0)


@dataclass
class World:
    """The office, the institution, and what it should have got."""

    office: Office
    house: str
    past: Past = field(default_factory=Past)
    batch: int = 0

    def rate(self, stars: int, since: date) -> None:
        self.past.stars = sorted([(day, each) for day, each in self.past.stars if day != since] + [(since, stars)])
        with self.office.database.write() as session:
            self.batch += 1
            ratings.rate(session, self.house, stars, since, self.office.now + timedelta(minutes=self.batch))

    def move_in(self, since: date) -> None:
        number = NUMBERS[len(self.past.moved_in)]
        self.past.moved_in.append(since)
        known = {"programme": "tekun", "id_number": number, "name": "陈福", "region": TOWNSHIP, "paid_on": since,
                 "amount": "577", "institution": HOUSE}  # fmt: skip
        with self.office.database.write() as session:
            import_story_registry(session, {"benefits": [known]}, self.office.now)

    def draft(self, session: Session, month: date) -> str:
        self.batch += 1
        spec = BatchSpec(key=f"定额{self.batch}", kind=QUOTA, title="定额补助", clause="E17", region_code=COUNTY,
                         programmes=("institution_support",), due_on=month)  # fmt: skip
        return batches.draft(session, self.office.holder(session, "county_clerk", 0, TOWNSHIP), spec, self.office.now)

    def confirm(self, batch_id: str) -> None:
        self.batch += 1
        now = self.office.now + timedelta(minutes=self.batch)
        with self.office.database.write() as session:
            batches.confirm(session, self.office.holder(session, "county_head", 0, TOWNSHIP), batch_id, now)

    def pay(self, month: date) -> None:
        with self.office.database.write() as session:
            batch_id = self.draft(session, month)
        self.confirm(batch_id)

    def kept(self) -> dict[date, Decimal]:
        """By month what was ordered and not claimed back, counted by other means than the product's."""
        with self.office.database.read() as session:
            ordered = select(PaymentOrder.purpose, func.sum(PaymentOrder.amount, type_=Money()))
            sums = dict(session.execute(ordered.group_by(PaymentOrder.purpose)).tuples().all())
            back = select(PaymentOrder.purpose, func.sum(CLAIMED.c.amount, type_=Money()))
            mine = back.join(CLAIMED, CLAIMED.c.order_id == PaymentOrder.id).where(CLAIMED.c.kind != "repaid")
            for month, amount in session.execute(mine.group_by(PaymentOrder.purpose)):
                sums[month] -= amount
        return {date.fromisoformat(f"{month}-01"): amount for month, amount in sums.items() if amount}


@pytest.fixture
def world(office: Office) -> World:
    with office.database.write() as session:
        staff.ensure_staffed(session, TOWNSHIP, office.now)
        import_story_registry(session, {"institutions": [{"name": HOUSE, "region": COUNTY}]}, office.now)
        county = identity.region_by_code(session, COUNTY, office.now.date())
        (house,) = houses.institutions_of(session, county.id)
    return World(office, house.id)


def _some_change(world: World, chance: random.Random, until: date) -> None:
    since = chance.choice([month for month in MONTHS if month <= until])
    acts: list[Callable[[], None]] = [lambda: world.rate(chance.randint(1, 3), since)]
    if len(world.past.moved_in) < len(NUMBERS):
        acts.append(lambda: world.move_in(since))
    chance.choice(acts)()


@pytest.mark.parametrize("seed", range(2))
def test_whatever_changes_afterwards_each_month_comes_to_what_is_due(world: World, seed: int) -> None:
    chance = random.Random(seed)
    confirmed: set[date] = set()
    for month in MONTHS:
        for _ in range(chance.randint(0, 3)):
            _some_change(world, chance, month)
        world.pay(month)
        confirmed.add(month)
        due = {each: world.past.due(each) for each in confirmed}
        assert world.kept() == {each: amount for each, amount in due.items() if amount}
    with world.office.database.write() as session:
        again = world.draft(session, MONTHS[-1])
        assert batch_lists.lines(session, again) == []


def _letters(world: World, folder: Path) -> list[str]:
    """What institutions are told that get no order, after the workers have done their work."""
    world.office.clock.move_to(world.office.now + timedelta(minutes=world.batch))
    found = {**handlers.HANDLERS, **all_handlers(outside(folder))}
    while Worker(world.office.database, world.office.clock, found, on_dead=handlers.on_dead).run_once():
        pass
    with world.office.database.write() as session:
        ids = session.scalars(select(Document.id).where(Document.template == "overpaid_notice")).all()
        return [extract_text(documents.issue(session, each).content) for each in ids]


def test_what_is_lacking_is_paid_once_and_what_was_too_much_is_claimed_once(world: World, tmp_path: Path) -> None:
    april, may, june = MONTHS[:3]
    world.rate(1, april)
    world.move_in(april)
    world.pay(april)
    world.pay(may)
    world.move_in(may)
    with world.office.database.write() as session:
        first, second = world.draft(session, june), world.draft(session, june)
        told = {(line.purpose, line.amount, line.basis) for line in batch_lists.lines(session, first)}
        assert told == {
            ("2020-06", Decimal("800.00"), "一星级 2 人，每人每年 4800 元"),
            ("2020-05", Decimal("400.00"), "2020年5月应拨 800.00 元（一星级 2 人，每人每年 4800 元），已拨 400.00 元"),
        }
    world.confirm(first)
    with pytest.raises(Gone, match="1 家机构"):
        world.confirm(second)
    world.rate(3, may)
    world.pay(june)
    assert world.kept() == {april: Decimal(400), may: Decimal(1200), june: Decimal(1200)}
    world.rate(2, may)
    with world.office.database.write() as session:
        batch_id = world.draft(session, june)
        found = batches.batch(session, world.office.holder(session, "county_head", 0, TOWNSHIP), batch_id)
        region = identity.chain(session, found.region_id).nearest
        over = quota_due.too_much(session, found, region, world.office.now.date())
        assert [(each.name, each.month, each.of.claim) for each in over] == [(HOUSE, may, 200), (HOUSE, june, 200)]
    world.confirm(batch_id)
    world.confirm(batch_id)
    assert world.kept() == {april: Decimal(400), may: Decimal(1000), june: Decimal(1000)}
    (letter,) = _letters(world, tmp_path)
    assert f"{HOUSE}：" in letter
    assert "多拨人民币肆佰元整（¥400.00元），应当退回" in letter
    assert "2020年5月应拨 1000.00 元（二星级 2 人，每人每年 6000 元），已拨 1200.00 元，多拨200.00元" in letter
    assert "向枞阳县人民法院提起行政诉讼" in letter


def test_what_was_waived_is_not_claimed_again_and_what_is_owed_is_forgotten_before_more_is_paid(world: World) -> None:
    april, may, june = MONTHS[:3]
    world.rate(3, april)
    world.move_in(april)
    world.pay(april)
    world.rate(1, april)
    world.pay(may)
    with world.office.database.write() as session:
        head = world.office.holder(session, "county_head", 0, TOWNSHIP)
        (claim_id,) = session.scalars(select(CLAIMED.c.claim_id).distinct()).all()
        assert claim_lists.head(session, claim_id).debtor == HOUSE
    world.rate(2, april)
    world.pay(june)
    assert world.kept() == {april: Decimal(500), may: Decimal(500), june: Decimal(500)}
    with world.office.database.write() as session:
        assert claims.waive(session, head, claim_id, "机构已经撤并，无法收回", world.office.now) == Decimal(100)
    world.pay(MONTHS[3])
    with world.office.database.read() as session:
        assert session.scalar(select(func.count(CLAIMED.c.claim_id.distinct()))) == 1
