"""What every page of the desk shows around its own content, and small helpers of its lists."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from flask import g, request
from flask_login import current_user
from sqlalchemy.orm import Session

from app.auditing import checks
from app.cases import lists, obligations
from app.core.actor import Actor
from app.core.clock import local_date
from app.definitions import news
from app.desk import navigation, undo
from app.desk.bell import bell_text
from app.desk.blueprint import blueprint
from app.figures.catalogue import catalogue
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.identity.positions import named_at
from app.inbox.listing import cap
from app.messages import queries as messages
from app.takeover import operations as takeovers
from app.web import services
from app.worklist import queries as worklist

TOLD = ("read_audit", "keep_people", "keep_logins")  # who hears at once that the audit does not hold
STAFFED = ("desk", "studio")
PLACE_COLUMNS = ("township_id", "village_id")


@blueprint.app_template_filter()
def cite(text: str, region_codes: Collection[str] | None = None) -> str:
    """The citation of clause ids, as people of a region know the rule."""
    return catalogue(g.session).cite(text, region_codes)


@blueprint.app_context_processor
def _around() -> dict[str, Any]:
    """Counts and positions in the masthead of the staff's pages; nothing for who is not signed in."""
    if (
        request.blueprint not in STAFFED
        or not current_user.is_authenticated
        or current_user.entry.owes
        or "session" not in g
    ):
        return {}
    session, actor, now = g.session, current_user.actor, services().clock.now()
    doors, unread = navigation.doors_of(actor), messages.unread(session, actor)
    return {
        "desk_counts": {
            "open": cap(g.desk_open if "desk_open" in g else worklist.waiting(session, actor, local_date(now))),
            "incidents": cap(lists.incident_count(session, actor)),
            "owed": cap(obligations.owed_count(session, actor)),
            "news": cap(len(news.for_actor(session, actor, local_date(now)))),
        },
        "desk_unread": cap(unread),
        "desk_bell": bell_text(unread),
        "desk_undo": undo.offered(now),
        "desk_doors": doors,
        "desk_here": navigation.current(doors, request.path),
        "desk_takeovers": any(identity_policy.may(actor, each) for each in (takeovers.ENTER, takeovers.CONFIRM)),
        "desk_audits": identity_policy.may(actor, "read_audit"),
        "desk_posts": posts_of(session, actor),
        "desk_alarm": checks.alarm(session, now) if any(identity_policy.may(actor, each) for each in TOLD) else "",
    }


def posts_of(session: Session, actor: Actor) -> list[str]:
    """``农安镇经办人``, one for each position held; of a colleague's, whose it is: ``农安镇经办人（代肖刚）``."""
    names = identity.region_names(session, (held.region_id for held in actor.appointments))
    posts = sorted(actor.appointments, key=lambda held: held.principal is not None)
    titles = [(named_at(held.position, names.get(held.region_id, "")), held.principal_name) for held in posts]
    return [f"{title}（代{whose}）" if whose else title for title, whose in titles]


def place_namer(session: Session, rows: Iterable[Any]) -> Callable[[Any], str]:
    """A function that names township and village of a row; one statement for a whole list."""
    ids = {getattr(row, column) for row in rows for column in PLACE_COLUMNS}
    names = identity.region_names(session, ids - {None})
    return lambda row: "".join(names.get(getattr(row, column), "") for column in PLACE_COLUMNS)
