"""Money that people owe back (追回): the list, each claim with its entries, what came back, parts, giving up."""

from __future__ import annotations

from decimal import Decimal

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core.clock import local_date
from app.core.days import typed_day
from app.core.errors import Invalid, Rejection
from app.core.money import parse_amount
from app.definitions.queries import programme_titles
from app.desk.blueprint import blueprint
from app.desk.export import note
from app.desk.money_sheet import claims_workbook
from app.funds import claim_lists, claims
from app.identity import appointed
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.web import Call, Record, hands_out, reads, writes
from app.web.download import exported
from app.web.paging import cut

PAGE_ROWS, EXPORT_ROWS = 18, 100_000


@blueprint.get("/claims")
@reads()
def claim_list(call: Call) -> ResponseReturnValue:
    chosen, after = _filter(), request.args.get("after")
    rows = claim_lists.listed(call.session, call.actor, chosen, after, PAGE_ROWS + 1)
    page = cut(rows, PAGE_ROWS, claim_lists.cursor_of)
    titles = programme_titles(call.session)
    return render_template(
        "desk/claims.html",
        page=page,
        after=after,
        filter=chosen,
        day=local_date(call.now),
        totals=claim_lists.totals(call.session, call.actor, chosen),
        titles=titles,
        programmes=sorted(titles.items(), key=lambda pair: pair[1]),
        places=identity.region_names(call.session, {row.claim.region_id for row in page.items}),
    )


@blueprint.get("/claims.xlsx")
@hands_out()
def claim_export(call: Call) -> tuple[ResponseReturnValue, Record]:
    rows = claim_lists.listed(call.session, call.actor, _filter(), limit=EXPORT_ROWS)
    places = identity.region_names(call.session, {row.claim.region_id for row in rows})
    content = claims_workbook(rows, places, programme_titles(call.session), local_date(call.now))
    name = f"claims-{local_date(call.now).isoformat()}.xlsx"
    return exported(content, name), note("claims", len(rows))


@blueprint.get("/claims/<claim_id>")
@reads()
def claim_page(call: Call, claim_id: str) -> ResponseReturnValue:
    return _page(call, claim_id)


def _again(call: Call, rejection: Rejection, claim_id: str) -> ResponseReturnValue:
    if rejection.status != 422:
        raise rejection
    return _page(call, claim_id, rejection)


@blueprint.post("/claims/<claim_id>/repaid")
@writes(again=_again)
def claim_repaid(call: Call, claim_id: str) -> ResponseReturnValue:
    amount, proof = _amount("amount"), request.form.get("proof", "")
    left = claims.repay(call.session, call.actor, claim_id, amount, proof, call.now)
    flash(f"已登记归还 {amount} 元，尚欠 {left} 元。" if left else "已登记归还，这笔款项已经结清。", "success")
    return redirect(url_for("desk.claim_page", claim_id=claim_id))


@blueprint.post("/claims/<claim_id>/plan")
@writes(again=_again)
def claim_plan(call: Call, claim_id: str) -> ResponseReturnValue:
    monthly = _amount("monthly")
    first_on = typed_day(request.form.get("first_on", ""), "first_on")
    claims.plan(call.session, call.actor, claim_id, monthly, first_on, call.now)
    flash("已登记分期归还的约定。", "success")
    return redirect(url_for("desk.claim_page", claim_id=claim_id))


@blueprint.post("/claims/<claim_id>/waive")
@writes(again=_again)
def claim_waive(call: Call, claim_id: str) -> ResponseReturnValue:
    waived = claims.waive(call.session, call.actor, claim_id, request.form.get("reason", ""), call.now)
    flash(f"已登记不再追回 {waived} 元。", "success")
    return redirect(url_for("desk.claim_page", claim_id=claim_id))


def _filter() -> claim_lists.ClaimFilter:
    given = request.args
    return claim_lists.ClaimFilter(
        state=given.get("state", "open") or None,
        programme=given.get("programme") or None,
        text=given.get("q", "").strip() or None,
    )


def _amount(name: str) -> Decimal:
    try:
        return parse_amount(request.form.get(name, ""))
    except ValueError as error:
        raise Invalid({name: str(error)}) from error


def _page(call: Call, claim_id: str, rejection: Rejection | None = None) -> str:
    row = claim_lists.one(call.session, call.actor, claim_id)
    chain = identity.chain(call.session, row.claim.region_id)
    entries = claim_lists.entries(call.session, claim_id)
    return render_template(
        "desk/claim.html",
        row=row,
        claim=row.claim,
        entries=entries,
        place=chain.full_name,
        day=local_date(call.now),
        people=appointed.user_names(call.session, {entry.actor_id for entry in entries} - {None}),
        programme=programme_titles(call.session).get(row.claim.programme, row.claim.programme),
        may_keep=row.owed > 0 and identity_policy.covers(call.actor, chain, claims.KEEP),
        may_waive=row.owed > 0 and identity_policy.covers(call.actor, chain, claims.WAIVE),
        typed=request.form,
        errors=(rejection.fields or {}) if rejection else {},
        message=rejection.message if rejection else None,
    )
