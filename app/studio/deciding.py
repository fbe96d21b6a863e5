"""Checking a change, asking for approval, and what the second person says."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.changes import catching_up, checking, policy, queries, store, submitting
from app.core.days import typed_day
from app.studio.blueprint import blueprint
from app.studio.changes import again
from app.web import Call, reads, writes


@blueprint.post("/changes/<change_id>/check")
@writes(again=again)
def change_check(call: Call, change_id: str) -> ResponseReturnValue:
    wanted = checking.request(call.session, call.actor, change_id, now=call.now)
    if not wanted:
        flash("现在的内容已经检查过，或者正在检查。", "success")
    return redirect(url_for("studio.change", change_id=change_id, _anchor="checks"))


@blueprint.get("/changes/<change_id>/checks")
@reads()
def change_checks(call: Call, change_id: str) -> ResponseReturnValue:
    """A piece of the page, asked again while checks are under way."""
    policy.require_reader(call.session, call.actor)
    bundles = queries.bundles(call.session, change_id, call.now)
    may_edit = policy.may_edit(call.session, call.actor, store.found(call.session, change_id), call.now)
    return render_template("studio/_checks.html", change_id=change_id, bundles=bundles, may_edit=may_edit)


@blueprint.post("/changes/<change_id>/programmes/<bundle_id>/catch-up")
@writes(again=again)
def change_catch_up(call: Call, change_id: str, bundle_id: str) -> ResponseReturnValue:
    chosen = {path: request.form.get(f"side:{path}") for path in request.form.getlist("conflict")}
    catching_up.catch_up(
        call.session, call.actor, change_id, bundle_id,
        kept=[path for path, side in chosen.items() if side == "mine"],
        given_up=[path for path, side in chosen.items() if side == "theirs"], now=call.now,
    )  # fmt: skip
    flash("已并入现行的新版本，请重新检查。", "success")
    return redirect(url_for("studio.change", change_id=change_id))


@blueprint.post("/changes/<change_id>/submit")
@writes(again=again)
def change_submit(call: Call, change_id: str) -> ResponseReturnValue:
    day = typed_day(request.form.get("from", ""), "from")
    submitting.submit(call.session, call.actor, change_id, day, now=call.now)
    flash("已提交，请另一位政策管理员批准。批准前一切照旧。", "success")
    return redirect(url_for("studio.change", change_id=change_id))


@blueprint.post("/changes/<change_id>/approve")
@writes(again=again)
def change_approve(call: Call, change_id: str) -> ResponseReturnValue:
    submitting.approve(call.session, call.actor, change_id, now=call.now)
    flash("已批准，从施行之日起对新受理的案件生效；标准从各自的日期起执行。", "success")
    return redirect(url_for("studio.change", change_id=change_id))


@blueprint.post("/changes/<change_id>/send-back")
@writes(again=again)
def change_send_back(call: Call, change_id: str) -> ResponseReturnValue:
    submitting.send_back(call.session, call.actor, change_id, request.form.get("remark", ""), now=call.now)
    flash("已退回起草人修改。", "success")
    return redirect(url_for("studio.change", change_id=change_id))


@blueprint.post("/changes/<change_id>/take-back")
@writes(again=again)
def change_take_back(call: Call, change_id: str) -> ResponseReturnValue:
    submitting.take_back(call.session, call.actor, change_id, now=call.now)
    flash("已收回，可以继续修改。", "success")
    return redirect(url_for("studio.change", change_id=change_id))
