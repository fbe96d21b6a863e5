"""What an applicant may do with number and query code: look, download, hand in more, withdraw."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import intake
from app.cases import operations as cases
from app.cases import progress, queries
from app.cases.requests import ACCOUNT, APPEAL
from app.core.actor import APPLICANT
from app.core.chinese import mask_account, mask_name, mask_phone
from app.core.errors import Gone, Invalid, NotFound, Rejection
from app.core.ids import digest
from app.core.spelling import compact
from app.documents import operations as letters
from app.files import operations as uploads
from app.files import queries as files
from app.files.arriving import received
from app.forms import FileLink
from app.identity.credentials import count_visit
from app.portal import grant
from app.portal.blueprint import blueprint
from app.portal.proving import proved
from app.portal.sentences import sentence
from app.web import ANYONE, Call, reads, services, transaction, transacts_itself, writes
from app.web.download import COMING, PDF, attachment
from app.web.posted import files_of

MOST_ASKED = 5
"""So often a quarter of an hour an address, or a telephone, may ask for a code."""


@blueprint.get("/status")
@reads(ANYONE)
def status(call: Call) -> ResponseReturnValue:
    return render_template("portal/status.html", number="", message=None)


@blueprint.post("/status")
@transacts_itself(ANYONE)
def status_query() -> ResponseReturnValue:
    number, code = compact(request.form.get("number", ""))[:40], request.form.get("query_code", "")
    try:
        case_id = proved(f"case:{number}", lambda call: queries.by_code(call.session, number, code))
    except Rejection as rejection:
        return render_template("portal/status.html", number=number, message=rejection.message), rejection.status
    grant.take_back()
    grant.give(case_id, services().clock.now())
    return redirect(url_for("portal.my_case"))


@blueprint.get("/status/lost")
@reads(ANYONE)
def lost_code(call: Call) -> ResponseReturnValue:
    return render_template("portal/lost_code.html", asked=False, message=None, errors={})


@blueprint.post("/status/lost")
@transacts_itself(ANYONE)
def lost_code_ask() -> ResponseReturnValue:
    """The same answer whether or not there is such a case; how often is counted by address and by telephone."""
    number, phone = request.form.get("id_number", ""), request.form.get("phone", "")
    try:
        with transaction(ANYONE, writing=True) as call:
            count_visit(call.session, "code", request.remote_addr or "", MOST_ASKED, call.now)
            count_visit(call.session, "code", f"tel:{digest(phone.encode())[:20]}", MOST_ASKED, call.now)
        with transaction(ANYONE, writing=True) as call:
            cases.ask_for_code(call.session, number, phone, call.now)
    except Rejection as rejection:
        told = {"message": rejection.message, "errors": rejection.fields}
        return render_template("portal/lost_code.html", asked=False, **told), rejection.status
    return render_template("portal/lost_code.html", asked=True, message=None, errors={})


@blueprint.post("/status/leave")
@transacts_itself(ANYONE)
def leave() -> ResponseReturnValue:
    grant.take_back()
    return redirect(url_for("portal.status"))


@blueprint.get("/my-case")
@reads(ANYONE)
def my_case(call: Call) -> ResponseReturnValue:
    grant.drop_receipt()
    return _page(call)


@blueprint.get("/my-case/letters/<document_id>.pdf")
@transacts_itself(ANYONE)
def letter(document_id: str) -> ResponseReturnValue:
    """The stored PDF, or a page that says that it is coming."""
    with transaction(ANYONE, writing=True) as call:
        mine = queries.letters_of_applicant(call.session, grant.held(call.now))
        row = next((each for each in mine if each.id == document_id), None)
        if row is None:
            raise NotFound("没有这份文书，请核对后重试")
        found = letters.hand_out_pdf(call.session, call.actor, document_id, call.now)
        if found is not None:
            return attachment(found.content, found.filename, PDF)
        failed = letters.is_given_up(call.session, document_id)
    with transaction(ANYONE, writing=False):
        page = render_template("portal/letter_coming.html", letter=row, failed=failed)
    return page, 202, {} if failed else COMING


def _again(call: Call, rejection: Rejection) -> ResponseReturnValue:
    """The page as it is now: also where the case moved on meanwhile, or was urged today."""
    if rejection.status not in (409, 422):
        raise rejection
    return _page(call, rejection)


@blueprint.post("/my-case/materials")
@transacts_itself(ANYONE, again=_again)
def supplement() -> ResponseReturnValue:
    """Looked at while no transaction is open; what is good is kept, whatever came beside it."""
    with transaction(ANYONE, writing=False) as call:
        _open_case(call)
    sent, refused = received(files_of(request, uploads.FIELD))
    if refused and not sent:
        raise Invalid(refused)
    with transaction(ANYONE, writing=True) as call:
        uploads.add(call.session, APPLICANT, _open_case(call), [each[1:] for each in sent], call.now)
    flash(f"已收到 {len(sent)} 个文件。", "success")
    for why in refused.values():
        flash(why, "warning")
    return redirect(url_for("portal.my_case"))


def _open_case(call: Call) -> str:
    case_id = grant.held(call.now)
    if queries.head(call.session, case_id).closed_at is not None:
        raise Gone("这件事已经办结，不能再补交材料。有疑问请联系受理窗口")
    return case_id


@blueprint.post("/my-case/questions/<exchange_id>")
@writes(ANYONE, again=lambda call, rejection, exchange_id: _again(call, rejection))
def question(call: Call, exchange_id: str) -> ResponseReturnValue:
    case_id, text = grant.held(call.now), request.form.get("answer", "")
    cases.answer_question(call.session, APPLICANT, case_id, exchange_id, text, call.now)
    flash("答复已交给经办人。", "success")
    return redirect(url_for("portal.my_case"))


@blueprint.post("/my-case/urge")
@writes(ANYONE, again=_again)
def urge(call: Call) -> ResponseReturnValue:
    cases.urge_case(call.session, APPLICANT, grant.held(call.now), services().acts.urges, call.now)
    flash("已催办，经办人已收到消息。", "success")
    return redirect(url_for("portal.my_case"))


@blueprint.post("/my-case/messages")
@writes(ANYONE)
def messages_wanted(call: Call) -> ResponseReturnValue:
    wanted = request.form.get("wanted") == "yes"
    cases.want_messages(call.session, APPLICANT, grant.held(call.now), wanted, call.now)
    flash("以后会给您发短信。" if wanted else "以后不再发短信；查询码和电话有变动时仍会告诉您。", "success")
    return redirect(url_for("portal.my_case"))


@blueprint.post("/my-case/phone")
@writes(ANYONE, again=_again)
def phone_changed(call: Call) -> ResponseReturnValue:
    cases.change_phone(call.session, APPLICANT, grant.held(call.now), request.form.get("phone", ""), call.now)
    flash("联系电话已更正，原来的号码会收到一条短信。", "success")
    return redirect(url_for("portal.my_case", _anchor="contact"))


@blueprint.post("/my-case/account")
@writes(ANYONE, again=_again)
def account_asked(call: Call) -> ResponseReturnValue:
    account, holder = request.form.get("account", ""), request.form.get("holder", "")
    number = cases.ask_for_account(call.session, APPLICANT, grant.held(call.now), account, holder, call.now)
    flash(f"已收到，编号 {number}。请带身份证和银行卡到窗口核对，核对以后才改。", "success")
    return redirect(url_for("portal.my_case", _anchor="contact"))


@blueprint.post("/my-case/appeal")
@writes(ANYONE, again=_again)
def appeal(call: Call) -> ResponseReturnValue:
    number = cases.appeal(call.session, APPLICANT, grant.held(call.now), request.form.get("text", ""), call.now)
    flash(f"申诉已收到，编号 {number}。答复会显示在这一页，也会发短信告诉您。", "success")
    return redirect(url_for("portal.my_case", _anchor="contest"))


@blueprint.post("/my-case/withdraw")
@writes(ANYONE, again=_again)
def withdraw(call: Call) -> ResponseReturnValue:
    case_id = grant.held(call.now)
    cases.withdraw(call.session, APPLICANT, case_id, request.form.get("reason", "").strip(), call.now)
    flash("申请已撤回。", "success")
    return redirect(url_for("portal.my_case"))


def _page(call: Call, rejection: Rejection | None = None) -> str:
    case_id = grant.held(call.now)
    shown = progress.of_case(call.session, case_id, call.now)
    shelf = files.shelf(call.session, case_id, request.args.get("materials", ""), applicants=True)
    handed_in = shown.asked_at is not None and shelf.latest is not None and shelf.latest > shown.asked_at
    named = files.named(call.session, shelf, case_id, shown.form.files_in(shown.submitted, context=shown.context))
    return render_template(
        "portal/my_case.html",
        case=shown,
        applicant=mask_name(shown.name),
        phone=mask_phone(shown.phone) if shown.phone else "",
        account=mask_account(shown.account) if shown.account else "",
        asked_account=[each for each in shown.requests if each.kind == ACCOUNT],
        appeals=[each for each in shown.requests if each.kind == APPEAL],
        wrong=request.endpoint if rejection else None,
        sentence=sentence(shown, handed_in),
        submitted=shown.form.render(
            shown.submitted, readonly=True, context=shown.context, hide_phones=True,
            without=intake.unasked(shown.submitted, None),
            files={row.id: FileLink(row.name, "") for row in named},
        ),
        shelf=shelf,
        message=rejection.message if rejection else None,
        errors=rejection.fields if rejection else {},
        reason=request.form.get("reason"),
        answered=(request.view_args or {}).get("exchange_id"),
    )  # fmt: skip
