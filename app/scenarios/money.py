"""Orders that a story expects, and the steps that make and settle them: `month`, `grant`, `paid`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import Invalid
from app.core.money import parse_amount
from app.funds import bank, listing, returns
from app.funds import story as funds
from app.funds.lists import OrderFilter
from app.scenarios import seeing
from app.scenarios.telling import same, told

PROOF, REFUSED, AGAIN = "银行回单（故事）", "账号与户名不符（故事）", "本人已到场核对账号（故事）"
RECEIPT = "收款收据（故事）"
_MONTH = re.compile(r"(\d{4})\s*[-/.年]?\s*(\d{1,2})(?:月|[-/.]0?1)?")


def is_order(order: Any, want: dict[str, Any]) -> bool:
    """Whether an order is what a story expects; a key left out matches anything."""
    actual = seeing.order(order)
    return all(same(actual[key], value) for key, value in want.items() if key in actual)


def shown(orders: Iterable[Any]) -> str:
    """Orders as a difference tells them."""
    return "、".join(_shown(order) for order in orders) or "无"


def _shown(order: Any) -> str:
    purpose = getattr(order, "purpose", None)
    shares = "+".join(f"{source} {amount}" for source, amount in getattr(order, "shares", {}).items())
    return f"{order.amount}/{order.payee}/{order.due_on}/{shares or order.source}{f'/{purpose}' if purpose else ''}"


def differences(made: Sequence[Any], wanted: Sequence[dict[str, Any]]) -> list[str]:
    """What differs between the orders that a step made and those that it should have made, in any order."""
    rest = list(made)
    for want in sorted(wanted, key=len, reverse=True):
        match = next((order for order in rest if is_order(order, want)), None)
        if match is None:
            return [f"应新增支付单 {told(want)}，实际新增 {shown(made)}"]
        rest.remove(match)
    return [f"多出支付单 {shown(rest)}"] if rest else []


def month_spec(data: dict[str, Any], county: str, programmes: Sequence[str]) -> listing.BatchSpec:
    """The monthly batch of a county. Raises Invalid (`month`)."""
    first = month_of(data.get("month"))
    key = f"{first:%Y-%m}"
    return listing.BatchSpec(
        key=key,
        kind=listing.MONTHLY,
        title=f"{first.year}年{first.month}月保障金",
        clause="",
        region_code=county,
        programmes=programmes,
        due_on=first,
    )


def quota_spec(data: dict[str, Any], county: str, programme: str) -> listing.BatchSpec:
    """The batch of a month's subsidies of institutions; `occasion` tells several of a month apart.

    Raises Invalid (`month`).
    """
    first = month_of(data.get("month"))
    return listing.BatchSpec(
        key=str(data.get("occasion") or f"{first:%Y-%m}定额补助"),
        kind=listing.QUOTA,
        title=f"{first.year}年{first.month}月供养服务机构定额补助",
        clause="E17",
        region_code=county,
        programmes=[str(data.get("programme") or programme)],
        due_on=first,
    )


def month_of(value: Any) -> date:
    """The first day of a month as a story writes it. Raises Invalid (`month`)."""
    if isinstance(value, date):
        return date(value.year, value.month, 1)
    found = _MONTH.fullmatch(str(value or "").strip())
    try:
        if found is None:
            raise ValueError
        return date(int(found[1]), int(found[2]), 1)
    except ValueError as error:
        raise Invalid({"month": "应写作 2021-05"}) from error


def parsed(value: Any) -> Decimal | None:
    """An amount of a story; None where it names none. Raises Invalid (`amount`)."""
    try:
        return None if value is None else parse_amount(value)
    except ValueError as error:
        raise Invalid({"amount": str(error)}) from error


def grant_spec(data: dict[str, Any], county: str, programmes: Sequence[str], now: datetime) -> listing.BatchSpec:
    """A one-off grant (B6). Raises Invalid (`amount`, `occasion`)."""
    occasion = str(data.get("occasion") or "").strip()
    if not occasion:
        raise Invalid({"occasion": "请填写发放的事由，例如 2021春节"})
    amount = parsed(data.get("amount") or "")
    chosen = data.get("programmes", list(programmes))
    return listing.BatchSpec(
        key=occasion,
        kind=str(data.get("kind") or "seasonal"),
        title=str(data.get("title") or occasion),
        clause=str(data.get("clause") or ""),
        region_code=str(data.get("region") or county),
        programmes=[chosen] if isinstance(chosen, str) else list(chosen or ()),
        due_on=local_date(now),
        amount=amount,
        per=str(data.get("per") or "household"),
    )


def pay(session: Session, actor: Actor, orders: list[funds.StoryOrder], failed: Sequence[str], now: datetime) -> None:
    """The orders went to the bank in one file, and came back: those for the payees in `failed` unpaid."""
    bank.make_file(session, actor, OrderFilter(), funds.ids(orders), now)
    back = [order for order in orders if order.payee in failed]
    done = [order for order in orders if order.payee not in failed]
    if done:
        bank.mark_paid(session, actor, funds.ids(done), PROOF, now)
    if back:
        returns.mark_returned(session, actor, funds.ids(back), REFUSED, now)


def order_again(session: Session, actor: Actor, orders: list[funds.StoryOrder], now: datetime) -> None:
    """What came back unpaid is open still: it is ordered once more before the next answer of the bank."""
    for order in orders:
        returns.order_again(session, actor, order.id, "", AGAIN, now)
