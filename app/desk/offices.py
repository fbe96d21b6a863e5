"""机构和人员: divisions with their offices, who holds what there, and positions that nobody holds."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core.clock import local_date
from app.core.days import typed_day_or_none
from app.core.errors import Rejection
from app.desk.blueprint import blueprint
from app.documents import seals
from app.documents.certificates import name_of
from app.identity import divisions, one_time, people, staff
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.identity.positions import positions_at, title_at, trimmed
from app.inbox import queries as inbox
from app.web import Afterwards, Call, reads, writes
from app.web.paging import cut

SIZE, MOST_GAPS = 20, 50


@blueprint.get("/offices")
@reads()
def office_list(call: Call) -> ResponseReturnValue:
    """Below the actor's own regions, or in one that was opened; found by name or code."""
    identity_policy.require_any(call.session, call.actor, people.KEEP)
    today, text, after = local_date(call.now), request.args.get("q", "").strip(), request.args.get("after", "")
    chains = [
        identity.chain(call.session, each) for each in sorted(identity_policy.region_ids(call.actor, people.KEEP))
    ]
    opened = trimmed(request.args.get("in", "").strip()) or chains[0].nearest.code
    inside = identity.chain_of_code(call.session, opened, today)
    identity_policy.require_covers(call.session, call.actor, inside, people.KEEP)
    rows = divisions.find(call.session, today, code=opened, text=text, after=after, limit=SIZE + 1)
    found = cut(rows, SIZE, lambda row: row.code)
    gaps = people.gaps(call.session, call.actor, today)
    return render_template(
        "desk/offices.html",
        inside=inside,
        page=found,
        text=text,
        after=after,
        holders=people.holders_of(call.session, [row.office_id for row in found.items if row.office_id], today),
        gaps=gaps[:MOST_GAPS],
        more=len(gaps) - MOST_GAPS,
        waiting=inbox.waiting_for(call.session, [gap.candidate for gap in gaps[:MOST_GAPS]]),
    )


@blueprint.get("/offices/<office_id>")
@reads()
def office(call: Call, office_id: str) -> ResponseReturnValue:
    return page(call, office_id)


def again(call: Call, rejection: Rejection, office_id: str) -> ResponseReturnValue:
    if rejection.status in (403, 404):
        raise rejection
    return page(call, office_id, rejection)


@blueprint.post("/offices/<office_id>/people")
@writes(again=again)
def person_new(call: Call, office_id: str) -> Afterwards:
    """A new account with its first position; the one-time password is on this one answer."""
    form = request.form
    made = staff.create_user(
        call.session, call.actor, office_id, username=form.get("username", "").strip().lower(),
        name=form.get("name", ""), phone=form.get("phone", "").strip() or None, now=call.now,
    )  # fmt: skip
    _appoint(call, made.id, office_id)
    password = one_time.give(call.session, made.id, call.now)
    handed = made.name, made.username, password
    return Afterwards(lambda call: page(call, office_id, handed=handed))


@blueprint.post("/offices/<office_id>/appoint")
@writes(again=again)
def person_appoint(call: Call, office_id: str) -> ResponseReturnValue:
    """Somebody who has an account gets a position here."""
    user_id = staff.user_of(call.session, request.form.get("login", ""))
    _appoint(call, user_id, office_id)
    return redirect(url_for("desk.staff_person", user_id=user_id))


def _appoint(call: Call, user_id: str, office_id: str) -> None:
    days = {name: typed_day_or_none(request.form.get(name, ""), name) for name in ("since", "until")}
    staff.appoint(
        call.session, call.actor, user_id, office_id, request.form.get("position", ""), now=call.now,
        valid_from=days["since"], valid_until=days["until"],
    )  # fmt: skip


def page(
    call: Call, office_id: str, rejection: Rejection | None = None, handed: tuple[str, str, str] | None = None
) -> str:
    found = identity.office(call.session, office_id)
    chain = identity.chain(call.session, found.region_id)
    identity_policy.require_covers(call.session, call.actor, chain, people.KEEP)
    today = local_date(call.now)
    posts = people.posts_at(call.session, office_id, today)
    held = {post.position for post in posts if post.active and post.state(today) == "held"}
    positions = positions_at(found.kind)
    return render_template(
        "desk/office.html",
        office=found,
        chain=chain,
        posts=posts,
        today=today,
        positions=positions,
        posts_title=lambda position: title_at(position.key, found.name),
        empty_posts=[position for position in positions if position.tasks and position.key not in held],
        message=rejection.message if rejection else None,
        errors=rejection.fields if rejection else {},
        typed=request.form if rejection else {},
        handed=handed,
        sealed=seals.has_seal(call.session, office_id),
        certificate=name_of(found.kind, found.region_code, found.id),
    )
