"""Bringing in divisions and people in the browser: the same dry run as on the command line, then the same import."""

from __future__ import annotations

import base64
import binascii
from typing import NamedTuple

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.cases import succession
from app.core.clock import local_date
from app.core.errors import Invalid, Rejection
from app.desk.blueprint import blueprint
from app.identity import divisions, people, roster
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.inbox import staffing
from app.sheets import Faults, csv_bytes
from app.web import Afterwards, Call, reads, writes
from app.web.download import CSV, XLSX, attachment
from app.web.posted import files_of

KINDS = {"regions": "区划和单位", "staff": "人员和岗位"}
MOST_FAULTS, MOST_BYTES = 300, 1_400_000


class Dry(NamedTuple):
    """What a dry run found: every fault, or what the import would do."""

    kind: str
    faults: list[str]
    would: str
    content: str


@blueprint.get("/setup")
@reads()
def setup_page(call: Call) -> ResponseReturnValue:
    return _page(call)


def _again(call: Call, rejection: Rejection) -> ResponseReturnValue:
    return _page(call, message=rejection.message)


@blueprint.post("/setup")
@reads(again=_again)
def setup_try(call: Call) -> ResponseReturnValue:
    """The dry run; the page carries the file on to the confirmation."""
    identity_policy.require_any(call.session, call.actor, people.KEEP)
    chosen = files_of(request, "file")
    if not chosen:
        raise Invalid({"file": "请选择要导入的文件"})
    content = chosen[0][2]
    if len(content) > MOST_BYTES:
        raise Invalid(
            {"file": "文件太大，请分成几个文件，或者请系统维护人员用 doudi region import、doudi staff import 导入"}
        )
    kind = _kind()
    faults, would = _tried(call, kind, content)
    return _page(call, dry=Dry(kind, faults.lines(), would, base64.b64encode(content).decode()))


def _tried(call: Call, kind: str, content: bytes) -> tuple[Faults, str]:
    if kind == "regions":
        made = succession.plan_import(call.session, call.actor, content, call.now)
        return made.faults, f"新增 {len(made.opened)} 个区划及其单位，停用 {len(made.ended)} 个"
    plan = staffing.plan_import(call.session, call.actor, content, call.now)
    counts = len(plan.newcomers), len(plan.appointed), len(plan.ended)
    return plan.faults, "新增 {} 个账号、{} 项任职，结束 {} 项任职".format(*counts)


@blueprint.post("/setup/confirm")
@writes(again=_again)
def setup_confirm(call: Call) -> ResponseReturnValue | Afterwards:
    """The import itself. One-time passwords are this answer's workbook and are kept nowhere."""
    identity_policy.require_any(call.session, call.actor, people.KEEP)
    try:
        content = base64.b64decode(request.form.get("content", ""), validate=True)
    except binascii.Error as error:
        raise Invalid({"file": "文件内容不完整，请重新选择文件"}) from error
    if _kind() == "regions":
        done = succession.import_regions(call.session, call.actor, content, call.now)
        told = f"新增 {done.opened} 个区划，修改 {done.changed} 个，停用 {done.ended} 个，单位 {done.offices} 个。"
        flash("没有变化：文件里的区划和单位都已经有了。" if done.nothing else told, "success")
        return redirect(url_for("desk.office_list"))
    brought = staffing.import_staff(call.session, call.actor, content, call.now)
    if brought.newcomers:
        return Afterwards(lambda _: attachment(roster.handout(brought.newcomers), "passwords.xlsx", XLSX))
    told = f"新增 {brought.appointed} 项任职，结束 {len(brought.leaving)} 项任职。"
    flash("没有变化：文件里的人员和任职都已经有了。" if brought.nothing else told, "success")
    return redirect(url_for("desk.staff_list"))


@blueprint.get("/setup/staff.xlsx")
@reads()
def staff_template(call: Call) -> ResponseReturnValue:
    identity_policy.require_any(call.session, call.actor, people.KEEP)
    return attachment(roster.template(), "staff.xlsx", XLSX)


@blueprint.get("/setup/regions.csv")
@reads()
def region_export(call: Call) -> ResponseReturnValue:
    """The divisions that the actor keeps, as a file that can be changed and brought in again."""
    identity_policy.require_any(call.session, call.actor, people.KEEP)
    own = identity_policy.region_ids(call.actor, people.KEEP)
    kept = [identity.chain(call.session, each).nearest.code for each in own]
    rows = [row for code in sorted(kept) for row in divisions.find(call.session, local_date(call.now), code=code)]
    return attachment(csv_bytes(divisions.COLUMNS, divisions.export_rows(call.session, rows)), "regions.csv", CSV)


def _kind() -> str:
    kind = request.form.get("kind", "")
    if kind not in KINDS:
        raise Invalid({"kind": "请选择要导入区划还是人员"})
    return kind


def _page(call: Call, *, dry: Dry | None = None, message: str | None = None) -> str:
    identity_policy.require_any(call.session, call.actor, people.KEEP)
    columns = {"regions": divisions.COLUMNS, "staff": roster.COLUMNS}
    return render_template("desk/setup.html", kinds=KINDS, columns=columns, dry=dry, message=message, most=MOST_FAULTS)
