"""Releases in force (现行版本): what holds where, how it goes, going back, retiring, and moving running cases along."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.backtest import queries as backtests
from app.cases import heat, migrating
from app.cases import queries as cases
from app.changes import bringing_back
from app.core.clock import local_date
from app.core.errors import Invalid, NotFound, Rejection
from app.definitions import holding, lists, operations, receipts, store
from app.definitions.names import IN_FORCE, LIBRARY, STOPPED
from app.identity import policy as identity_policy
from app.studio.blueprint import blueprint
from app.web import Call, reads, writes

LINES = 50
MOST_MADE = 200
ACTS = {"retire": "停用", "stop": "停止受理", "bring_back": "恢复这一版"}


@blueprint.get("/releases")
@reads()
def release_list(call: Call) -> ResponseReturnValue:
    found = holding.of_actor(call.session, call.actor, local_date(call.now))
    return render_template("studio/releases.html", found=found)


@blueprint.get("/releases/<release_id>")
@reads()
def release(call: Call, release_id: str) -> ResponseReturnValue:
    return _page(call, release_id)


def _page(call: Call, release_id: str, rejection: Rejection | None = None) -> str:
    session, actor = call.session, call.actor
    places = holding.of_release(session, actor, release_id, local_date(call.now))
    bundle = store.bundle_by_id(session, release_id)
    versions = [each for place in places for each in place.versions if each.release_id == release_id]
    is_library = places[0].programme == LIBRARY
    key = request.args.get("process", "main")
    processes = {} if is_library else bundle.processes
    if processes and key not in processes:
        raise NotFound("这个版本没有这个流程，请从版本页面重新进入")
    replaced = lists.made_under(session, release_id)
    found = None if is_library else heat.of_release(session, actor, release_id, key, call.now)
    return render_template(
        "studio/release.html",
        id=release_id,
        bundle=bundle,
        is_library=is_library,
        places=places,
        version=versions[0],
        backtest=backtests.of_release(session, release_id),
        is_current=any(each.state in (IN_FORCE, STOPPED) for each in versions),
        is_newest=any(place.versions[0].release_id == release_id for place in places),
        may_draft=any(place.is_mine for place in places),
        may_approve=identity_policy.may(actor, migrating.APPROVE),
        receipt=receipts.latest(session, release_id),
        key=key,
        processes=[] if is_library else list(processes),
        heat=found,
        badges=_badges(found.elements) if found else {},
        steps={} if is_library else {each.id: each.label for each in bundle.process(key).elements.values()},
        migration=migrating.newest(session, actor, release_id),
        made=cases.made_under(session, replaced, MOST_MADE) if replaced else [],
        typed=request.form if rejection else {},
        act=request.endpoint.removeprefix("studio.release_") if rejection and request.endpoint else "",
        message=rejection.message if rejection else None,
        errors=rejection.fields if rejection else {},
    )


def _badges(elements: Mapping[str, heat.Warmth]) -> dict[str, dict[str, str]]:
    """What the diagram shows at each element: a colour and a few words."""
    found = {}
    for id, each in elements.items():
        told = [f"{each.waiting} 件在等"] if each.waiting else []
        told += [f"{each.incidents} 件处理失败"] if each.incidents else []
        told += [f"{each.days:g} 日" + (f" / {each.limit:g} 日" if each.limit is not None else "")] if each.days else []
        state = "failed" if each.incidents or each.is_late else "waiting" if each.waiting else "done"
        if told:
            found[id] = {"state": state, "text": "，".join(told)}
    return found


@blueprint.get("/releases/<release_id>/diagram.bpmn")
@reads()
def release_diagram(call: Call, release_id: str) -> ResponseReturnValue:
    holding.of_release(call.session, call.actor, release_id, local_date(call.now))
    bundle = store.bundle_by_id(call.session, release_id)
    path = bundle.manifest["processes"].get(request.args.get("process", "main"))
    if path is None:
        raise NotFound("这个版本没有这个流程，请从版本页面重新进入")
    return Response(bundle.files[path], mimetype="application/xml")


def _again(call: Call, rejection: Rejection, release_id: str) -> ResponseReturnValue:
    if rejection.status in (403, 404):
        raise rejection
    return _page(call, release_id, rejection)


@blueprint.post("/releases/<release_id>/bring-back")
@writes(again=_again)
def release_bring_back(call: Call, release_id: str) -> ResponseReturnValue:
    reason = request.form.get("reason", "")
    change_id = bringing_back.bring_back(call.session, call.actor, release_id, reason, now=call.now)
    flash("已建立恢复这一版的政策变更，检查通过后提交，由另一位政策管理员批准。", "success")
    return redirect(url_for("studio.change", change_id=change_id))


@blueprint.post("/releases/<release_id>/retire")
@writes(again=_again)
def release_retire(call: Call, release_id: str) -> ResponseReturnValue:
    operations.retire(call.session, call.actor, release_id, request.form.get("reason", ""), now=call.now)
    flash("已停用。新的申请按上级的规定办理，没有上级规定的不再受理；在办的案件照旧办完。", "success")
    return redirect(url_for("studio.release", release_id=release_id))


@blueprint.post("/releases/<release_id>/stop")
@writes(again=_again)
def release_stop(call: Call, release_id: str) -> ResponseReturnValue:
    operations.stop(call.session, call.actor, release_id, request.form.get("reason", ""), now=call.now)
    flash("已停止受理新的申请，在办的案件照旧办理；批准新的版本后恢复受理。", "success")
    return redirect(url_for("studio.release", release_id=release_id))


@blueprint.post("/releases/<release_id>/migrations")
@writes(again=_again)
def release_migrate(call: Call, release_id: str) -> ResponseReturnValue:
    preview = request.form.get("act") != "move"
    names = _names(request.form.get("names", ""))
    migrating.begin(call.session, call.actor, release_id, names, preview=preview, now=call.now)
    return redirect(url_for("studio.release", release_id=release_id, _anchor="moving"))


@blueprint.post("/releases/<release_id>/migrations/<migration_id>/stop")
@writes()
def release_migrate_stop(call: Call, release_id: str, migration_id: str) -> ResponseReturnValue:
    migrating.stop(call.session, call.actor, migration_id, call.now)
    flash("已停止，已经转入的案件不再改变；可以重新开始，转过的不会再转。", "success")
    return redirect(url_for("studio.release", release_id=release_id, _anchor="moving"))


@blueprint.get("/releases/<release_id>/migrations")
@reads()
def release_moving(call: Call, release_id: str) -> ResponseReturnValue:
    """A piece of the page, asked again while cases move; with `state`, a page of the cases."""
    holding.of_release(call.session, call.actor, release_id, local_date(call.now))
    found = migrating.newest(call.session, call.actor, release_id)
    state = request.args.get("state", "")
    if found is None or state not in (migrating.MOVES, migrating.STAYS):
        return render_template("studio/_moving.html", id=release_id, migration=found, errors={}, typed={})
    after = request.args.get("after", 0, type=int)
    lines = migrating.lines(call.session, found.id, state, after=after, limit=LINES)
    return render_template("studio/release_lines.html", id=release_id, migration=found, lines=lines, state=state,
                           more=lines[-1].place if len(lines) == LINES else None)  # fmt: skip


def _names(text: str) -> dict[str, str]:
    """`old = new`, a line each."""
    names: dict[str, Any] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        old, _, new = (part.strip() for part in line.partition("="))
        if not old or not new:
            raise Invalid({"names": f"“{line}”应写成：旧编号 = 新编号，每行一个"})
        names[old] = new
    return names
