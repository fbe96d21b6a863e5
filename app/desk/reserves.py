"""Reserve funds (备用金) of townships: balance, ledger, top-up, counting the cash."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core.errors import Invalid, NotFound, Rejection
from app.core.money import parse_amount
from app.desk.blueprint import blueprint
from app.funds import lists, operations
from app.identity import appointed
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.web import Call, reads, writes
from app.web.paging import cut

PAGE_ROWS = 18


@blueprint.get("/reserves")
@reads()
def reserve_list(call: Call) -> ResponseReturnValue:
    rows = lists.reserves(call.session, call.actor)
    counties = identity.region_names(call.session, {row.county_id for row in rows})
    return render_template("desk/reserves.html", rows=rows, counties=counties)


@blueprint.get("/reserves/<region_id>")
@reads()
def reserve(call: Call, region_id: str) -> ResponseReturnValue:
    return _page(call, region_id)


def _again(call: Call, rejection: Rejection, region_id: str) -> ResponseReturnValue:
    if rejection.status in (403, 404):
        raise rejection
    return _page(call, region_id, rejection)


@blueprint.post("/reserves/<region_id>/open")
@writes(again=_again)
def reserve_open(call: Call, region_id: str) -> ResponseReturnValue:
    operations.open_reserve(call.session, region_id, None, call.actor, call.now)
    flash("备用金账户已开立，请拨入资金。", "success")
    return redirect(url_for("desk.reserve", region_id=region_id))


@blueprint.post("/reserves/<region_id>/top-up")
@writes(again=_again)
def reserve_top_up(call: Call, region_id: str) -> ResponseReturnValue:
    amount = _amount("amount")
    operations.top_up(call.session, region_id, amount, request.form.get("note", ""), call.actor, call.now)
    flash(f"已拨入 {amount} 元。", "success")
    return redirect(url_for("desk.reserve", region_id=region_id))


@blueprint.post("/reserves/<region_id>/reconcile")
@writes(again=_again)
def reserve_reconcile(call: Call, region_id: str) -> ResponseReturnValue:
    difference = operations.reconcile(call.session, region_id, _amount("counted", zero=True), call.actor, call.now)
    flash("盘点已记录，账实相符。" if not difference else f"盘点已记录，账实相差 {difference:+} 元。", "success")
    return redirect(url_for("desk.reserve", region_id=region_id))


def _amount(field: str, *, zero: bool = False) -> Decimal:
    text = request.form.get(field, "").strip()
    if zero and text.strip("0.") == "" and "0" in text:
        return Decimal("0.00")
    try:
        return parse_amount(text)
    except ValueError as error:
        raise Invalid({field: str(error)}) from error


def _page(call: Call, region_id: str, rejection: Rejection | None = None) -> str:
    row = next((row for row in lists.reserves(call.session, call.actor) if row.id == region_id), None)
    if row is None:
        raise NotFound("没有这个乡镇（街道），或者不在您的地区")
    after = request.args.get("after")
    entries: list[Any] = []
    if row.fund_id:
        entries = lists.ledger(call.session, row.fund_id, after or "", PAGE_ROWS + 1)
    page = cut(entries, PAGE_ROWS)
    chain = identity.chain(call.session, region_id)
    return render_template(
        "desk/reserve.html",
        row=row,
        place=chain.full_name,
        page=page,
        after=after,
        people=appointed.user_names(call.session, {entry.actor_id for entry in page.items} - {None}),
        may_keep=identity_policy.covers(call.actor, chain, "keep_funds"),
        message=rejection.message if rejection else None,
        errors=rejection.fields if rejection else {},
        typed=request.form,
    )
