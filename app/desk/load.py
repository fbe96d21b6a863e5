"""Who holds how much and how late (工作量), for heads: by office, position and person; moving work between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.cases import operations as cases
from app.core.clock import local_date
from app.core.errors import Invalid, NotFound, Rejection
from app.definitions.queries import programme_titles
from app.desk.blueprint import blueprint
from app.desk.deadlines import in_words, office_days
from app.desk.export import note
from app.identity import absence, appointed, divisions, people
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.identity.positions import POSITIONS, title_at
from app.inbox import load
from app.sheets import Sheet, book, columns
from app.web import Call, Record, hands_out, reads, writes
from app.web.download import exported
from app.web.paging import cut

SIZE, ROWS, MOST = 20, 50, 100
NOBODY = "nobody"
COLUMNS = columns(("岗位", 22), ("姓名", 14), ("在办（件）", 12), ("逾期（件）", 12), ("最早到期", 18), ("备注", 26))


@dataclass(frozen=True, slots=True)
class Line:
    """What one person, or nobody (`user_id` empty), holds of a position. `notes`: away, left, vacant."""

    position: str
    title: str
    user_id: str
    name: str
    count: int = 0
    overdue: int = 0
    earliest: date | None = None
    notes: list[str] = field(default_factory=list)


@blueprint.get("/load")
@reads()
def load_page(call: Call) -> ResponseReturnValue:
    identity_policy.require_any(call.session, call.actor, identity_policy.DIRECT)
    today, after, office = local_date(call.now), request.args.get("after", ""), _office(call)
    lines, more = _lines(call, office, today)
    below = cut(
        divisions.find(call.session, today, code=office.region_code, after=after or office.region_code, limit=SIZE + 1),
        SIZE, lambda row: row.code,
    )  # fmt: skip
    return render_template(
        "desk/load.html",
        office=office,
        lines=lines,
        more=load.COUNTED if more else 0,
        below=below,
        after=after,
        counts=load.of_offices(call.session, [row.office_id for row in below.items if row.office_id], today),
        above=_above(call, office),
        nobody=NOBODY,
        today=today,
        keeps=identity_policy.may(call.actor, people.KEEP),
    )


@blueprint.get("/load.xlsx")
@hands_out()
def load_export(call: Call) -> tuple[ResponseReturnValue, Record]:
    identity_policy.require_any(call.session, call.actor, identity_policy.DIRECT)
    today, office = local_date(call.now), _office(call)
    lines, _ = _lines(call, office, today)
    days = office_days()
    rows = [
        (line.title, line.name or "待签收", line.count, line.overdue,
         in_words(line.earliest, today, days)[0] if line.earliest else "", "；".join(line.notes))
        for line in lines
    ]  # fmt: skip
    content = book([Sheet("工作量", COLUMNS, rows, office.name)])
    return exported(content, f"load-{today.isoformat()}.xlsx"), note("load", len(rows), office=office.id)


@blueprint.get("/load/<office_id>/<position>/<user_id>")
@reads()
def load_person(call: Call, office_id: str, position: str, user_id: str) -> ResponseReturnValue:
    return _person(call, office_id, position, user_id)


def _again(call: Call, rejection: Rejection, office_id: str, position: str, user_id: str) -> ResponseReturnValue:
    if rejection.status in (403, 404):
        raise rejection
    return _person(call, office_id, position, user_id, rejection)


@blueprint.post("/load/<office_id>/<position>/<user_id>/move")
@writes(again=_again)
def load_move(call: Call, office_id: str, position: str, user_id: str) -> ResponseReturnValue:
    """Hand what is ticked to another; what may not be his is said, and the rest is moved."""
    _require_directs(call, office_id)
    chosen, reason, to = request.form.getlist("item"), request.form.get("reason", "").strip(), request.form.get("to")
    if not chosen:
        raise Invalid({"item": "请先勾选要调整的工作"})
    if len(chosen) > MOST:
        raise Invalid({"item": f"一次最多调整 {MOST} 件，您选了 {len(chosen)} 件，请分几次"})
    if not to:
        raise Invalid({"to": "请选择交给谁办理"})
    if not reason:
        raise Invalid({"reason": "请填写调整的原因，双方都会看到"})
    missed = []
    for item_id in sorted(set(chosen)):
        try:
            cases.assign_task(call.session, call.actor, item_id, to, reason, call.now)
        except Rejection as refusal:
            missed.append(refusal.message)
    if done := len(set(chosen)) - len(missed):
        flash(f"已调整 {done} 件，双方都会收到消息。", "success")
    if missed:
        flash(f"{len(missed)} 件没有调整：{missed[0]}", "warning")
    return redirect(url_for("desk.load_person", office_id=office_id, position=position, user_id=user_id))


def _office(call: Call) -> identity.OfficeRow:
    """The office that is asked for, else that of the actor's first position with the right. Raises NotYours."""
    asked = request.args.get("office", "")
    if asked:
        return _require_directs(call, asked)
    held = next(each for each in call.actor.appointments if identity_policy.DIRECT in each.capabilities)
    return identity.office(call.session, held.office_id)


