"""Figures of an office (统计): cases, steps against the time of law, money; as tables, charts, files and a heat map."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.exceptions import NotFound as NoSuchAddress

from app.core.clock import local_date
from app.core.errors import Invalid
from app.definitions.queries import programme_titles, resolve
from app.desk.blueprint import blueprint
from app.desk.charts import Bar, Series, bars, columns, standalone
from app.desk.export import note
from app.desk.heat_map import heat_map
from app.desk.statistics_sheet import workbook
from app.engine.drawing import drawing
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.tally import operations as tally
from app.tally.queries import Figures, StepLine, TallyFilter, figures
from app.web import Call, Record, hands_out, reads, writes
from app.web.download import attachment, exported

SVG = "image/svg+xml"
LONGEST = 36
"""Months that are shown at once."""
MOST_STEPS = 24
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Charts:
    """The pictures of the page by the name of their file."""

    cases: Markup
    money: Markup
    steps: Markup
    map: Markup


@blueprint.get("/statistics")
@reads()
def statistics_page(call: Call) -> ResponseReturnValue:
    chosen = _filter(call)
    found = figures(call.session, call.actor, chosen)
    titles = programme_titles(call.session)
    return render_template(
        "desk/statistics.html",
        found=found,
        filter=chosen,
        charts=_charts(call, chosen, found, titles),
        titles=titles,
        programmes=sorted(titles.items(), key=lambda pair: pair[1]),
        places=identity.region_names(call.session, [each for each in found.places if each]),
        periods=_periods(local_date(call.now)),
        counting=tally.is_under_way(call.session, call.now),
    )


@blueprint.post("/statistics/count")
@writes()
def statistics_count(call: Call) -> ResponseReturnValue:
    tally.ask(call.session, call.actor, call.now)
    flash("正在重新统计，完成后这一页自己更新。", "success")
    shown: dict[str, Any] = request.args.to_dict()
    return redirect(url_for("desk.statistics_page", **shown))


@blueprint.get("/statistics.xlsx")
@hands_out()
def statistics_export(call: Call) -> tuple[ResponseReturnValue, Record]:
    chosen = _filter(call)
    found = figures(call.session, call.actor, chosen)
    places = identity.region_names(call.session, [each for each in found.places if each])
    content = workbook(found, programme_titles(call.session), places)
    return exported(content, f"statistics-{chosen.since}-{chosen.until}.xlsx"), note("statistics", len(found.steps))


@blueprint.get("/statistics/<name>.svg")
@reads()
def statistics_chart(call: Call, name: str) -> ResponseReturnValue:
    chosen = _filter(call)
    found = figures(call.session, call.actor, chosen)
    drawn = getattr(_charts(call, chosen, found, programme_titles(call.session)), name, "")
    if not drawn:
        raise NoSuchAddress
    return attachment(standalone(drawn), f"statistics-{name}-{chosen.since}-{chosen.until}.svg", SVG)


def _charts(call: Call, chosen: TallyFilter, found: Figures, titles: dict[str, str]) -> Charts:
    months = list(found.months)
    lines = list(found.months.values())
    cases = [Series("受理", [line.received for line in lines]), Series("办结", [line.closed for line in lines])]
    money = [Series("决定", [line.decided for line in lines]), Series("支付", [line.paid for line in lines])]
    slow = sorted(found.steps, key=lambda step: (-(step.ratio or 0), -step.mean))[:MOST_STEPS]
    whose = {key: "" if chosen.programme else f"{title[:6]} " for key, title in titles.items()}
    steps = [Bar(f"{whose.get(step.programme, '')}{step.title}", step.mean, step.limit) for step in slow]
    return Charts(
        columns("每月受理和办结的申请", months, cases, "件") if months else Markup(""),
        columns("每月决定和支付的资金", months, money, "元") if months else Markup(""),
        bars("各环节平均用时", steps, "工作日") if steps else Markup(""),
        _map(call, chosen, found.steps, titles),
    )


def _map(call: Call, chosen: TallyFilter, steps: list[StepLine], titles: dict[str, str]) -> Markup:
    """Of one programme alone: the diagram that is in force where the reader works."""
    if chosen.programme not in titles or not steps:
        return Markup("")
    source = _diagram(call, chosen.programme)
    title = f"{titles[chosen.programme]}：各环节平均用时和法定时限（工作日）"
    return heat_map(title, drawing(source), {step.element_id: step for step in steps}) if source else Markup("")


def _diagram(call: Call, programme: str) -> bytes | None:
    region_id = min(identity_policy.region_ids(call.actor, tally.RIGHT), default=None)
    if region_id is None:
        return None
    found = resolve(call.session, programme, identity.chain(call.session, region_id).ids, local_date(call.now))
    return found.files[found.manifest["processes"]["main"]]


def _filter(call: Call) -> TallyFilter:
    """This year where nothing was chosen. Raises Invalid."""
    given, today = request.args, local_date(call.now)
    since, until = given.get("since") or f"{today.year}-01", given.get("until") or f"{today:%Y-%m}"
    if not (_MONTH.fullmatch(since) and _MONTH.fullmatch(until)):
        raise Invalid({"since": "请按“2026-05”的样子填写月份"})
    if not 0 <= _distance(since, until) < LONGEST:
        raise Invalid({"since": f"起止月份颠倒了，或者超过 {LONGEST} 个月，请改短"})
    return TallyFilter(since, until, given.get("programme") or None, given.get("region") or None)


def _distance(since: str, until: str) -> int:
    return 12 * (int(until[:4]) - int(since[:4])) + int(until[5:]) - int(since[5:])


def _periods(today: date) -> list[tuple[str, str, str]]:
    """What offices report by: word, first and last month."""
    year, month = today.year, today.month
    quarter = 3 * ((month - 1) // 3) + 1
    before = f"{year - (month == 1)}-{(month - 2) % 12 + 1:02}"
    return [
        ("本月", f"{year}-{month:02}", f"{year}-{month:02}"),
        ("上月", before, before),
        ("本季度", f"{year}-{quarter:02}", f"{year}-{month:02}"),
        ("本年", f"{year}-01", f"{year}-{month:02}"),
        ("上年", f"{year - 1}-01", f"{year - 1}-12"),
    ]
