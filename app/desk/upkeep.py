"""What the county does about awards besides their cases: random re-checks (E13)."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.cases import rechecks
from app.core.errors import Invalid
from app.desk.blueprint import blueprint
from app.web import Call, writes


@blueprint.post("/awards/rechecks/draw")
@writes()
def recheck_draw(call: Call) -> ResponseReturnValue:
    programme = request.form.get("programme", "").strip()
    if not programme:
        raise Invalid({"programme": "请选择要抽查的救助项目"})
    occasion, region = request.form.get("occasion", ""), request.form.get("region", "")
    drawn = rechecks.draw_rechecks(call.session, call.actor, region, programme, occasion, call.now)
    told = f"从在保 {drawn.candidates} 户（人）中抽中 {len(drawn.awards)} 户（人）"
    flash(f"{told}，复核由系统陆续启动。" if drawn.is_new else f"这次抽查此前已经抽过：{told}。", "success")
    return redirect(url_for("desk.recheck_list"))
