"""Figures of a change: the grid in which several are typed at once, held against their floors meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.changes import figures, grid, policy, store, turns
from app.changes.figures import Typed
from app.core.days import typed_day_or_none
from app.core.errors import Invalid, Rejection
from app.figures.entries import KINDS, UNITS
from app.studio.blueprint import blueprint
from app.studio.changes import again
from app.web import Call, reads, writes

VALUE, SINCE = "value:", "since:"
MOST = 500


@blueprint.get("/changes/<change_id>/figures")
@reads()
def figure_grid(call: Call, change_id: str) -> ResponseReturnValue:
    return _page(call, change_id, request.args.get("region", ""), request.args.get("key", ""))


def _again(call: Call, rejection: Rejection, change_id: str) -> ResponseReturnValue:
    if rejection.status in (403, 404):
        raise rejection
    return _page(call, change_id, request.form.get("region", ""), request.form.get("key", ""), rejection, request.form)


@blueprint.post("/changes/<change_id>/figures")
@writes(again=_again)
def figure_grid_save(call: Call, change_id: str) -> ResponseReturnValue:
    """`value:KEY@REGION` and `since:KEY@REGION` for each cell that the page showed; an empty value enters nothing.

    Further values of a cell, from other days, are called `KEY@REGION#2` and so on.
    """
    changed = figures.enter(call.session, call.actor, change_id, _typed(request.form), now=call.now)
    flash(f"已保存，改了 {changed} 项。" if changed else "没有变化。", "success")
    region, key = (request.form.get(name) or None for name in ("region", "key"))
    return redirect(url_for("studio.figure_grid", change_id=change_id, region=region, key=key))


@blueprint.post("/figures/held")
@reads()
def figure_held(call: Call) -> ResponseReturnValue:
    """`{cells: {NAME: {value, since}}}` gives `{cells: {NAME: {message, refused}}}`: floors while a value is typed."""
    policy.require_reader(call.session, call.actor)
    sent = request.get_json(silent=True)
    cells = sent.get("cells") if isinstance(sent, dict) else None
    if not isinstance(cells, dict) or len(cells) > MOST or not all(_is_cell(each) for each in cells.values()):
        raise Invalid({"cells": f"每次最多核对 {MOST} 项"})
    return jsonify({"cells": {name: _held(call, name, each) for name, each in cells.items()}})


@blueprint.post("/changes/<change_id>/figures/<figure_id>/remove")
@writes(again=again)
def change_figure_remove(call: Call, change_id: str, figure_id: str) -> ResponseReturnValue:
    figures.remove(call.session, call.actor, change_id, figure_id, now=call.now)
    return redirect(url_for("studio.change", change_id=change_id, _anchor="figures"))


def _page(
    call: Call, change_id: str, region: str, key: str, rejection: Rejection | None = None,
    typed: Mapping[str, str] | None = None,
) -> str:  # fmt: skip
    change = store.found(call.session, change_id)
    shown = grid.grid(call.session, call.actor, change_id, region, key, call.now)
    return render_template(
        "studio/figures.html",
        change=change,
        grid=shown,
        lines={cell: _lines(cell, typed) for cell in shown.cells},
        kinds={key: kind.title for key, kind in KINDS.items()},
        units={key: unit.suffix for key, unit in UNITS.items()},
        turn=turns.turn_of(call.session, change, call.actor, call.now),
        may_edit=policy.may_edit(call.session, call.actor, change, call.now),
        message=rejection.message if rejection else None,
        errors=rejection.fields if rejection else {},
    )


class Line(NamedTuple):
    """A value of a cell as its fields show it."""

    name: str
    value: str
    since: str


def _lines(cell: grid.Cell, typed: Mapping[str, str] | None) -> list[Line]:
    """What the change enters, over it what somebody typed; one empty line where there is nothing."""
    lines = {}
    for place, put in enumerate(cell.entered or (grid.Put("", None),), 1):
        name = grid.cell_name(cell.entry.key, cell.region, place)
        lines[name] = Line(name, put.value, put.day.isoformat() if put.day else "")
    mine = (name.removeprefix(VALUE) for name in typed or () if name.startswith(VALUE))
    for name in mine:
        if grid.named(name)[:2] == (cell.entry.key, cell.region):
            lines[name] = Line(name, (typed or {})[VALUE + name], (typed or {}).get(SINCE + name, ""))
    return list(lines.values())


def _typed(form: Mapping[str, str]) -> list[Typed]:
    """The cells of a form. Raises Invalid by cell for what is no day."""
    found: list[Typed] = []
    faults: dict[str, str] = {}
    for field in form:
        if field.startswith(VALUE):
            name = field.removeprefix(VALUE)
            try:
                found.append(_cell(name, form[field], form.get(SINCE + name, "")))
            except Invalid as refused:
                faults |= refused.fields
    if faults:
        raise Invalid(faults)
    return found


def _cell(name: str, value: str, since: str) -> Typed:
    key, region, place = grid.named(name)
    return Typed(key, region, value, typed_day_or_none(since, name) if value.strip() else None, place)


def _held(call: Call, name: str, cell: Mapping[str, str]) -> dict[str, Any]:
    try:
        typed = _cell(name, cell["value"], cell["since"])
        floors = figures.held_against(call.session, call.actor, typed, call.now) if typed.value.strip() else []
    except Rejection as refused:
        return {"message": refused.message, "refused": True}
    broken = [each for each in floors if not each.kept]
    message = "；".join(each.told for each in broken) or ("符合底线" if floors else "")
    return {"message": message, "refused": any(each.refusal is not None for each in broken)}


def _is_cell(each: Any) -> bool:
    return isinstance(each, dict) and all(
        isinstance(each.get(name), str) and len(each[name]) <= 40 for name in ("value", "since")
    )
