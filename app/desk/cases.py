"""Cases: search, Excel, the page of one case, its diagram, what mends it."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import audit, intake
from app.cases import lists
from app.cases import operations as cases
from app.cases import pages as views
from app.cases.operations.appealing import ANSWER
from app.cases.operations.contact import CORRECT
from app.core.clock import local_date
from app.core.errors import Gone, Invalid, Rejection
from app.definitions.queries import programme_titles
from app.desk import act_drafts, pages
from app.desk.blueprint import blueprint
from app.desk.context import place_namer
from app.desk.export import note, workbook
from app.desk.materials import named, wanted
from app.desk.opinions import opinions
from app.desk.rulings import rulings
from app.desk.standing import standing
from app.desk.stories import timeline
from app.desk.way import stops
from app.dossier import operations as dossiers
from app.files import operations as uploads
from app.files import queries as files
from app.files.arriving import received
from app.goods import queries as goods
from app.identity import appointed
from app.identity import policy as identity_policy
from app.inbox.operations import COPY
from app.web import STAFF, Call, Record, hands_out, reads, transaction, transacts_itself, words, writes
from app.web.download import exported
from app.web.paging import PRINTED, size_of
from app.web.posted import files_of

EXPORT_ROWS = 5000
AS_FOUND = (
    "acts", "awards", "claims", "documents", "failing_rules", "handles_objections", "leads", "may_correct",
    "may_reopen", "may_steer", "messages", "notices", "objections", "paths", "repeats", "requests", "states", "waiting",
)  # fmt: skip
"""What the page of a case shows as `cases.pages` found it."""


@blueprint.get("/cases")
@reads()
def case_list(call: Call) -> ResponseReturnValue:
    chosen, after = _filter(), request.args.get("after")
    rows = size_of(request.args.get("rows", ""), PRINTED)
    page = lists.find(call.session, call.actor, chosen, after, rows)
    titles = programme_titles(call.session)
    return render_template(
        "desk/cases.html",
        page=page,
        after=after,
        rows=rows,
        sizes=PRINTED,
        told=_told(chosen, titles),
        filter=chosen,
        programmes=sorted(titles.items(), key=lambda pair: pair[1]),
        statuses=[(key, word) for key, (word, _) in words.STATUS.items()],
        place=place_namer(call.session, page.items),
    )


@blueprint.get("/cases.xlsx")
@hands_out()
def case_export(call: Call) -> tuple[ResponseReturnValue, Record]:
    rows = lists.find(call.session, call.actor, _filter(), None, EXPORT_ROWS).items
    content = workbook(call.session, rows, place_namer(call.session, rows))
    name = f"cases-{local_date(call.now).isoformat()}.xlsx"
    return exported(content, name), note("cases", len(rows))


def _told(chosen: lists.CaseFilter, titles: dict[str, str]) -> str:
    status = words.status(chosen.status)[0] if chosen.status else None
    return words.asked(chosen.text, titles.get(chosen.programme or ""), status)


def _filter() -> lists.CaseFilter:
    return lists.CaseFilter(
        programme=request.args.get("programme") or None,
        status=request.args.get("status") or None,
        text=request.args.get("q", "").strip() or None,
    )


@blueprint.get("/cases/<case_id>")
@reads()
def case(call: Call, case_id: str) -> ResponseReturnValue:
    return _page(call, case_id)


def _page(call: Call, case_id: str, rejection: Rejection | None = None) -> str:
    page = views.case_page(call.session, call.actor, case_id, call.now)
    names, events = page.steps, audit.events_of(call.session, f"case:{case_id}")
    said = {each.id: each for each in page.acts.exchanges}
    shelf = files.shelf(call.session, case_id, request.args.get("materials", ""))
    links = pages.file_links(files.named(call.session, shelf, case_id, named(wanted(page.submissions))))
    holders = appointed.user_names(call.session, {i.assignee_id for i in page.items} - {None})
    return render_template(
        "desk/case.html",
        **{name: getattr(page, name) for name in AS_FOUND},
        case=page.case,
        place=page.chain.full_name,
        incidents=[(names.get(row.element_id, row.element_id), row) for row in page.incidents],
        message=rejection.message if rejection else None,
        wrong_action=request.endpoint if rejection else None,
        open_items=[item for item in page.items if item.status == "open" and item.kind != COPY],
        holders=holders,
        posts=page.chain.post,
        candidates=call.actor.candidates,
        standing=standing(page, holders, page.chain.post, local_date(call.now)),
        stops=stops(page.way, page.elements, events, page.open_elements),
        dossier=dossiers.latest(call.session, call.actor, f"{dossiers.CASE}:{case_id}"),
        act_drafts=act_drafts.of_case(call, case_id, url_for("desk.case", case_id=case_id)),
        reason=request.form.get("reason", ""),
        reason_error=rejection.fields.get("reason") if rejection else None,
        goods=goods.of_case(call.session, page.case.id),
        may={
            each: identity_policy.covers(call.actor, page.chain, each)
            for each in ("file_applications", CORRECT, ANSWER)
        },
        owed=[row for row in page.owed if row.settled_at is None],
        clocks=pages.clock_lines(call.session, page.clocks),
        shelf=shelf,
        submissions=pages.submissions(page.submissions, links, intake.regions_of(call), reveal=False),
        rulings=rulings(call.session, page.decisions, [ref.code for ref in page.chain.refs], page.submissions),
        timeline=timeline(events, names, said, opinions(page.submissions)),
    )


@blueprint.get("/cases/<case_id>/diagram.bpmn")
@reads()
def case_diagram(call: Call, case_id: str) -> ResponseReturnValue:
    return Response(views.diagram_of(call.session, call.actor, case_id, call.now), mimetype="application/xml")


@blueprint.post("/cases/<case_id>/materials")
@transacts_itself(STAFF)
def upload(case_id: str) -> ResponseReturnValue:
    """Looked at while no transaction is open; what is good is kept, whatever came beside it."""
    with transaction(STAFF, writing=False) as call:
        _require_open(call, case_id)
    sent, refused = received(files_of(request, uploads.FIELD))
    if refused and not sent:
        raise Invalid(refused)
    with transaction(STAFF, writing=True) as call:
        _require_open(call, case_id)
        uploads.add(call.session, call.actor, case_id, [each[1:] for each in sent], call.now)
    flash(f"已上传 {len(sent)} 个文件。", "success")
    for why in refused.values():
        flash(why, "warning")
    return redirect(_back(case_id))


def _require_open(call: Call, case_id: str) -> None:
    head = views.seen(call.session, call.actor, case_id, call.now)
    if head.closed_at is not None:
        raise Gone(f"案件{head.number}已经办结，不能再添加材料")


def again(call: Call, rejection: Rejection, case_id: str) -> ResponseReturnValue:
    if rejection.status != 422:
        raise rejection
    return _page(call, case_id, rejection)


@blueprint.post("/cases/<case_id>/hold")
@writes(again=again)
def hold(call: Call, case_id: str) -> ResponseReturnValue:
    cases.hold(call.session, call.actor, case_id, request.form.get("reason", ""), call.now)
    act_drafts.sent(call, case_id)
    flash("案件已暂停，期限停止计算。", "success")
    return redirect(url_for("desk.case", case_id=case_id))


@blueprint.post("/cases/<case_id>/release")
@writes()
def release(call: Call, case_id: str) -> ResponseReturnValue:
    cases.release(call.session, call.actor, case_id, call.now)
    flash("案件已恢复办理。", "success")
    return redirect(url_for("desk.case", case_id=case_id))


@blueprint.post("/cases/<case_id>/cancel")
@writes(again=again)
def cancel(call: Call, case_id: str) -> ResponseReturnValue:
    cases.cancel(call.session, call.actor, case_id, request.form.get("reason", ""), call.now)
    act_drafts.sent(call, case_id)
    flash("案件已注销。", "success")
    return redirect(url_for("desk.case", case_id=case_id))


@blueprint.post("/cases/<case_id>/reopen")
@writes(again=again)
def reopen(call: Call, case_id: str) -> ResponseReturnValue:
    element_id, reason = request.form.get("element_id", ""), request.form.get("reason", "")
    cases.reopen(call.session, call.actor, case_id, element_id, reason, call.now)
    act_drafts.sent(call, case_id)
    flash("案件已重新办理，此前发放的款项和文书都保留；重新决定以后按差额补发或者追回。", "success")
    return redirect(url_for("desk.case", case_id=case_id))


@blueprint.post("/cases/<case_id>/waits/<wait_id>")
@writes(again=lambda call, rejection, case_id, wait_id: again(call, rejection, case_id))
def answer(call: Call, case_id: str, wait_id: str) -> ResponseReturnValue:
    given = {name: value.strip() for name, value in request.form.items() if name != "csrf_token"}
    cases.answer(call.session, call.actor, wait_id, given, call.now)
    flash("答复已填写，流程稍后继续。", "success")
    return redirect(url_for("desk.case", case_id=case_id))


@blueprint.post("/cases/<case_id>/comments")
@writes(again=again)
def comment(call: Call, case_id: str) -> ResponseReturnValue:
    cases.comment(call.session, call.actor, case_id, request.form.get("text", ""), call.now)
    act_drafts.sent(call, case_id)
    flash("评论已发出，提到的同事已收到消息。", "success")
    task_id = request.form.get("task_id")
    if task_id:
        return redirect(url_for("desk.task", task_id=task_id, _anchor="exchanges"))
    return redirect(url_for("desk.case", case_id=case_id, _anchor="exchanges"))


@blueprint.post("/cases/<case_id>/retry")
@writes()
def retry(call: Call, case_id: str) -> ResponseReturnValue:
    cases.retry_incident(call.session, call.actor, case_id, call.now)
    if not identity_policy.may(call.actor, "see_cases"):
        flash("已重新处理，仍然失败的环节还列在这里。", "success")
        return redirect(url_for("desk.incident_list"))
    flash("已重新处理，结果见下面的经过。", "success")
    return redirect(url_for("desk.case", case_id=case_id))


def _back(case_id: str) -> Any:
    """To the task from which somebody uploaded, else to the case: where the newest file is shown."""
    task_id = request.form.get("task_id")
    if task_id:
        return url_for("desk.task", task_id=task_id, materials=files.LAST, _anchor="materials")
    return url_for("desk.case", case_id=case_id, materials=files.LAST, _anchor="materials")
