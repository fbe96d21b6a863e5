"""An application a page at a time: each page is kept when it is left, and leads on when nothing on it is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from app import intake
from app.core.errors import Rejection
from app.drafting import arrive, keep
from app.drafts import parts
from app.forms import Page
from app.forms.parsing import REMOVE
from app.portal.apply import ADDRESS, go_to_receipt
from app.portal.asking import Asking, asking
from app.portal.blueprint import blueprint
from app.web import ANYONE, Call, reads, transaction, transacts_itself
from app.web.posted import upload_limits

STEP, ROW = f"{ADDRESS}/<int:number>", f"{ADDRESS}/<int:number>/<int:row>"
CHECK = "check"


@blueprint.get(STEP)
@reads(ANYONE)
def step(call: Call, programme: str, region_code: str, number: int) -> ResponseReturnValue:
    found = asking(call, programme, region_code)
    page = found.page(number)
    if page is None:
        return redirect(found.start)
    return _list(found, page) if page.rows else _page(found, page, None)


@blueprint.get(ROW)
@reads(ANYONE)
def row(call: Call, programme: str, region_code: str, number: int, row: int) -> ResponseReturnValue:
    found = asking(call, programme, region_code)
    page = found.page(number)
    if page is None or not _is_row(found, page, row):
        return redirect(found.address(page) if page else found.start)
    return _page(found, page, row)


@blueprint.post(STEP)
@transacts_itself(ANYONE)
def step_next(programme: str, region_code: str, number: int) -> ResponseReturnValue:
    return _next(programme, region_code, number, None)


@blueprint.post(ROW)
@transacts_itself(ANYONE)
def row_next(programme: str, region_code: str, number: int, row: int) -> ResponseReturnValue:
    return _next(programme, region_code, number, row)


def _next(programme: str, region_code: str, number: int, row: int | None) -> ResponseReturnValue:
    refused: dict[str, str] = {}
    try:
        with transaction(ANYONE, writing=False) as call:
            found = asking(call, programme, region_code)
            page = found.page(number)
            if found.was_sent:
                return go_to_receipt(found)
            if page is None or (row is not None and not _is_row(found, page, row)):
                return redirect(found.start)
        held, arrived = found.part(page, row), arrive(found.held, call.now)
        with transaction(ANYONE, writing=True) as call:
            if page.rows and row is None:
                _drop(call, found, page)
            else:
                refused = keep(call.session, held, arrived, call.now, sent=True).refused
    except Rejection as rejection:
        with transaction(ANYONE, writing=False) as call:
            return _as_posted(asking(call, programme, region_code), number, row, rejection)
    with transaction(ANYONE, writing=False) as call:
        return _onward(asking(call, programme, region_code), page, row, refused)


def _onward(found: Asking, page: Page, row: int | None, refused: dict[str, str]) -> ResponseReturnValue:
    """The same page while something on it is wrong or a list wants a row; else the next one."""
    if action := found.form.row_action(request.form):
        if page.rows and row is None:
            return redirect(_with_query(found.address(page)))
        return _page(found, page, row, values=found.form.apply_row_action(found.values, action), unsent=True)
    wrong = {path: text for path, text in found.wrong_on([page]).items() if _is_asked(page, row, path)} | refused
    if wrong:
        return (_list(found, page, wrong) if page.rows and row is None else _page(found, page, row, wrong)), 422
    if row is not None:
        another = "_another" in request.form
        return redirect(_with_query(found.address(page, len(found.rows(page))) if another else found.address(page)))
    return redirect(found.check if request.args.get("then") == CHECK else found.after(page))


def _is_asked(page: Page, row: int | None, path: str) -> bool:
    """Of a list, its page answers for the number of rows and for all of them, a row for itself."""
    return row is None or path.startswith(f"{page.rows_name}.{row}.")


def _is_row(found: Asking, page: Page, row: int) -> bool:
    return page.rows is not None and 0 <= row <= len(found.rows(page))


def _drop(call: Call, found: Asking, page: Page) -> None:
    action = found.form.row_action(request.form) or ""
    name, _, place = action.removeprefix(REMOVE).rpartition(".")
    if action.startswith(REMOVE) and name == page.rows_name and place.isdigit():
        parts.drop_row(call.session, found.held.place, name, int(place), call.now)


def _as_posted(found: Asking, number: int, row: int | None, rejection: Rejection) -> ResponseReturnValue:
    """What could not be kept stands on the page as it was posted."""
    page = found.page(number)
    if page is None or rejection.status not in (413, 422, 429):
        raise rejection
    values = found.values | found.form.parse_pages(request.form)
    return _page(found, page, row, values=values, unsent=True, message=rejection.message), rejection.status


def _with_query(address: str) -> str:
    return f"{address}?then={CHECK}" if request.args.get("then") == CHECK else address


def _page(
    found: Asking, page: Page, row: int | None, errors: Mapping[str, str] | None = None, *,
    values: dict[str, Any] | None = None, unsent: bool = False, message: str = "",
) -> str:  # fmt: skip
    values = found.values if values is None else values
    html = found.form.render(
        values, errors or {}, context=found.context, page=page, row=row, files=found.links,
        upload_note=upload_limits(), regions=intake.regions_of(found.call), without=intake.unasked(values, None),
    )  # fmt: skip
    return _template("portal/step.html", found, page, row, form_html=html, errors=errors, message=message,
                     draft=found.opened(found.part(page, row), unsent=unsent))  # fmt: skip


def _list(found: Asking, page: Page, errors: Mapping[str, str] | None = None) -> str:
    wrong, rows = found.wrong_on([page]), page.rows_name
    entries = [
        (place, entry, any(path.startswith(f"{rows}.{place}.") for path in wrong))
        for place, entry in enumerate(found.form.entries(page, found.values))
    ]
    most = page.rows.limit("maxItems") if page.rows else None
    told = {f"{rows}.": text for path, text in (errors or {}).items() if path == rows}
    return _template("portal/rows.html", found, page, None, entries=entries, errors=errors, told=told,
                     may_add=most is None or len(entries) < most, draft=found.opened(found.part(page)))  # fmt: skip


def _template(name: str, found: Asking, page: Page, row: int | None, **more: Any) -> str:
    """Where one is among the pages that are asked as things are: the last step is the check."""
    place = found.pages.index(page) + 1
    back = found.before(page) if row is None or not found.rows(page) else found.address(page)
    then = request.args.get("then") == CHECK
    return render_template(name, asking=found, page=page, row=row, place=place, total=len(found.pages) + 1,
                           back=found.check if then and row is None else back, then=then, **more)  # fmt: skip
