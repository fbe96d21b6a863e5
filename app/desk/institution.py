"""One institution (供养服务机构): its stars with their history, who lives there, and what its office may begin."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from app.core.clock import local_date
from app.definitions.queries import deployed
from app.desk.blueprint import blueprint
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.registry import accounts, houses, policy, ratings, residents
from app.web import Call, reads


@blueprint.get("/awards/institutions/<institution_id>")
@reads()
def institution(call: Call, institution_id: str) -> ResponseReturnValue:
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
        account=accounts.shown_of_institution(call.session, institution_id) if keeps else None,
        keeps=keeps,
        region_code=chain.nearest.code,
        offers=deployed(call.session, chain.ids, today, by_office=True)
        if identity_policy.covers(call.actor, chain, "file_applications")
        else [],
    )
