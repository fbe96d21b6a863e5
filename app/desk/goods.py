"""Goods in kind (物资): what stores hold, the journal of a store, what was handed out."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core.clock import local_date
from app.core.errors import Invalid, Rejection
from app.core.spelling import half_width
from app.core.whole import whole_number
from app.definitions.queries import programme_titles
from app.desk.blueprint import blueprint
from app.desk.export import note
from app.desk.goods_sheet import goods_workbook
from app.goods import operations, queries
from app.identity import appointed
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.web import Call, Record, hands_out, reads, writes
from app.web.download import exported
from app.web.paging import cut

PAGE_ROWS, EXPORT_ROWS = 18, 100_000


@blueprint.get("/goods")
@reads()
def goods_list(call: Call) -> ResponseReturnValue:
    text = request.args.get("q", "").strip()
    rows = queries.stocks(call.session, call.actor, text)
    return render_template(
        "desk/goods.html",
        rows=rows,
        text=text,
        places=identity.region_names(call.session, {row.region_id for row in rows}),
        stores=queries.stores(call.session, call.actor),
    )


@blueprint.get("/goods.xlsx")
@hands_out()
def goods_export(call: Call) -> tuple[ResponseReturnValue, Record]:
    text = request.args.get("q", "").strip()
    rows = queries.stocks(call.session, call.actor, text)
    given = queries.hand_outs(call.session, call.actor, text, limit=EXPORT_ROWS)
    places = identity.region_names(call.session, {row.region_id for row in (*rows, *given)})
    content = goods_workbook(rows, given, places, programme_titles(call.session))
    return exported(content, f"goods-{local_date(call.now).isoformat()}.xlsx"), note("goods", len(rows) + len(given))


@blueprint.get("/goods/handed-out")
@reads()
def goods_handed_out(call: Call) -> ResponseReturnValue:
    text, after = request.args.get("q", "").strip(), request.args.get("after")
    page = cut(queries.hand_outs(call.session, call.actor, text, after, PAGE_ROWS + 1), PAGE_ROWS)
    return render_template(
        "desk/goods_handed_out.html",
        page=page,
        after=after,
        text=text,
        places=identity.region_names(call.session, {row.region_id for row in page.items}),
        titles=programme_titles(call.session),
    )


@blueprint.get("/goods/<region_id>")
@reads()
def goods_store(call: Call, region_id: str) -> ResponseReturnValue:
    return _page(call, region_id)


def _again(call: Call, rejection: Rejection, region_id: str, **_: str) -> ResponseReturnValue:
    if rejection.status in (403, 404):
        raise rejection
    return _page(call, region_id, rejection)


@blueprint.post("/goods/<region_id>/receive")
@writes(again=_again)
def goods_receive(call: Call, region_id: str) -> ResponseReturnValue:
    form = request.form
    name, unit, told = (form.get(key, "") for key in ("name", "unit", "note"))
    operations.receive(call.session, call.actor, region_id, name, unit, _number("quantity"), told, call.now)
    flash(f"{name.strip()}已登记入库。", "success")
    return redirect(url_for("desk.goods_store", region_id=region_id))


@blueprint.post("/goods/<region_id>/stocks/<stock_id>/count")
@writes(again=_again)
def goods_count(call: Call, region_id: str, stock_id: str) -> ResponseReturnValue:
    difference = operations.count(call.session, call.actor, stock_id, _number("counted"), call.now)
    flash("盘点已记录，账实相符。" if not difference else f"盘点已记录，账实相差 {difference:+}。", "success")
    return redirect(url_for("desk.goods_store", region_id=region_id))


@blueprint.post("/goods/<region_id>/entries/<entry_id>/counter")
@writes(again=_again)
def goods_counter(call: Call, region_id: str, entry_id: str) -> ResponseReturnValue:
    reason = request.form.get("reason", "")
    operations.counter(call.session, call.actor, entry_id, _number("back"), reason, call.now)
    flash("已登记冲回，原来的记录保留。", "success")
    return redirect(url_for("desk.goods_store", region_id=region_id))


def _number(name: str) -> int:
    typed = half_width(request.form.get(name, "")).strip()
    number = whole_number(typed)
    if number is None or len(typed) > len(str(operations.MOST)):
        raise Invalid({name: f"请填写不超过 {operations.MOST:,} 的整数"})
    return number


def _page(call: Call, region_id: str, rejection: Rejection | None = None) -> str:
    chain = queries.store(call.session, call.actor, region_id)
    after = request.args.get("after")
    page = cut(queries.journal(call.session, region_id, after, PAGE_ROWS + 1), PAGE_ROWS)
    fields = rejection.fields or {} if rejection else {}
    return render_template(
        "desk/goods_store.html",
        region=chain.nearest,
        place=chain.full_name,
        stocks=queries.of_region(call.session, region_id),
        page=page,
        after=after,
        left=operations.countered(call.session, [row.id for row in page.items]),
        people=appointed.user_names(call.session, {row.actor_id for row in page.items} - {None}),
        may_keep=identity_policy.covers(call.actor, chain, operations.KEEP),
        message=rejection.message if rejection else None,
        errors=fields,
        about=(request.view_args or {}).get("entry_id") or (request.view_args or {}).get("stock_id"),
        typed=request.form,
    )