def _require_directs(call: Call, office_id: str) -> identity.OfficeRow:
    office = identity.office(call.session, office_id)
    chain = identity.chain(call.session, office.region_id)
    identity_policy.require_covers(call.session, call.actor, chain, identity_policy.DIRECT)
    return office


def _above(call: Call, office: identity.OfficeRow) -> identity.OfficeRow | None:
    """The office over this one, where the actor directs that too."""
    chain = identity.chain(call.session, office.region_id)
    reach = identity_policy.region_ids(call.actor, identity_policy.DIRECT)
    for ref in chain.refs[1:]:
        if not reach.isdisjoint(identity.chain(call.session, ref.id).ids):
            return identity.offices_of(call.session, chain).get(ref.level)
    return None


def _lines(call: Call, office: identity.OfficeRow, today: date) -> tuple[list[Line], bool]:
    """Every position of the office that has work: nobody's first, then its people, the busiest first."""
    found = load.of_office(call.session, office.id, today)
    held = {(each.position, each.user_id): each for each in found.held}
    posts = [post for post in people.posts_at(call.session, office.id, today) if post.state(today) == "held"]
    names = {post.user_id: post.name for post in posts if post.active}
    keys = {(post.position, post.user_id) for post in posts if post.active and POSITIONS[post.position].tasks}
    staffed = {position for position, _ in keys}
    keys |= set(held) | {
        (key, load.NOBODY) for key, each in POSITIONS.items() if each.tasks and each.level == office.kind
    }
    names |= appointed.user_names(call.session, {user for _, user in keys if user and user not in names})
    away = _away(call, today)
    lines = []
    for position, user_id in keys:
        each = held.get((position, user_id))
        told = _notes(away, position, user_id, position in staffed)
        numbers = (each.count, each.overdue, each.earliest) if each else (0, 0, None)
        title = title_at(position, office.region_name)
        lines.append(Line(position, title, user_id, names.get(user_id, ""), *numbers, notes=told))
    order = list(POSITIONS)
    lines.sort(key=lambda line: (order.index(line.position) if line.position in order else 99, bool(line.user_id),
                                 -line.count, line.name))  # fmt: skip
    return lines, found.more


def _away(call: Call, today: date) -> Mapping[tuple[str, str], absence.Away]:
    rows = absence.current(call.session, call.actor, today)
    return {(each.position, each.user_id): each for each in rows if each.valid_from <= today}


def _notes(away: Mapping[tuple[str, str], absence.Away], position: str, user_id: str, staffed: bool) -> list[str]:
    if not user_id:
        return [] if staffed else ["没有人任职"]
    found = away.get((position, user_id))
    if found is None:
        return []
    until = f"至 {found.last_day}" if found.last_day else "长期"
    return [f"{found.kind_title}{until}，{found.deputy}代理"]


def _person(
    call: Call, office_id: str, position: str, user_id: str, rejection: Rejection | None = None
) -> ResponseReturnValue:
    office, today = _require_directs(call, office_id), local_date(call.now)
    if position not in POSITIONS:
        raise NotFound("没有这个岗位，请从工作量页面打开")
    whose = "" if user_id == NOBODY else user_id
    page = load.held_by(call.session, office_id, position, whose, after=request.args.get("after"), limit=ROWS)
    holders = appointed.holders(call.session, f"{position}@{office_id}", today)
    return render_template(
        "desk/load_person.html",
        office=office,
        position=position,
        title=title_at(position, office.region_name),
        user_id=user_id,
        name=appointed.user_names(call.session, [whose]).get(whose, "") if whose else "",
        page=page,
        after=request.args.get("after", ""),
        titles=programme_titles(call.session),
        places=identity.region_names(call.session, {row.village_id for row in page.items if row.village_id}),
        today=today,
        colleagues=[each for each in holders if each.user_id != whose],
        message=rejection.message if rejection else None,
        typed=request.form,
    )
