"""The work of a morning: forty cases of five programmes, played from the demo cases to where the township waits."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from app.core.actor import SYSTEM
from app.funds import operations as funds
from app.identity import queries, staff
from app.seed import cases
from app.seed.data import read
from tests.support.web import TOWNSHIP, Web
from tests.support.worlds import VILLAGE, WEIGHTS

# Which demo case, how often, and the days since each was filed: what waits at once, and for whom.
RELIEF, SPENDING, DIBAO, ORPHANS, FLOOD, EMERGENCY = 3, 15, 20, 28, 32, 11
OF_THE_CLERK = {RELIEF: 8, SPENDING: 5, DIBAO: 4, ORPHANS: 2}
OF_THE_HEAD = {FLOOD: 21}
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁"


def fill(web: Web, kinds: Mapping[int, int]) -> None:
    """Play so many of each demo case, each of somebody else."""
    play(web, [_copy(kind, number) for kind, count in kinds.items() for number in range(count)])


def fund(web: Web) -> None:
    """The township's reserve, for what cannot wait."""
    now = web.clock.now()
    with web.database.write() as session:
        township = queries.region_by_code(session, TOWNSHIP, now.date())
        funds.open_reserve(session, township.id, Decimal(20000), SYSTEM, now)


def play(web: Web, found: list[dict[str, Any]]) -> None:
    cases.play(web.database, found, web.clock.now())


def emergency() -> dict[str, Any]:
    """A fire, today."""
    return {**_copy(EMERGENCY, 0), "days": 0, "at": "09:59"}


def appoint(web: Web, username: str, position: str) -> None:
    """A second post at the township for somebody, as in a small office."""
    now, administrator = web.clock.now(), web.actor("administrator.220122")
    with web.database.write() as session:
        chain = queries.chain(session, queries.region_by_code(session, TOWNSHIP, now.date()).id)
        office = queries.office_of(session, chain, position)
        assert office is not None
        staff.appoint(session, administrator, web.actor(username).user_id or "", office.id, position, now=now)


def _copy(kind: int, number: int) -> dict[str, Any]:
    """A demo case of another household: other names, and other numbers of people born on the same days."""
    case = read("cases")["cases"][kind]
    return {**case, "region": VILLAGE, "apply": _of_others(case["apply"], number)}


def _of_others(value: Any, number: int, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _of_others(each, number, name) for name, each in value.items()}
    if isinstance(value, list):
        return [_of_others(each, number) for each in value]
    if key == "name":
        return SURNAMES[number] + value[1:]
    return _born_alike(value, number) if key == "id_number" else value


def _born_alike(id_number: str, number: int) -> str:
    body = f"{id_number[:14]}{(int(id_number[14:17]) + 2 * number) % 1000:03d}"
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]
