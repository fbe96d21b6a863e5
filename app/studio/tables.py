"""Cases of a decision table from Excel: inputs and what is expected, brought, and taken away with results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import sheets
from app.changes import store, trying
from app.core.clock import local_date
from app.core.errors import Invalid, NotFound, Rejection
from app.sheets import Column, Row
from app.studio.blueprint import blueprint
from app.tryout.asking import Draft, ask
from app.web import STAFF, transaction, transacts_itself
from app.web.download import exported
from app.web.posted import files_of

ADDRESS = "/changes/<change_id>/programmes/<bundle_id>/tables"
MOST_ROWS = 1000
EXPECTED = Column("expected", "应有的结果", hint="不填就不比较；没有结果写“无”")
FOUND = sheets.columns(("结果", 30), ("命中的行", 12), ("是否相符", 12), ("说明", 50))
TYPES = {"number": "数字", "boolean": "是或否", "date": "日期", "string": "文字"}


@blueprint.get(ADDRESS)
@transacts_itself(STAFF)
def table_page(change_id: str, bundle_id: str) -> ResponseReturnValue:
    draft, _ = _draft(change_id, bundle_id)
    return _page(change_id, bundle_id, ask(draft, "tables")["tables"])


@blueprint.get(f"{ADDRESS}/<decision>.xlsx")
@transacts_itself(STAFF)
def table_sheet(change_id: str, bundle_id: str, decision: str) -> ResponseReturnValue:
    """An empty workbook of the columns that the table has."""
    draft, _ = _draft(change_id, bundle_id)
    table = _found(ask(draft, "tables")["tables"], decision)
    columns = _columns(table)
    choices = {column.title: told["choices"] for column, told in zip(columns, table["inputs"], strict=False)
               if told["choices"]}  # fmt: skip
    notes = [
        f"决策表：{table['title']}。每行是一个情形，从第 2 行起填写，最多 {MOST_ROWS} 行。",
        "各列填这一列看到的值；空着表示没有这项信息。标准（金额、时限）按这项变更生效后的取。",
        "“应有的结果”不填就不比较。填好后回到“用表格试决策表”上传，可以看结果，也可以取回带结果的表。",
    ]
    content = sheets.form({_sheet_title(table): [*columns, EXPECTED]}, choices, notes)
    return exported(content, f"{decision}.xlsx")


@blueprint.post(f"{ADDRESS}/<decision>")
@transacts_itself(STAFF)
def table_cases(change_id: str, bundle_id: str, decision: str) -> ResponseReturnValue:
    """The page with what the table makes of each row, or the workbook with it (`as` is `sheet`)."""
    draft, figures = _draft(change_id, bundle_id)
    tables = ask(draft, "tables")["tables"]
    table = _found(tables, decision)
    try:
        rows = _read(table)
        given = [dict(row.values) for row in rows]
        found = ask(draft, "cases", table=decision, rows=given, **figures)["cases"]
        _require_readable(table, rows, found)
    except Rejection as rejection:
        return _page(change_id, bundle_id, tables, rejection=rejection, decision=decision), rejection.status
    if request.form.get("as") == "sheet":
        return exported(_workbook(table, rows, found), f"{decision}-results.xlsx")
    return _page(change_id, bundle_id, tables, decision=decision, cases=list(zip(rows, found, strict=True)))


def _read(table: Mapping[str, Any]) -> list[Row]:
    chosen = files_of(request, "file")
    if not chosen:
        raise Invalid({"file": "请选择填好的表"})
    rows, faults = sheets.read(chosen[0][2], [*_columns(table), EXPECTED])
    if len(rows) > MOST_ROWS:
        raise Invalid({"file": f"超过 {MOST_ROWS} 行，请分成几个文件"})
    if faults:
        raise Invalid({"file": "；".join(faults.lines())})
    return rows


def _require_readable(table: Mapping[str, Any], rows: Sequence[Row], found: Sequence[Mapping[str, Any]]) -> None:
    """Raises Invalid, naming row and column of every cell that says nothing to its column."""
    faults = sheets.Faults([*_columns(table), EXPECTED])
    for row, each in zip(rows, found, strict=True):
        for key, message in each["faults"].items():
            faults.add(row.number, key, message)
    if faults:
        raise Invalid({"file": "；".join(faults.lines())})


def _workbook(table: Mapping[str, Any], rows: Sequence[Row], found: Sequence[Mapping[str, Any]]) -> bytes:
    columns = [*_columns(table), EXPECTED]
    lines = [
        [*(row.get(column.key) for column in columns), each["result"], each["rows"], each["verdict"], each["why"]]
        for row, each in zip(rows, found, strict=True)
    ]
    return sheets.workbook(_sheet_title(table), [*columns, *FOUND], lines)


def _columns(table: Mapping[str, Any]) -> list[Column]:
    """A column for each input; two of one name are told apart by their number."""
    labels = [each["label"] for each in table["inputs"]]
    return [
        Column(str(place), label if labels.count(label) == 1 else f"{label}（第 {place + 1} 列）", hint=_hint(told))
        for place, (label, told) in enumerate(zip(labels, table["inputs"], strict=True))
    ]


def _hint(told: Mapping[str, Any]) -> str:
    listed = f"：{'、'.join(told['choices'])}" if told["choices"] else ""
    return f"{TYPES.get(told['type'], '')}{listed}"


def _sheet_title(table: Mapping[str, Any]) -> str:
    """Excel takes 31 characters, and not all of them."""
    return "".join(each for each in str(table["title"]) if each not in "[]:*?/\\")[:31] or "情形"


def _found(tables: Sequence[Mapping[str, Any]], decision: str) -> Mapping[str, Any]:
    table = next((each for each in tables if each["id"] == decision), None)
    if table is None:
        raise NotFound("草稿里没有这张决策表，请刷新页面")
    return table


def _draft(change_id: str, bundle_id: str) -> tuple[Draft, dict[str, Any]]:
    """The draft; and what rules may read besides what their columns see, where it plays."""
    with transaction(STAFF, writing=False) as call:
        bundle = store.bundle_of(call.session, change_id, bundle_id)
        trial = trying.kept(call.session, call.actor, bundle_id)
        first = next(iter(trying.villages(call.session, bundle, call.now)), ("", ""))[0]
        region = trial.region if trial else first
        draft = trying.draft_of(call.session, call.actor, bundle, region, call.now)
        figures = trying.figures_on(call.session, bundle, region or draft.region, call.now)
        return draft, {"figures": figures, "today": local_date(call.now).isoformat()}


def _page(
    change_id: str, bundle_id: str, tables: Sequence[Mapping[str, Any]], *, decision: str = "",
    cases: Sequence[Any] = (), rejection: Rejection | None = None,
) -> str:  # fmt: skip
    with transaction(STAFF, writing=False) as call:
        return render_template(
            "studio/tables.html",
            change=store.found(call.session, change_id), bundle=store.bundle_of(call.session, change_id, bundle_id),
            tables=tables, decision=decision, cases=cases, columns=_columns, most=MOST_ROWS,
            message=rejection.message if rejection else None, expected=EXPECTED.key,
            back=url_for("studio.trial_page", change_id=change_id, bundle_id=bundle_id),
        )  # fmt: skip
