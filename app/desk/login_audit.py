"""The chain of logins for auditors: a list with filters, and the same as a workbook."""

from __future__ import annotations

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from app.core.days import typed_day_or_none
from app.desk.blueprint import blueprint
from app.identity import login_chain
from app.sheets import Column, workbook
from app.web import Call, reads
from app.web.display import moment
from app.web.download import exported
from app.web.paging import cut

PAGE_ROWS, MOST_ROWS = 50, 50_000
COLUMNS = (
    Column("at", "时间", width=18),
    Column("title", "事项", width=18),
    Column("who", "操作人", width=14),
    Column("whom", "对象", width=14),
    Column("address", "地址", width=18),
    Column("detail", "说明", width=40),
)


@blueprint.get("/audit/logins")
@reads()
def login_chain_page(call: Call) -> ResponseReturnValue:
    wanted, after = _wanted(), request.args.get("after")
    found = login_chain.lines(call.session, call.actor, wanted, limit=PAGE_ROWS + 1, after=after)
    page = cut(found, PAGE_ROWS)
    return render_template("desk/login_chain.html", page=page, wanted=wanted, kinds=login_chain.KINDS, after=after)


@blueprint.get("/audit/logins.xlsx")
@reads()
def login_chain_export(call: Call) -> Response:
    found = login_chain.all_lines(call.session, call.actor, _wanted(), MOST_ROWS)
    rows = ((moment(line.at), line.title, line.who, line.whom, line.address, line.detail) for line in found)
    return exported(workbook("登录审计", COLUMNS, rows), "登录审计.xlsx")


def _wanted() -> login_chain.Wanted:
    """Raises Invalid (since, until)."""
    read = {name: typed_day_or_none(request.args.get(name, ""), name) for name in ("since", "until")}
    person, kind = request.args.get("person", "").strip(), request.args.get("kind", "")
    return login_chain.Wanted(person, kind, read["since"], read["until"])
