"""Batches (批次): one-off grants and monthly payments over everybody in payment, confirmed by a second person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.core.clock import local_date
from app.core.days import day_of, no_day
from app.core.errors import Invalid, Rejection
from app.core.money import parse_amount
from app.core.whole import whole_number
from app.definitions.queries import programme_titles
from app.desk.batch_sheet import workbook
from app.desk.blueprint import blueprint
from app.desk.export import note
from app.funds import batch_lists, batches, by_hand, listing, quota_due
from app.identity import appointed, choosing
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.web import Call, Record, hands_out, reads, words, writes
from app.web.download import exported
from app.web.paging import cut

PAGE_ROWS, LINE_ROWS, EXPORT_ROWS = 18, 50, 100_000
SOURCES = listing.SOURCES
PER = {"household": "按户", "person": "按人"}


@blueprint.get("/batches")
@reads()
def batch_list(call: Call) -> ResponseReturnValue:
    after = request.args.get("after")
    page = cut(batch_lists.listed(call.session, call.actor, after or "", PAGE_ROWS + 1), PAGE_ROWS)
    return render_template(
        "desk/batches.html",
        page=page,
        after=after,
        kinds=listing.KINDS,
        places=identity.region_names(call.session, {row.region_id for row in page.items}),
        sums={row.id: batches.preview(call.session, row.id) for row in page.items},
        may_draft=identity_policy.may(call.actor, "draft_batches"),
    )


@blueprint.get("/batches/new")
@reads()
def batch_new(call: Call) -> ResponseReturnValue:
    return _form(call)


def _form_again(call: Call, rejection: Rejection) -> ResponseReturnValue:
    return _form(call, rejection)


@blueprint.post("/batches/new")
@writes(again=_form_again)
def batch_draft(call: Call) -> ResponseReturnValue:
    batch_id = batches.draft(call.session, call.actor, _spec(request.form.to_dict()), call.now)
    flash("已列出名单。请核对、剔除不该发的，再由另一人确认。", "success")
    return redirect(url_for("desk.batch", batch_id=batch_id))


@blueprint.get("/batches/<batch_id>")
@reads()
def batch(call: Call, batch_id: str) -> ResponseReturnValue:
    return _page(call, batch_id)


def _again(call: Call, rejection: Rejection, batch_id: str) -> ResponseReturnValue:
    if rejection.status in (403, 404):
        raise rejection
    return _page(call, batch_id, rejection)


@blueprint.post("/batches/<batch_id>/exclude")
@writes(again=_again)
def batch_exclude(call: Call, batch_id: str) -> ResponseReturnValue:
    chosen = request.form.getlist("line")
    batches.exclude(call.session, call.actor, batch_id, chosen, request.form.get("reason", ""), call.now)
    flash(f"已剔除 {len(chosen)} 人（户）。", "success")
    return redirect(url_for("desk.batch", batch_id=batch_id, q=request.form.get("q") or None))


@blueprint.post("/batches/<batch_id>/include")
@writes(again=_again)
def batch_include(call: Call, batch_id: str) -> ResponseReturnValue:
    chosen = request.form.getlist("line")
    batches.include(call.session, call.actor, batch_id, chosen, call.now)
    flash(f"已恢复 {len(chosen)} 人（户）。", "success")
    return redirect(url_for("desk.batch", batch_id=batch_id, q=request.form.get("q") or None))


@blueprint.post("/batches/<batch_id>/add")
@writes(again=_again)
def batch_add(call: Call, batch_id: str) -> ResponseReturnValue:
    """A household in hardship that is in no payment (B6)."""
    typed = {name: request.form.get(name, "").strip() for name in ("name", "id_number", "basis", "region", "account")}
    heads = request.form.get("heads", "").strip() or "1"
    addition = by_hand.Addition(
        name=typed["name"],
        id_number=typed["id_number"],
        basis=typed["basis"],
        region_code=typed["region"],
        account=typed["account"] or None,
        heads=int(heads) if heads.isascii() and heads.isdigit() else 0,
    )
    by_hand.add(call.session, call.actor, batch_id, addition, call.now)
    flash(f"已把{addition.name}添加到名单。", "success")
    return redirect(url_for("desk.batch", batch_id=batch_id))


@blueprint.post("/batches/<batch_id>/refresh")
@writes(again=_again)
def batch_refresh(call: Call, batch_id: str) -> ResponseReturnValue:
    batches.refresh(call.session, call.actor, batch_id, call.now)
    flash("名单已按今天的金额和在保情况更新，已剔除的仍然剔除。请核对后由另一人确认。", "success")
    return redirect(url_for("desk.batch", batch_id=batch_id))


@blueprint.post("/batches/<batch_id>/drop")
@writes(again=_again)
def batch_drop(call: Call, batch_id: str) -> ResponseReturnValue:
    batches.drop(call.session, call.actor, batch_id, call.now)
    flash("批次已作废，代号可以重新使用。", "success")
    return redirect(url_for("desk.batch_list"))


@blueprint.post("/batches/<batch_id>/confirm")
@writes(again=_again)
def batch_confirm(call: Call, batch_id: str) -> ResponseReturnValue:
    ordered = batches.confirm(call.session, call.actor, batch_id, call.now)
    flash(f"已确认，新增支付单 {ordered} 笔；告知书由系统陆续开出。", "success")
    return redirect(url_for("desk.batch", batch_id=batch_id))


@blueprint.get("/batches/<batch_id>/lines.xlsx")
@hands_out()
def batch_export(call: Call, batch_id: str) -> tuple[ResponseReturnValue, Record]:
    found = _seen(call, batch_id)
    lines = batch_lists.lines(call.session, batch_id, limit=EXPORT_ROWS)
    places = identity.region_names(call.session, {line.region_id for line in lines})
    content = workbook(found.title, lines, places, programme_titles(call.session))
    return exported(content, f"batch-{found.due_on.isoformat()}.xlsx"), note("batch_lines", len(lines), batch=batch_id)


def _seen(call: Call, batch_id: str) -> Any:
    identity_policy.require_any(call.session, call.actor, "see_money")
    return batches.batch(call.session, call.actor, batch_id)


def _page(call: Call, batch_id: str, rejection: Rejection | None = None) -> str:
    found = _seen(call, batch_id)
    chain = identity.chain(call.session, found.region_id)
    after, text, shown = request.args.get("after"), request.values.get("q", "").strip(), request.args.get("show", "")
    excluded = {"out": True, "in": False}.get(shown)
    rows = batch_lists.lines(
        call.session, batch_id, text=text, excluded=excluded, after=after or "", limit=LINE_ROWS + 1
    )
    page = cut(rows, LINE_ROWS, batch_lists.cursor_of)
    confirmer = identity_policy.covers(call.actor, chain, "confirm_batches")
    drafter = identity_policy.covers(call.actor, chain, "draft_batches")
    may_add = found.status == "draft" and drafter and found.kind not in (listing.MONTHLY, listing.QUOTA)
    return render_template(
        "desk/batch.html",
        batch=found,
        place=chain.full_name,
        kind=listing.KINDS.get(found.kind, found.kind),
        per=PER.get(found.per, found.per),
        preview=batches.preview(call.session, batch_id),
        page=page,
        after=after,
        text=text,
        shown=shown,
        places=identity.region_names(call.session, {line.region_id for line in page.items}),
        titles=programme_titles(call.session),
        people=appointed.user_names(call.session, {found.drafted_by, found.confirmed_by} - {None}),
        **_subsidies(call, found),
        orders=batch_lists.order_count(call.session, batch_id) if found.status == "confirmed" else 0,
        letters=batch_lists.letters(call.session, batch_id) if found.status == "confirmed" else None,
        may_edit=found.status == "draft" and identity_policy.covers(call.actor, chain, "review_batches"),
        may_add=may_add,
        inside=_inside(call.session, found) if may_add else [],
        added=request.form,
        errors=(rejection.fields or {}) if rejection else {},
        may_confirm=found.status == "draft" and confirmer and found.drafted_by != call.actor.user_id,
        ticked=set(request.form.getlist("line")),
        reason=request.form.get("reason", ""),
        message=rejection.message if rejection else None,
    )


def _subsidies(call: Call, found: batches.Batch) -> dict[str, Any]:
    """Institutions that a draft of subsidies leaves out since nobody rated them, and those that had too much before."""
    if found.kind != listing.QUOTA or found.status != "draft":
        return {}
    region, today = identity.chain(call.session, found.region_id).nearest, local_date(call.now)
    return {
        "unrated": quota_due.unrated(call.session, found, region, today),
        "too_much": quota_due.too_much(call.session, found, region, today),
    }


def _inside(session: Session, found: batches.Batch) -> list[tuple[str, str]]:
    """Where somebody who is added may live: the townships of a county, the villages of a township."""
    region = identity.region(session, found.region_id)
    below = identity.children(session, found.region_id, found.due_on)
    return [(each.code, each.name) for each in [region, *below]]


def _form(call: Call, rejection: Rejection | None = None) -> str:
    places = _places(call)
    titles = programme_titles(call.session)
    return render_template(
        "desk/batch_new.html",
        places=places,
        programmes=sorted(titles.items(), key=lambda pair: pair[1]),
        kinds=listing.KINDS.items(),
        pers=PER.items(),
        sources=[(key, words.source(key)) for key in SOURCES],
        typed=request.form,
        chosen=request.form.getlist("programmes"),
        message=rejection.message if rejection else None,
        errors=rejection.fields if rejection else {},
    )


def _places(call: Call) -> list[tuple[str, str]]:
    """Where the actor may draft a batch: code and name. Raises NotYours."""
    identity_policy.require_any(call.session, call.actor, "draft_batches")
    return choosing.own_regions(call.session, call.actor, "draft_batches")


def _spec(typed: Mapping[str, str]) -> listing.BatchSpec:
    """What was typed, every fault of a field in one refusal. Raises Invalid."""
    faults: dict[str, str] = {}
    texts = {name: typed.get(name, "").strip() for name in ("key", "title", "clause", "region", "kind", "per")}
    if not texts["clause"]:
        faults["clause"] = "请填写依据，例如文件名和文号"
    due_on = day_of(typed.get("due_on", ""))
    if due_on is None:
        faults["due_on"] = no_day(typed.get("due_on", ""))
    spec = listing.BatchSpec(
        key=texts["key"],
        kind=texts["kind"],
        title=texts["title"],
        clause=texts["clause"],
        region_code=texts["region"],
        programmes=request.form.getlist("programmes"),
        due_on=due_on or date.max,
        amount=_amount(typed.get("amount", ""), faults),
        per=texts["per"],
        source=typed.get("source") or SOURCES[0],
        split=_split(typed, faults),
    )
    if faults := {**listing.faults_of(spec), **faults}:
        raise Invalid(faults)
    return spec


def _amount(text: str, faults: dict[str, str]) -> Decimal | None:
    """Empty means: the amount of each award."""
    if not text.strip():
        return None
    try:
        return parse_amount(text)
    except ValueError as error:
        faults["amount"] = str(error)
        return None


def _split(typed: Mapping[str, str], faults: dict[str, str]) -> list[dict[str, Any]] | None:
    """Shares of city and county (E18), as whole numbers; None where one of them pays all."""
    texts = {source: typed.get(f"share_{source}", "").strip() for source in SOURCES}
    if not any(texts.values()):
        return None
    shares = {source: whole_number(text) or 0 for source, text in texts.items()}
    if not all(0 < share <= 100 for share in shares.values()):
        faults["share"] = "分担比例请两项都填 1 到 100 的整数，例如 5 和 5；不分担的都不填"
        return None
    return [{"source": source, "share": share} for source, share in shares.items()]
