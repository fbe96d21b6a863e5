"""One institution (供养服务机构): stars and account with their history, who lives there, what its office may begin."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core.clock import local_date
from app.core.errors import Rejection
from app.definitions.queries import deployed
from app.desk.blueprint import blueprint
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.registry import house_accounts, houses, policy, ratings, residents
from app.web import Call, reads, writes


@blueprint.get("/awards/institutions/<institution_id>")
@reads()
def institution(call: Call, institution_id: str) -> ResponseReturnValue:
    return _page(call, institution_id)


def _again(call: Call, rejection: Rejection, institution_id: str, **_: str) -> ResponseReturnValue:
    if rejection.status in (403, 404):
        raise rejection
    return _page(call, institution_id, rejection)


@blueprint.post("/awards/institutions/<institution_id>/account")
@writes(again=_again)
def institution_account(call: Call, institution_id: str) -> ResponseReturnValue:
    """An account is entered; it waits for another person."""
    account, basis = request.form.get("account", ""), request.form.get("basis", "")
    house_accounts.propose(call.session, call.actor, institution_id, account, basis, call.now)
    flash("账号已登记，等待另一位同事确认；确认之前，款项仍按原来的账号拨付。", "success")
    return redirect(url_for("desk.institution", institution_id=institution_id))


@blueprint.post("/awards/institutions/<institution_id>/account/<change_id>/confirm")
@writes(again=_again)
def institution_account_confirm(call: Call, institution_id: str, change_id: str) -> ResponseReturnValue:
    name = house_accounts.confirm(call.session, call.actor, change_id, call.now)
    flash(f"{name}的账号已确认，供养金和定额补助从下一个银行文件起拨付到这个账户。", "success")
    return redirect(url_for("desk.institution", institution_id=institution_id))


@blueprint.post("/awards/institutions/<institution_id>/account/<change_id>/reject")
@writes(again=_again)
def institution_account_reject(call: Call, institution_id: str, change_id: str) -> ResponseReturnValue:
    name = house_accounts.reject(call.session, call.actor, change_id, request.form.get("reason", ""), call.now)
    flash(f"{name}的新账号已退回，仍按原来的账号拨付。", "success")
    return redirect(url_for("desk.institution", institution_id=institution_id))


def _page(call: Call, institution_id: str, rejection: Rejection | None = None) -> str:
    county_id = houses.county_of(call.session, institution_id)
    chain = identity.chain(call.session, county_id)
    policy.require_works_in(call.session, call.actor, county_id)
    today, keeps = local_date(call.now), identity_policy.covers(call.actor, chain, "keep_institutions")
    history = ratings.ratings_of(call.session, [institution_id])[institution_id]
    living = residents.living_in(call.session, institution_id)
    return render_template(
        "desk/institution.html",
        house=houses.institution(call.session, institution_id),
        county=chain.full_name,
        rating=next((each for each in history if each.holds(today)), None),
        history=history[::-1],
        living=living,
        places=identity.region_names(call.session, {each.region_id for each in living}),
        keeps=keeps,
        account=house_accounts.shown(call.session, institution_id) if keeps else None,
        changes=house_accounts.history(call.session, institution_id) if keeps else [],
        user_id=call.actor.user_id,
        typed=request.form,
        errors=(rejection.fields or {}) if rejection else {},
        message=rejection.message if rejection else None,
        region_code=chain.nearest.code,
        offers=deployed(call.session, chain.ids, today, by_office=True)
        if identity_policy.covers(call.actor, chain, "file_applications")
        else [],
    )
