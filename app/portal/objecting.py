"""Objecting to a 公示: what was written waits until the telephone number is confirmed; then there is a receipt."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from app.cases import operations as cases
from app.core.actor import CITIZEN
from app.core.chinese import mask_phone
from app.core.errors import Gone, Invalid, Rejection
from app.drafting import visitor
from app.drafts import operations as drafts
from app.drafts.queries import form as subject_of
from app.forms.fields import telephone
from app.identity.credentials import count_visit
from app.portal.blueprint import blueprint
from app.publicity import confirming
from app.publicity import queries as publicity
from app.web import ANYONE, Call, reads, transaction, transacts_itself, writes

OBJECTION = "objection"
COUNTS = ("posted", "interrupted")  # who objects while it is stopped joins the open review
MOST_SENT, MOST_OF_ONE, DAY = 10, 5, timedelta(days=1)
"""Objections and leads from one address: in a quarter of an hour, and of one notice in a day."""
HELD, RECEIPT = "objecting", "objected"
OVER = "公示已经结束或撤下，如有意见请向县级民政部门反映"
_MOBILE = re.compile(r"1[3-9][0-9]{9}")


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the objection."""

    name: str
    label: str
    most: int
    required: str
    long: bool = False
    hint: str = ""


FIELDS = (
    Field("name", "您的姓名", 50, "请填写您的姓名，便于核实"),
    Field("phone", "您的手机号", 20, "请填写手机号，用来收验证码", hint="会收到一条验证码短信，填对了异议才算提出。"),
    Field("reason", "有什么不同意见", 1000, "请写明您的意见和理由", long=True),
)


@blueprint.get("/objections/confirm")
@reads(ANYONE)
def objection_confirm(call: Call) -> ResponseReturnValue:
    return _page(call)


def _again(call: Call, rejection: Rejection) -> ResponseReturnValue:
    if rejection.status not in (422, 429):
        raise rejection
    return _page(call, rejection)


@blueprint.post("/objections/confirm")
@transacts_itself(ANYONE)
def objection_confirmed() -> ResponseReturnValue:
    """Each try is committed before the code is looked at, so that guessing ends."""
    held, code = session.get(HELD, ""), request.form.get("code", "")
    try:
        with transaction(ANYONE, writing=True) as call:
            confirming.count_try(call.session, held, call.now)
        with transaction(ANYONE, writing=True) as call:
            notice_id = confirming.waiting(call.session, held, call.now).notice_id
            done = cases.object_by_phone(call.session, CITIZEN, held, code, call.now)
            drafts.finish(call.session, subject_of(OBJECTION, notice_id), visitor.owner(visitor.held()))
    except Rejection as rejection:
        if rejection.status not in (422, 429):
            raise
        with transaction(ANYONE, writing=False) as call:
            return _page(call, rejection), rejection.status
    session.pop(HELD, None)
    if done.receipt is None:
        return render_template("portal/thanks.html", title="意见已收到", told=f"{done.lead}。")
    session.permanent = True
    session[RECEIPT] = [done.receipt.number, done.receipt.query_code]
    return redirect(url_for("portal.objection_receipt"))


@blueprint.post("/objections/code")
@writes(ANYONE, again=_again)
def objection_code(call: Call) -> ResponseReturnValue:
    confirming.send_again(call.session, session.get(HELD, ""), call.now)
    flash("验证码已重新发送，以最后收到的为准。", "success")
    return redirect(url_for("portal.objection_confirm"))


@blueprint.get("/objections/receipt")
@reads(ANYONE)
def objection_receipt(call: Call) -> ResponseReturnValue:
    """Number and query code stay on screen until the objector leaves, since a page may be reloaded."""
    kept = session.get(RECEIPT)
    if kept is None:
        return redirect(url_for("portal.objection_status"))
    return render_template("portal/objection_receipt.html", number=kept[0], query_code=kept[1])


def _page(call: Call, rejection: Rejection | None = None) -> str:
    waiting = confirming.waiting(call.session, session.get(HELD, ""), call.now)
    return render_template(
        "portal/objection_confirm.html",
        waiting=waiting,
        phone=mask_phone(waiting.phone),
        minutes=int(confirming.LIFE.total_seconds() // 60),
        message=rejection.message if rejection else None,
        errors=rejection.fields if rejection else {},
    )


def typed() -> dict[str, Any]:
    """The objection of this request {name, phone, reason}. Only a mobile telephone gets a message. Raises Invalid."""
    data = {field.name: request.form.get(field.name, "").strip() for field in FIELDS}
    wrong = {field.name: field.required for field in FIELDS if not data[field.name]}
    wrong |= {f.name: f"最多填写 {f.most} 个字" for f in FIELDS if len(data[f.name]) > f.most}
    number = telephone(data["phone"]) or ""
    if "phone" not in wrong and not _MOBILE.fullmatch(number):
        wrong["phone"] = "联系电话不正确，请填写 11 位手机号；没有手机的，请带身份证到乡镇（街道）窗口提出"
    if wrong:
        raise Invalid(wrong)
    return {**data, "phone": number}


def require_stands(call: Call, notice_id: str) -> None:
    """Raises NotFound and Gone."""
    meant = publicity.notice(call.session, notice_id)
    if meant.status not in COUNTS or not meant.waits:
        raise Gone(OVER)


def count(call: Call, notice_id: str) -> None:
    """What one address sends of all notices, and of one. Raises Throttled."""
    address = request.remote_addr or ""
    count_visit(call.session, "objection", address, MOST_SENT, call.now)
    count_visit(call.session, f"notice:{notice_id}", address, MOST_OF_ONE, call.now, within=DAY)
