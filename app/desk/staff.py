"""People of the staff: the list, and what their administrator does about one of them."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core.clock import local_date
from app.core.days import typed_day
from app.core.errors import Invalid, Rejection
from app.desk.blueprint import blueprint
from app.identity import people, staff
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.identity.positions import POSITIONS, trimmed
from app.inbox import staffing
from app.web import Afterwards, Call, reads, writes
from app.web.paging import cut

SIZE = 20


@blueprint.get("/staff")
@reads()
def staff_list(call: Call) -> ResponseReturnValue:
    identity_policy.require_any(call.session, call.actor, people.KEEP)
    text, after, today = request.args.get("q", "").strip(), request.args.get("after", ""), local_date(call.now)
    page = cut(people.find(call.session, call.actor, text, after, SIZE + 1), SIZE, lambda row: row.username)
    posts: dict[str, list[people.Post]] = {}
    for post in people.posts_of(call.session, [row.id for row in page.items]):
        if post.state(today) != "over":
            posts.setdefault(post.user_id, []).append(post)
    return render_template("desk/staff.html", page=page, posts=posts, text=text, after=after)


@blueprint.get("/staff/<user_id>")
@reads()
def staff_person(call: Call, user_id: str) -> ResponseReturnValue:
    return _page(call, user_id)


def _again(call: Call, rejection: Rejection, user_id: str, **_: str) -> ResponseReturnValue:
    if rejection.status in (403, 404):
        raise rejection
    return _page(call, user_id, rejection)


@blueprint.post("/staff/<user_id>/appointments/<appointment_id>/end")
@writes(again=_again)
def appointment_end(call: Call, user_id: str, appointment_id: str) -> ResponseReturnValue:
    back = staffing.end_appointment(
        call.session, call.actor, appointment_id, typed_day(request.form.get("on", ""), "on"), call.now
    )
    return _done(user_id, "任职已结束，当天以前可以撤销。", back)


@blueprint.post("/staff/<user_id>/appointments/<appointment_id>/move")
@writes(again=_again)
def appointment_move(call: Call, user_id: str, appointment_id: str) -> ResponseReturnValue:
    """Another position, at the office of a region code."""
    code = trimmed(request.form.get("region", "").strip())
    chain = identity.chain_of_code(call.session, code, local_date(call.now))
    office = identity.offices_of(call.session, chain).get(chain.nearest.level)
    if office is None:
        raise Invalid({"region": f"{chain.nearest.name}还没有单位，请先导入区划"})
    first, position = typed_day(request.form.get("on", ""), "on"), request.form.get("position", "")
    back = staffing.move(call.session, call.actor, appointment_id, office.id, position, first, call.now)
    return _done(user_id, f"已调到{office.name}。", back)


@blueprint.post("/staff/<user_id>/appointments/<appointment_id>/reopen")
@writes(again=_again)
def appointment_reopen(call: Call, user_id: str, appointment_id: str) -> ResponseReturnValue:
    staff.reopen_appointment(call.session, call.actor, appointment_id, call.now)
    return _done(user_id, "已撤销，任职继续。")


@blueprint.post("/staff/<user_id>/correct")
@writes(again=_again)
def staff_correct(call: Call, user_id: str) -> ResponseReturnValue:
    form = request.form
    staff.correct_user(call.session, call.actor, user_id, form.get("name", ""), form.get("phone", ""), call.now)
    return _done(user_id, "姓名和电话已更正。")


@blueprint.post("/staff/<user_id>/deactivate")
@writes(again=_again)
def staff_deactivate(call: Call, user_id: str) -> ResponseReturnValue:
    back = staffing.deactivate(call.session, call.actor, user_id, call.now)
    return _done(user_id, "账号已停用，不能再登录和办理。", back)


@blueprint.post("/staff/<user_id>/restore")
@writes(again=_again)
def staff_restore(call: Call, user_id: str) -> ResponseReturnValue:
    staff.restore_user(call.session, call.actor, user_id, call.now)
    return _done(user_id, "账号已恢复。")


@blueprint.post("/staff/<user_id>/password")
@writes(again=_again)
def staff_password(call: Call, user_id: str) -> Afterwards:
    """Shown on this one answer and never again."""
    password = staff.reset_password(call.session, call.actor, user_id, call.now)
    return Afterwards(lambda call: _page(call, user_id, password=password))


def _done(user_id: str, told: str, back: int = 0) -> ResponseReturnValue:
    flash(f"{told}签收而未办完的 {back} 项工作已退回单位待办。" if back else told, "success")
    return redirect(url_for("desk.staff_person", user_id=user_id))


def _page(call: Call, user_id: str, rejection: Rejection | None = None, password: str | None = None) -> str:
    found = staff.kept(call.session, call.actor, user_id)
    return render_template(
        "desk/staff_person.html",
        person=people.Person(found.id, found.username, found.name, found.phone, found.active),
        posts=people.posts_of(call.session, [user_id]),
        today=local_date(call.now),
        positions=POSITIONS.values(),
        message=rejection.message if rejection else None,
        typed=request.form if rejection else {},
        password=password,
    )
