"""Who is away and who stands in (外出和代理): entered by oneself or a head, for days or standing."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core.clock import local_date
from app.core.days import typed_day, typed_day_or_none
from app.core.errors import Invalid, NotYours, Rejection
from app.desk.blueprint import blueprint
from app.identity import absence, people
from app.identity import policy as identity_policy
from app.inbox import staffing
from app.web import Call, reads, writes


@blueprint.get("/absences")
@reads()
def absence_page(call: Call) -> ResponseReturnValue:
    return _page(call)


def _again(call: Call, rejection: Rejection) -> ResponseReturnValue:
    return _page(call, rejection)


@blueprint.post("/absences")
@writes(again=_again)
def absence_enter(call: Call) -> ResponseReturnValue:
    """For every position for which a deputy is chosen; all or none."""
    form, whose = request.form, _whose(call)
    chosen = [(each, form.get(f"deputy-{each}", "")) for each in form.getlist("post")]
    chosen = [(post, deputy) for post, deputy in chosen if deputy]
    if not chosen:
        raise Invalid({"deputy": "请至少为一个岗位选择代理人"})
    first, last = typed_day(form.get("first", ""), "first"), typed_day_or_none(form.get("last", ""), "last")
    for post, deputy in chosen:
        staffing.enter_absence(
            call.session, call.actor, post, deputy, kind=form.get("kind", ""), first=first, last=last, now=call.now
        )
    flash("已登记，代理人从开始那天起在“待办”里看到这些工作。", "success")
    return redirect(url_for("desk.absence_page", whose=whose if whose != call.actor.user_id else None))


@blueprint.post("/absences/<absence_id>/end")
@writes(again=lambda call, rejection, absence_id: _page(call, rejection))
def absence_end(call: Call, absence_id: str) -> ResponseReturnValue:
    back = staffing.end_absence(call.session, call.actor, absence_id, call.now)
    flash(f"代理已结束。代理人签收而未办完的 {back} 项工作已退回待办。" if back else "代理已结束。", "success")
    return redirect(url_for("desk.absence_page"))


def _whose(call: Call) -> str:
    return request.values.get("whose", "") or call.actor.user_id or ""


def _page(call: Call, rejection: Rejection | None = None) -> str:
    if isinstance(rejection, NotYours):
        raise rejection
    today, whose = local_date(call.now), _whose(call)
    choices = absence.choices(call.session, call.actor, whose, today)
    rows = absence.current(call.session, call.actor, today)
    return render_template(
        "desk/absences.html",
        rows=rows,
        choices=choices,
        whose=whose,
        name=choices[0].post.name if choices else "",
        mine=whose == call.actor.user_id,
        directs=identity_policy.may(call.actor, identity_policy.DIRECT),
        colleagues=_colleagues(call),
        kinds=absence.KINDS,
        today=today,
        errors=rejection.fields if rejection else {},
        message=rejection.message if rejection else None,
        typed=request.form,
    )


def _colleagues(call: Call) -> list[tuple[str, str]]:
    """For a head: the people of the own offices, for whom he enters it. Of others the page of the load leads here."""
    if not identity_policy.may(call.actor, identity_policy.DIRECT):
        return []
    found: dict[str, str] = {}
    for office_id in sorted({held.office_id for held in call.actor.appointments}):
        for post in people.posts_at(call.session, office_id, local_date(call.now)):
            if post.active:
                found[post.user_id] = post.name
    return sorted(found.items(), key=lambda each: (each[1], each[0]))
