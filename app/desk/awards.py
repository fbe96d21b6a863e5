"""Awards (在保): who receives what, what is due for a re-check, processes on an award, institutions and free places."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.cases import lists, operations, rechecks
from app.core.chinese import mask_account, mask_id_number
from app.core.clock import local_date
from app.core.errors import Invalid, Rejection
from app.definitions.queries import programme_titles, resolve
from app.desk import pages
from app.desk.blueprint import blueprint
from app.identity import choosing
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.registry import consents, house_accounts, houses, members, person_files, place_line, policy, ratings, roles
from app.registry import queries as registry
from app.registry.role_names import TITLES
from app.web import Call, reads, words, writes
from app.web.paging import PRINTED, cut, size_of

DUE_ROWS, CASE_ROWS = 200, 30
MAIN = "main"


@blueprint.get("/awards")
@reads()
def award_list(call: Call) -> ResponseReturnValue:
    regions = policy.region_ids(call.session, call.actor)
    size = size_of(request.args.get("rows", ""), PRINTED)
    text, after = request.args.get("q", "").strip(), request.args.get("after")
    programme, status = request.args.get("programme") or None, request.args.get("status", registry.IN_PAYMENT) or None
    cases = lists.found(call.session, call.actor, text) if text else None
    rows = registry.search(
        call.session, regions, text, programme=programme, status=status, cases=cases, after=after or "",
        limit=size + 1,
    )  # fmt: skip
    page = cut(rows, size)
    titles = programme_titles(call.session)
    return render_template(
        "desk/awards.html",
        page=page,
        after=after,
        rows=size,
        sizes=PRINTED,
        told=words.asked(text, titles.get(programme or ""), status and words.award(status)[0]),
        text=text,
        programme=programme,
        status=status,
        programmes=sorted(titles.items(), key=lambda pair: pair[1]),
        statuses=[(key, word) for key, (word, _) in words.AWARD.items()],
        titles=titles,
        places=identity.region_names(call.session, {row.region_id for row in page.items}),
    )


@blueprint.get("/awards/rechecks")
@reads()
def recheck_list(call: Call) -> ResponseReturnValue:
    """Due by a day that may be chosen, the most overdue first."""
    until = local_date(call.now)
    found: dict[str, registry.AwardRow] = {}
    for region_id in sorted(policy.region_ids(call.session, call.actor)):
        region = identity.chain(call.session, region_id).nearest
        for row in registry.rechecks_due(call.session, region, until, limit=DUE_ROWS):
            found[row.id] = row
    rows = sorted(found.values(), key=lambda row: (row.recheck_on or until, row.id))[:DUE_ROWS]
    drawing = choosing.own_regions(call.session, call.actor, "draw_rechecks")
    titles = programme_titles(call.session)
    return render_template(
        "desk/rechecks.html",
        rows=rows,
        drawing=drawing,
        programmes=sorted(titles.items(), key=lambda pair: pair[1]),
        draws=rechecks.draws_of(call.session, sorted(policy.region_ids(call.session, call.actor))) if drawing else [],
        most=DUE_ROWS,
        titles=titles,
        places=identity.region_names(call.session, {row.region_id for row in rows}),
    )


@blueprint.get("/awards/institutions")
@reads()
def institution_list(call: Call) -> ResponseReturnValue:
    chains = [
        identity.chain(call.session, region_id) for region_id in sorted(policy.region_ids(call.session, call.actor))
    ]
    counties = {chain.county.id: chain.county.name for chain in chains if chain.county}
    lines = [
        (name, houses.institutions_of(call.session, county_id), place_line.waiting_for_place(call.session, county_id))
        for county_id, name in counties.items()
    ]
    waiting = {each.region_id for _, _, line in lines for each in line}
    known = [each.id for _, rows, _ in lines for each in rows]
    return render_template(
        "desk/institutions.html",
        counties=lines,
        stars=ratings.stars_on(call.session, known, local_date(call.now)),
        places=identity.region_names(call.session, waiting),
        keeps=identity_policy.may(call.actor, house_accounts.RIGHT),
        paid=house_accounts.with_account(call.session, known),
        unconfirmed=house_accounts.waiting(call.session, known),
    )


@blueprint.get("/awards/<award_id>")
@reads()
def award(call: Call, award_id: str) -> ResponseReturnValue:
    return _page(call, award_id)


def _again(call: Call, rejection: Rejection, award_id: str) -> ResponseReturnValue:
    if rejection.status in (403, 404):
        raise rejection
    return _page(call, award_id, rejection)


@blueprint.post("/awards/<award_id>/start")
@writes(again=_again)
def award_start(call: Call, award_id: str) -> ResponseReturnValue:
    """Begin one of the other processes of the programme on this award."""
    policy.require_may_see(call.session, call.actor, registry.award(call.session, award_id))
    process = request.form.get("process", "")
    if process not in {key for key, _, _ in _processes(call, award_id)}:
        raise Invalid({"process": "请选择要办理的事项"})
    receipt = operations.start_award_case(call.session, call.actor, award_id, process, {}, call.now)
    flash(f"已开始办理，案号 {receipt.number}。", "success")
    return redirect(url_for("desk.case", case_id=receipt.case_id))


def _processes(call: Call, award_id: str) -> list[tuple[str, str, pages.Basis]]:
    """Key, name and basis of the processes that the programme has for an award here."""
    found = registry.award(call.session, award_id)
    chain = identity.chain(call.session, found.region_id)
    bundle = resolve(call.session, found.programme, chain.ids, local_date(call.now))
    own = {key: each for key, each in bundle.processes.items() if key != MAIN and not operations.begins_by_itself(each)}
    starts = [(key, diagram.start) for key, diagram in own.items()]
    return [
        (key, words.process(key, start.label), pages.basis(call.session, start.documentation, chain))
        for key, start in starts
    ]


def _page(call: Call, award_id: str, rejection: Rejection | None = None) -> str:
    found = registry.award(call.session, award_id)
    policy.require_may_see(call.session, call.actor, found)
    running = found.status == registry.IN_PAYMENT
    file = person_files.person_file(call.session, found.person_id)
    house = houses.institution(call.session, found.institution_id) if found.institution_id else None
    cases = lists.find(call.session, call.actor, lists.CaseFilter(award_id=award_id), None, CASE_ROWS).items
    return render_template(
        "desk/award.html",
        award=found,
        roles=[(TITLES[each.role], each) for each in roles.holders(call.session, award_id)],
        title=programme_titles(call.session).get(found.programme, found.programme),
        id_number=mask_id_number(found.id_number),
        account=mask_account(found.account) if found.account else "",
        place=identity.chain(call.session, found.region_id).full_name,
        institution=house,
        covered=members.members_of(call.session, award_id),
        events=[event for event in file["events"] if event.award_id == award_id],
        consents=consents.history(call.session, found.person_id)[::-1],
        steps=_steps(found.facts.get("steps")),
        cases=cases,
        processes=_processes_or_none(call, award_id) if running else [],
        message=rejection.message if rejection else None,
    )


def _processes_or_none(call: Call, award_id: str) -> list[tuple[str, str, pages.Basis]]:
    """A programme that is paid here but was never deployed here (orphan support) has no processes."""
    try:
        return _processes(call, award_id)
    except Rejection:
        return []


def _steps(steps: Any) -> list[dict[str, Any]]:
    """How the month's amount was reached, where the programme kept it."""
    return [step for step in steps if isinstance(step, dict)] if isinstance(steps, list) else []
