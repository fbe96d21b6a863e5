"""Applying without an account: where one begins, what is checked before it is signed, and the receipt."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import intake
from app.cases import operations as cases
from app.cases import progress
from app.cases.door import INSIST
from app.cases.repeated import Repeat, of_number
from app.core.actor import APPLICANT
from app.core.chinese import mask_name
from app.core.clock import local_date
from app.core.errors import Gone, Invalid, Rejection
from app.definitions.precheck import papers_of
from app.drafting import arrive, keep, visitor
from app.drafts import operations as drafts
from app.drafts.queries import Drawer
from app.figures.catalogue import catalogue
from app.identity.credentials import count_visit
from app.portal import grant
from app.portal.asking import Asking, asking
from app.portal.blueprint import blueprint
from app.portal.sentences import sentence
from app.web import ANYONE, Call, reads, transaction, transacts_itself
from app.web.posted import upload_limits

# A quarter of an hour of one address: forms come back for corrections, so that this is many people.
MOST_SENDINGS = 120
ADDRESS = "/apply/<programme>/<region_code>"
SENT_BEFORE = "同一项申请您近日已经提交过，没有重复提交。下面是那一次的案号和查询码；要补材料或者更正，请进“看进度”。"


@blueprint.get(ADDRESS)
@reads(ANYONE)
def application(call: Call, programme: str, region_code: str) -> ResponseReturnValue:
    """What one should know before one begins; and the way on for who was here before."""
    found = asking(call, programme, region_code)
    intro = found.form.render(found.values, context=found.context, page=found.form.intro, readonly=True)
    return render_template(
        "portal/application.html",
        asking=found,
        intro=intro,
        code=visitor.code(),
        papers=papers_of(found.bundle),
        draft=found.opened(found.held),
    )


@blueprint.get(f"{ADDRESS}/check")
@reads(ANYONE)
def check(call: Call, programme: str, region_code: str) -> ResponseReturnValue:
    found = asking(call, programme, region_code)
    if not found.drawer.mine:
        return go_to_receipt(found) if found.sent else redirect(found.start)
    return _check(found, None)


@blueprint.get(f"{ADDRESS}/paper")
@reads(ANYONE)
def paper(call: Call, programme: str, region_code: str) -> ResponseReturnValue:
    """The empty form for a pen."""
    found = asking(call, programme, region_code)
    form_html = found.form.paper(without={INSIST})
    return render_template("portal/paper.html", asking=found, form_html=form_html)


@blueprint.post(ADDRESS)
@transacts_itself(ANYONE)
def application_submit(programme: str, region_code: str) -> ResponseReturnValue:
    """Sent once: who presses twice, or comes back and presses again, gets the receipt of the first time.

    What this page posts is kept in a transaction of its own, so that a refused application comes back with it.
    """
    try:
        with transaction(ANYONE, writing=True) as call:
            found = asking(call, programme, region_code)
            if found.was_sent:
                return go_to_receipt(found)
            count_visit(call.session, "application", request.remote_addr or "", MOST_SENDINGS, call.now)
        arrived = arrive(found.held, call.now)
        with transaction(ANYONE, writing=True) as call:
            names = [*request.form.keys(), *request.files.keys()]
            part = found.part_of(name for name in names if not name.startswith("_") and name != "csrf_token")
            refused = keep(call.session, part, arrived, call.now, sent=True).refused
        if refused:
            raise Invalid(refused)
        with transaction(ANYONE, writing=True) as call:
            receipt = _send(asking(call, programme, region_code))
    except Gone:
        with transaction(ANYONE, writing=False) as call:
            found = asking(call, programme, region_code)
            if not found.sent:
                raise
            return go_to_receipt(found)
    except Rejection as rejection:
        if rejection.status not in (422, 429):
            raise
        with transaction(ANYONE, writing=False) as call:
            return _check(asking(call, programme, region_code), rejection), rejection.status
    return _leave(receipt.case_id, receipt.number, receipt.query_code, call)


def _send(found: Asking) -> cases.Receipt:
    """Take the draft out first: of two who send it the second finds none. Raises Gone, what `cases.apply` does."""
    call = found.call
    if found.sent and any(each.id == found.sent["case_id"] for each in _repeated(found)):
        flash(SENT_BEFORE, "warning")
        return cases.Receipt(**found.sent)
    found = replace(found, drawer=Drawer(drafts.take_out(call.session, found.held.place)))
    receipt = cases.apply(
        call.session, APPLICANT, found.bundle.programme, found.region_code, found.values, call.now
    )  # fmt: skip
    intake.filed(call, found.held, receipt.case_id, found.values)
    kept = {"case_id": receipt.case_id, "number": receipt.number, "query_code": receipt.query_code}
    drafts.put_back(call.session, found.receipt_place(), kept, call.now)
    return receipt


def _repeated(found: Asking) -> list[Repeat]:
    return of_number(found.call.session, found.bundle, found.values.get("id_number"), found.call.now)


def go_to_receipt(found: Asking) -> ResponseReturnValue:
    sent = found.sent or {}
    return _leave(sent["case_id"], sent["number"], sent["query_code"], found.call)


def _leave(case_id: str, number: str, query_code: str, call: Call) -> ResponseReturnValue:
    grant.give(case_id, call.now)
    grant.keep_receipt(number, query_code)
    return redirect(url_for("portal.receipt"))


@blueprint.get("/apply/receipt")
@reads(ANYONE)
def receipt(call: Call) -> ResponseReturnValue:
    """Number and query code stay on screen until the applicant leaves, since a page may be reloaded."""
    case_id, kept = grant.held(call.now), grant.receipt()
    if kept is None:
        return redirect(url_for("portal.my_case"))
    case = progress.of_case(call.session, case_id, call.now)
    return render_template(
        "portal/receipt.html", number=kept[0], query_code=kept[1], case=case, applicant=mask_name(case.name),
        sentence=sentence(case),
    )  # fmt: skip


def _check(found: Asking, rejection: Rejection | None) -> str:
    """All that was answered, what is missing of it, and below what is signed."""
    errors = dict(rejection.fields) if rejection else {}
    missing = found.wrong_on(found.pages) | {path: text for path, text in errors.items() if _is_answered(found, path)}
    shown: dict[str, Any] = {"context": found.context, "files": found.links, "regions": intake.regions_of(found.call)}
    read = [
        (page, found.form.render(found.values, page=page, readonly=True, reveal=True, change=found.change, **shown))
        for page in found.pages
    ]
    here = {path: text for path, text in errors.items() if path not in missing}
    signed = [
        found.form.render(found.values, here, page=page, without=intake.unasked(found.values, rejection),
                          upload_note=upload_limits(), **shown)
        for page in found.signed
    ]  # fmt: skip
    names = [name for page in found.signed for name in page.names] or [INSIST]
    return render_template(
        "portal/check.html", asking=found, read=read, signed=signed, missing=missing, total=len(found.pages) + 1,
        message=_cited(found, rejection.message) if rejection and not here else None, refused=intake.is_rule(rejection),
        draft=found.opened(found.part_of(names)),
    )  # fmt: skip


def _is_answered(found: Asking, path: str) -> bool:
    return any(page.asks(path) for page in found.pages)


def _cited(found: Asking, message: str) -> str:
    """Rules name clauses by our ids; people know the place in the document."""
    known = catalogue(found.call.session)
    codes, today = [ref.code for ref in found.place.refs], local_date(found.call.now)
    for clause in known.ids_in(message):
        message = message.replace(f"（{clause}）", f"（{known.cite(clause, codes, today)}）")
    return message
