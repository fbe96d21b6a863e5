"""A month of a county: five programmes, a re-check, a death, a move, a raise, a grant, a transfer that comes back.

`make county` plays it and prints the ledger: its money by month, programme and source.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from pathlib import Path

from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.clock import MovableClock, local_date
from app.funds import ledger
from app.funds import story as funds
from app.identity import appointed
from app.identity import queries as identity
from app.scenarios.play import Player
from app.scenarios.story import load_story
from app.scenarios.world import World, WorldTemplate

STORY = Path(__file__).parent / "county" / "month.yaml"
COUNTY = "220402"
LIVE = ("pending", "paid", "returned")  # what came back was ordered again, and a story counts it once
SPENT = {
    ("2022-06", "dibao", "county_fund"): "1277.97",  # 598 + 380, and a grant of 99.99 for each of three
    ("2022-06", "emergency_relief", "reserve_fund"): "800.00",
    ("2022-06", "expenditure_relief", "county_fund"): "1066.68",
    ("2022-06", "tekun", "county_fund"): "2095.99",  # 908 + 1088, and the grant for the one who lives
    ("2022-06", "uninsured_unemployed_relief", "county_fund"): "500.50",
    ("2022-07", "dibao", "county_fund"): "1202.00",  # 300 + 840 on the raised standard, and arrears of 42 + 20
    ("2022-07", "expenditure_relief", "county_fund"): "1066.66",
    ("2022-07", "tekun", "county_fund"): "908.00",
    ("2022-08", "expenditure_relief", "county_fund"): "1066.66",
}
Key = tuple[str, str, str]


def books(orders: list[funds.StoryOrder]) -> dict[Key, dict[str, Decimal]]:
    """Month, programme and source → status → yuan, counted order by order."""
    found: dict[Key, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for order in orders:
        for source, amount in (order.shares or {order.source: order.amount}).items():
            found[f"{order.due_on:%Y-%m}", order.programme, source][order.status] += amount
    return found


def _finance(session: Session, world: World) -> Actor:
    """Who pays in the county of the story."""
    on = local_date(world.clock.now())
    chain = identity.chain_of_code(session, COUNTY, on)
    office = identity.office_of(session, chain, "finance")
    assert office is not None
    actor = appointed.load_actor(session, appointed.holders(session, f"finance@{office.id}", on)[0].user_id, on)
    assert actor is not None
    return actor


def test_a_month_of_a_county_agrees_to_the_fen(sqlite_worlds: WorldTemplate) -> None:
    story = load_story(STORY)
    world = sqlite_worlds.open(MovableClock(story.clock))
    try:
        assert Player(world, story).run().problems == []
        with world.database.read() as session:
            lines = ledger.lines(session, _finance(session, world), ledger.LedgerFilter())
            orders = funds.orders(session)
    finally:
        world.discard()
    for line in lines:
        print(line.month, line.programme, line.source, *(f"{name} {getattr(line, name)}" for name in ledger.SUMS))
    counted = {key: sum(sums[status] for status in LIVE) for key, sums in books(orders).items()}
    kept = {(line.month, line.programme, line.source): line.pending + line.paid for line in lines}
    assert counted == kept == {key: Decimal(amount) for key, amount in SPENT.items()}
    assert [line for line in lines if not line.agrees] == []
    assert ledger.total(lines).returned == Decimal("380.00")
