"""A month of a county: applications of all programmes, a re-check, a death, a move, a raise, a grant, a bad account.

`make county` plays it and prints its money by month, programme and source.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from pathlib import Path

from app.core.clock import MovableClock
from app.funds import story as funds
from app.scenarios.play import Player
from app.scenarios.story import load_story
from app.scenarios.world import WorldTemplate

STORY = Path(__file__).parent / "county" / "month.yaml"
LIVE = ("pending", "paid")
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


def test_a_month_of_a_county_agrees_to_the_fen(sqlite_worlds: WorldTemplate) -> None:
    story = load_story(STORY)
    world = sqlite_worlds.open(MovableClock(story.clock))
    try:
        result = Player(world, story).run()
        with world.database.read() as session:
            orders = funds.orders(session)
    finally:
        world.discard()
    assert result.holds, result.problems
    found = books(orders)
    for key, sums in sorted(found.items()):
        print(*key, *(f"{status} {amount}" for status, amount in sorted(sums.items())), sep="\t")
    live = {key: sum(sums[status] for status in LIVE) for key, sums in found.items()}
    assert live == {key: Decimal(amount) for key, amount in SPENT.items()}
