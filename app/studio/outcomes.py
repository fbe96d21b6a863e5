"""Stories that do not hold under a draft, what came instead, and what of it is accepted as intended (有意的改变)."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.changes import accepting, checking, policy, store
from app.core.errors import Rejection
from app.studio.blueprint import blueprint
from app.web import STAFF, Call, reads, transaction, transacts_itself

ADDRESS = "/changes/<change_id>/programmes/<bundle_id>/outcomes"
A_PAGE = 10


@blueprint.get(ADDRESS)
@reads()
def outcome_page(call: Call, change_id: str, bundle_id: str) -> ResponseReturnValue:
    return _page(call, change_id, bundle_id)


@blueprint.post(ADDRESS)
@transacts_itself(STAFF)
def outcome_accept(change_id: str, bundle_id: str) -> ResponseReturnValue:
    """`reason`, with what is meant: `group` (of all stories), `story` (all of it), or each `mark` (`path mark`)."""
    reason, group = request.form.get("reason", ""), request.form.get("group", "")
    try:
        with transaction(STAFF, writing=True) as call:
            asked = accepting.ask(
                call.session, call.actor, change_id, bundle_id, _marks(), reason, group=group, now=call.now
            )
        played = accepting.play(asked)
        with transaction(STAFF, writing=True) as call:
            done, refused = accepting.keep(call.session, call.actor, change_id, asked, played, reason, now=call.now)
    except Rejection as rejection:
        if rejection.status in (403, 404):
            raise
        with transaction(STAFF, writing=False) as call:
            return _page(call, change_id, bundle_id, rejection), rejection.status
    if done:
        more = "还有同样差别的故事时，请再按一次。" if group and len(asked.marks) == accepting.MOST else ""
        flash(f"已改写 {len(done)} 个故事并重演，结果与改写后的一致。{more}", "success")
    for path, why in refused.items():
        flash(f"“{asked.titles[path]}”没有改写：{why}。", "danger")
    return redirect(url_for("studio.outcome_page", change_id=change_id, bundle_id=bundle_id))


def _marks() -> dict[str, list[str] | None]:
    if story := request.form.get("story"):
        return {story: None}
    found: dict[str, list[str] | None] = {}
    for each in request.form.getlist("mark"):
        path, _, mark = each.rpartition(" ")
        chosen = found.setdefault(path, [])
        if chosen is not None:
            chosen.append(mark)
    return found


def _page(call: Call, change_id: str, bundle_id: str, rejection: Rejection | None = None) -> str:
    policy.require_reader(call.session, call.actor)
    change, bundle = store.found(call.session, change_id), store.bundle_of(call.session, change_id, bundle_id)
    stories = accepting.failing(call.session, bundle, call.now)
    page = _number(request.args)
    return render_template(
        "studio/outcomes.html",
        change=change,
        bundle=bundle,
        stories=stories[(page - 1) * A_PAGE : page * A_PAGE],
        many=len(stories),
        page=page,
        pages=-(-len(stories) // A_PAGE),
        most=accepting.MOST,
        groups=accepting.groups(stories),
        accepted=[each for each in accepting.accepted(call.session, change_id) if each.bundle_id == bundle_id],
        is_running=checking.is_under_way(call.session, bundle_id),
        may_edit=policy.may_edit(call.session, call.actor, change, call.now),
        message=rejection.message if rejection else None,
        errors=rejection.fields if rejection else {},
        typed=request.form,
    )


def _number(given: Mapping[str, str]) -> int:
    typed = given.get("page", "")
    return max(int(typed), 1) if typed.isascii() and typed.isdigit() and len(typed) < 5 else 1
