"""An award in payment with its orders, a batch over it and a bank file, in the small world of the web tests."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from app.core.actor import SYSTEM
from app.core.clock import local_date
from app.core.ids import new_id
from app.funds import bank, batch_lists, batches, claims, listing, lists, returns
from app.funds.operations import OrderRequest, Origin, order_payment
from app.goods import operations as goods
from app.goods import queries as stores
from app.identity import queries as identity
from app.registry import house_accounts, merging, parting, people
from app.registry import operations as registry
from app.registry import queries as registered
from tests.support.web import COUNTY, TOWNSHIP, VILLAGE, Web

ID_NUMBER, ACCOUNT = "220122195506127031", "6228480240009876543"
DOUBLED = "220122194802170048"
DUE = date(2020, 10, 20)
RECIPIENT = "周桂兰"


def start_award(web: Web, name: str = RECIPIENT, id_number: str = ID_NUMBER, monthly: str = "410") -> str:
    """A dibao award in the village; its id."""
    with web.database.write() as session:
        village = identity.region_by_code(session, VILLAGE, local_date(web.clock.now()))
        request = registry.AwardRequest(
            id=new_id(), programme="dibao", id_number=id_number, name=name, region_id=village.id,
            monthly=Decimal(monthly), starts_on=date(2020, 1, 1), kind="household", recheck_on=date(2020, 10, 1),
            account=ACCOUNT,
        )  # fmt: skip
        registry.start_award(session, request, web.clock.now())
        return request.id


def order(
    web: Web, payee: str = RECIPIENT, amount: str = "800", account: str | None = ACCOUNT, award_id: str | None = None
) -> str:
    """A pending order of the county; its id."""
    with web.database.write() as session:
        village = identity.region_by_code(session, VILLAGE, local_date(web.clock.now()))
        request = OrderRequest(
            total=Decimal(amount), instalments=1, first_on=DUE, payee=payee, account=account, source="county_fund",
            programme="expenditure_relief", dedup=new_id(), award_id=award_id,
        )  # fmt: skip
        origin = Origin(chain=identity.chain(session, village.id), actor=SYSTEM)
        (order_id,) = order_payment(session, request, origin, web.clock.now())
        return order_id


def draft(web: Web, key: str = "2020中秋") -> str:
    """A draft of the county's clerk over everybody with dibao; its id."""
    spec = listing.BatchSpec(
        key=key, kind="seasonal", title="2020年中秋一次性补助", clause="B6", region_code=COUNTY,
        programmes=("dibao",), due_on=DUE, amount=Decimal(300),
    )  # fmt: skip
    with web.database.write() as session:
        return batches.draft(session, web.actor(f"county_clerk.{COUNTY}"), spec, web.clock.now())


def money_things(web: Web) -> dict[str, str]:
    """Ids of everything that the pages about money and awards show."""
    award, batch = start_award(web), draft(web)
    free, filed, back, overpaid = (order(web) for _ in range(4))
    with web.database.write() as session:
        finance, now = web.actor(f"finance.{COUNTY}"), web.clock.now()
        file = bank.make_file(session, finance, lists.OrderFilter(), [filed], now)
        bank.make_file(session, finance, lists.OrderFilter(), [back], now)
        bank.mark_paid(session, finance, [overpaid], "回单", now)
        returns.mark_returned(session, finance, [back], "账号与户名不符", now)
        debt = claims.open_claim(
            session, claims.ClaimRequest(RECIPIENT, "多发", [(overpaid, Decimal(90))]), finance, now
        )
        assert debt is not None
        (line,) = batch_lists.lines(session, batch)
        person = registered.award(session, award).person_id
        doubled = registry.record_person(session, DOUBLED, RECIPIENT, now)
        because = merging.Because(SYSTEM, "核对户口簿", now)
        change = merging.merge(session, person, doubled, because)
        apart = registry.record_person(session, "11010119491001001X", "李强", now)
        part = parting.part(session, person, apart, parting.Share(frozenset()), because)
        home, _ = people.ensure_household(session, person, [(person, "本人")], None, local_date(now), now)
        township = identity.region_by_code(session, TOWNSHIP, local_date(now)).id
        county = identity.region_by_code(session, COUNTY, local_date(now)).id
        house = registry.register_institution(session, name="中心敬老院", county_id=county, beds=2, now=now).id
        told = registry.register_institution(session, name="镇敬老院", county_id=county, beds=2, now=now).id
        clerk = web.actor(f"county_clerk.{COUNTY}")
        goods.receive(session, clerk, township, "大米", "公斤", 9, "调拨单", now)
        (stock,), (moved,) = stores.of_region(session, township), stores.journal(session, township)
        account = house_accounts.propose(session, finance, told, "6217000011112222", "机构来函", now)
    return {
        "award": award, "batch": batch, "order": free, "filed": filed, "file": file, "line": line.id,
        "person": person, "household": home, "change": change, "part": part, "township": township,
        "institution": house, "told": told, "account": account, "returned": back, "debt": debt,
        "stock": stock.id, "moved": moved.id,
    }  # fmt: skip
