"""The earmarked ledger (专账, E21): by source, programme and month, and whether the books agree to the fen."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.core.clock import local_date
from app.definitions.queries import programme_titles
from app.desk.blueprint import blueprint
from app.desk.export import note
from app.desk.money_sheet import ledger_workbook
from app.funds import ledger
from app.funds.agreement import disagreements
from app.goods import queries as goods
from app.web import Call, Record, hands_out, reads, words
from app.web.download import exported


@blueprint.get("/ledger")
@reads()
def ledger_page(call: Call) -> ResponseReturnValue:
    chosen = _filter(call)
    lines = ledger.lines(call.session, call.actor, chosen)
    titles = programme_titles(call.session)
    return render_template(
        "desk/ledger.html",
        lines=lines,
        whole=ledger.total(lines),
        goods=_goods(call, chosen),
        filter=chosen,
        faults=disagreements(call.session, call.actor, chosen),
        titles=titles,
        programmes=sorted(titles.items(), key=lambda pair: pair[1]),
        sources=list(words.SOURCE.items()),
    )


@blueprint.get("/ledger.xlsx")
@hands_out()
def ledger_export(call: Call) -> tuple[ResponseReturnValue, Record]:
    chosen = _filter(call)
    lines = ledger.lines(call.session, call.actor, chosen)
    faults = disagreements(call.session, call.actor, chosen)
    content = ledger_workbook(lines, ledger.total(lines), programme_titles(call.session), faults, _goods(call, chosen))
    name = f"ledger-{local_date(call.now).isoformat()}.xlsx"
    return exported(content, name), note("ledger", len(lines))


def _goods(call: Call, chosen: ledger.LedgerFilter) -> list[Any]:
    """Goods of the same months and programme; no source pays for them, and no sum of money holds them."""
    if chosen.source:
        return []
    within = ledger.in_months(chosen, goods.DAY)
    return goods.totals(call.session, call.actor, ledger.RIGHT, within, chosen.programme)


def _filter(call: Call) -> ledger.LedgerFilter:
    """This year where nothing was chosen."""
    given, year = request.args, local_date(call.now).year
    return ledger.LedgerFilter(
        since=given.get("since", f"{year}-01") or None,
        until=given.get("until", f"{year}-12") or None,
        programme=given.get("programme") or None,
        source=given.get("source") or None,
    )
