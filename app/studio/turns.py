"""Whose turn it is: pages that are open say so themselves, and who waits asks politely."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.changes import handing_over, turns
from app.studio.blueprint import blueprint
from app.studio.changes import again
from app.web import Afterwards, Call, writes


@blueprint.post("/changes/<change_id>/seen")
@writes()
def change_seen(call: Call, change_id: str) -> Afterwards:
    """A piece of the page: the editor is still there, and is told who asks."""
    turn = handing_over.seen(call.session, call.actor, change_id, call.now)
    return Afterwards(lambda _: render_template("studio/_turn.html", turn=turn, change_id=change_id))


@blueprint.post("/changes/<change_id>/ask")
@writes(again=again)
def change_ask(call: Call, change_id: str) -> ResponseReturnValue:
    handing_over.ask(call.session, call.actor, change_id, call.now)
    flash(f"已请求交接。对方 {turns.PATIENCE.seconds // 60} 分钟内没有答复的，就由您编辑。", "success")
    return redirect(url_for("studio.change", change_id=change_id))


@blueprint.post("/changes/<change_id>/hand-over")
@writes(again=again)
def change_hand_over(call: Call, change_id: str) -> ResponseReturnValue:
    handing_over.hand_over(call.session, call.actor, change_id, call.now)
    flash("已交接，您的改动都已保存。", "success")
    return redirect(url_for("studio.change", change_id=change_id))
