"""Money (款项): orders from decision to payment, files for the bank, proof of what it paid."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound as NoSuchAddress

from app.core.chinese import mask_account
from app.core.clock import local_date
from app.core.days import typed_day_or_none
from app.core.errors import Invalid, NotFound, Rejection
from app.core.ids import new_id
from app.definitions.queries import programme_titles
from app.desk.bank_sheet import csv_bytes, workbook
from app.desk.blueprint import blueprint
from app.files import operations as uploads
from app.files import queries as files
from app.files.arriving import all_received
from app.funds import bank, batch_lists, batches, lists
from app.funds.operations import shares
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.web import STAFF, Call, reads, transaction, transacts_itself, words, writes
from app.web.download import CSV, XLSX, attachment, inline
from app.web.paging import cut
from app.web.posted import files_of

PAGE_ROWS = 18
RECEIPT = "receipt"


@blueprint.get("/payments")
@reads()
def payment_list(call: Call) -> ResponseReturnValue:
    return _page(call)


def again(call: Call, rejection: Rejection, **_: Any) -> ResponseReturnValue:
    if rejection.status in (403, 404):
        raise rejection
    return _page(call, rejection)


@blueprint.post("/payments/files")
@writes(again=again)
def bank_file_make(call: Call) -> ResponseReturnValue:
    chosen = None if request.form.get("scope") == "all" else request.form.getlist("order")
    file_id = bank.make_file(call.session, call.actor, _filter(), chosen, call.now)
    flash("银行文件已制作，请下载后交银行；银行付款后在这里登记回单。", "success")
    return redirect(url_for("desk.payment_list", file=file_id))


@blueprint.post("/payments/files/<file_id>.<kind>")
@transacts_itself(STAFF)
def bank_file(file_id: str, kind: str) -> ResponseReturnValue:
    """The one place where whole account numbers leave the vault; that is on record before they do."""
    if kind not in ("xlsx", "csv"):
        raise NoSuchAddress
    with transaction(STAFF, writing=True) as call:
        lines = bank.lines_of(call.session, call.actor, file_id, call.now)
        name = f"bank-{local_date(call.now).isoformat()}-{file_id[-6:]}.{kind}"
    content, media_type = (workbook(lines), XLSX) if kind == "xlsx" else (csv_bytes(lines), CSV)
    return attachment(content, name, media_type)


@blueprint.post("/payments/take-out")
@writes(again=again)
def payment_take_out(call: Call) -> ResponseReturnValue:
    taken = bank.take_out(call.session, call.actor, request.form.getlist("order"), call.now)
    flash(f"已移出 {taken} 笔，可以列入新的银行文件。", "success")
    return redirect(url_for("desk.payment_list", status="pending"))


@blueprint.post("/payments/paid")
@transacts_itself(STAFF, again=again)
def payment_paid() -> ResponseReturnValue:
    """Of a whole bank file, or of the ticked orders; the bank's receipt is kept with them."""
    with transaction(STAFF, writing=False) as call:
        identity_policy.require_any(call.session, call.actor, "pay")
    proof, whole_file = request.form.get("proof", ""), request.form.get("file")
    sent = [(name, content) for _, name, content in all_received(files_of(request, RECEIPT))]
    if not sent:
        raise Invalid({RECEIPT: "请选择银行回单的照片或 PDF"})
    with transaction(STAFF, writing=True) as call:
        identity_policy.require_any(call.session, call.actor, "pay")
        (receipt_id,) = uploads.add(call.session, call.actor, new_id(), sent[:1], call.now)
        if whole_file:
            done = bank.mark_file_paid(call.session, call.actor, whole_file, proof, call.now, receipt_id)
        else:
            done = bank.mark_paid(call.session, call.actor, request.form.getlist("order"), proof, call.now, receipt_id)
    flash(f"已登记支付 {done} 笔。", "success")
    return redirect(url_for("desk.payment_list", file=whole_file, status=None if whole_file else "paid"))


@blueprint.get("/payments/<order_id>/receipt")
@reads()
def payment_receipt(call: Call, order_id: str) -> ResponseReturnValue:
    order = lists.order(call.session, call.actor, order_id)
    if order.proof_file_id is None:
        raise NotFound("这笔支付单没有回单文件")
    opened = files.open_upload(call.session, order.proof_file_id)
    send = inline if opened.kind.shown else attachment
    return send(opened.content, opened.name, opened.kind.media_type)


def _filter() -> lists.OrderFilter:
    """From the address, or from what a posted form carries of it; what waits is shown first."""
    given = request.values
    usual = "" if given.get("file") or given.get("batch") else "pending"
    return lists.OrderFilter(
        status=given.get("status", usual) or None,
        until=typed_day_or_none(given.get("until", ""), "until"),
        programme=given.get("programme") or None,
        source=given.get("source") or None,
        batch_id=given.get("batch") or None,
        bank_file_id=given.get("file") or None,
        text=given.get("q", "").strip() or None,
    )


def _page(call: Call, rejection: Rejection | None = None) -> str:
    chosen, after = _filter(), request.args.get("after")
    rows = lists.orders(call.session, call.actor, chosen, after, PAGE_ROWS + 1)
    page = cut(rows, PAGE_ROWS, lists.cursor_of)
    shown = lists.accounts(call.session, list(page.items))
    titles = programme_titles(call.session)
    return render_template(
        "desk/payments.html",
        page=page,
        after=after,
        filter=chosen,
        filters=request.values.to_dict() if request.method == "GET" else request.form.to_dict(),
        accounts={order_id: mask_account(number) for order_id, number in shown.items()},
        totals=lists.totals(call.session, call.actor, replace(chosen, status=None)),
        file=lists.bank_file(call.session, call.actor, chosen.bank_file_id) if chosen.bank_file_id else None,
        files=lists.bank_files(call.session, call.actor, 5) if not chosen.bank_file_id else [],
        batch=_batch(call, chosen.batch_id),
        batches=batch_lists.seen_of(call.session, call.actor, page.items),
        shares=shares,
        may_pay=identity_policy.may(call.actor, "pay"),
        ticked=set(request.form.getlist("order")),
        proof=request.form.get("proof", ""),
        message=rejection.message if rejection else None,
        programmes=sorted(titles.items(), key=lambda pair: pair[1]),
        titles=titles,
        statuses=[(key, word) for key, (word, _) in words.PAYMENT.items()],
        sources=list(words.SOURCE.items()),
        place=_places(call.session, page.items),
    )


def _batch(call: Call, batch_id: str | None) -> Any:
    return batches.batch(call.session, call.actor, batch_id) if batch_id else None


def _places(session: Session, rows: Any) -> dict[str, str]:
    return identity.region_names(session, {row.region_id for row in rows})
