"""The back-test of a change: asked for, watched, stopped, read case by case, taken away as a workbook."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.backtest import queries
from app.backtest.names import LISTED
from app.changes import backtesting, policy, store
from app.core.days import typed_day
from app.core.errors import NotFound
from app.identity import appointed
from app.sheets import columns, workbook
from app.studio.blueprint import blueprint
from app.studio.changes import again
from app.web import Call, reads, writes
from app.web.download import exported

COLUMNS = columns(
    ("案件编号", 22), ("变化", 22), ("在哪一步", 24), ("决策表", 28), ("行", 6), ("条款", 14), ("原来", 24),
    ("变更后", 24), ("原每月（元）", 12), ("变更后每月（元）", 14), ("说明", 60),
)  # fmt: skip
DOOR = "受理前答复"


@blueprint.post("/changes/<change_id>/backtest")
@writes(again=again)
def backtest_ask(call: Call, change_id: str) -> ResponseReturnValue:
    typed = request.form.get("since", "")
    since = typed_day(typed, "since") if typed else None
    backtesting.ask(call.session, call.actor, change_id, since=since, now=call.now)
    return redirect(url_for("studio.backtest", change_id=change_id))


@blueprint.post("/changes/<change_id>/backtest/stop")
@writes(again=again)
def backtest_stop(call: Call, change_id: str) -> ResponseReturnValue:
    backtesting.stop(call.session, call.actor, change_id)
    flash("这一批做完就停止，已经算出的仍可查看。", "success")
    return redirect(url_for("studio.backtest", change_id=change_id))


@blueprint.get("/changes/<change_id>/backtest")
@reads()
def backtest(call: Call, change_id: str) -> ResponseReturnValue:
    policy.require_reader(call.session, call.actor)
    row = store.found(call.session, change_id)
    found = backtesting.newest(call.session, change_id)
    kind, after = request.args.get("kind", ""), request.args.get("after", 0, type=int)
    lines, following = queries.lines(call.session, found.id, kind, after) if found else ([], None)
    return render_template(
        "studio/backtest.html",
        change=row,
        backtest=found,
        names=appointed.user_names(call.session, [found.asked_by] if found else []),
        kind=kind,
        kinds=LISTED,
        lines=lines,
        after=after,
        following=following,
        door=DOOR,
    )


@blueprint.get("/changes/<change_id>/backtest/progress")
@reads()
def backtest_progress(call: Call, change_id: str) -> ResponseReturnValue:
    """A piece of the page, asked again while the back-test is under way."""
    policy.require_reader(call.session, call.actor)
    change = store.found(call.session, change_id)
    found = backtesting.newest(call.session, change_id)
    return render_template("studio/_backtest.html", change=change, backtest=found)


@blueprint.get("/changes/<change_id>/backtest.xlsx")
@reads()
def backtest_workbook(call: Call, change_id: str) -> ResponseReturnValue:
    policy.require_reader(call.session, call.actor)
    change = store.found(call.session, change_id)
    found = backtesting.newest(call.session, change_id)
    if found is None:
        raise NotFound("这项变更还没有回测，请先回测")
    notes = [change.title, found.sentence, f"状态：{found.state_title}"]
    content = workbook("回测", COLUMNS, _rows(queries.every_line(call.session, found.id)), notes)
    return exported(content, f"回测-{change.title}.xlsx")


def _rows(lines: Iterator[Any]) -> Iterator[list[Any]]:
    for each in lines:
        yield [each.number or DOOR, LISTED[each.kind], each.place, each.decision_table, each.table_row or None,
               each.clause, each.was, each.now, each.before, each.after, each.note]  # fmt: skip
