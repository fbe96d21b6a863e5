"""Reading notices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, Table, bindparam, select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.exact_json import load_json
from app.db import Prepared, each_value, newest
from app.identity.reach import near, places, reached
from app.publicity.models import Lead, Notice, NoticePeriod, Objection


def interrupted(session: Session, case_id: str, element_id: str) -> Notice | None:
    """The notice of this element that an objection interrupted."""
    mine = (Notice.case_id == case_id) & (Notice.element_id == element_id) & (Notice.status == "interrupted")
    return session.scalar(select(Notice).where(mine).order_by(Notice.created_at.desc()).limit(1))


def standing(session: Session, case_id: str) -> Notice | None:
    """The notice that stands now and for whose end the case waits."""
    mine = (Notice.case_id == case_id) & (Notice.status == "posted") & Notice.waits
    return session.scalar(select(Notice).where(mine).order_by(Notice.created_at.desc()).limit(1))


def stopped(session: Session, case_id: str) -> Notice | None:
    """The notice that was stopped, by an objection or because the case is on hold."""
    mine = (Notice.case_id == case_id) & (Notice.status == "interrupted") & Notice.waits
    return session.scalar(select(Notice).where(mine).order_by(Notice.created_at.desc()).limit(1))


_NOTICE: Table = Notice.__table__  # type: ignore[assignment]
_OF_CASE = Prepared(select(_NOTICE).where(_NOTICE.c.case_id == bindparam("case_id")).order_by(_NOTICE.c.created_at))


def notices_of(session: Session, case_id: str) -> list[Any]:
    """All notices of a case, oldest first."""
    return _OF_CASE.all(session, case_id=case_id)


def periods_of(session: Session, case_id: str) -> list[Any]:
    """For each notice of a case `(kind, from_on, until_on)` of its whole and of its unbroken periods."""
    whole = select(Notice.kind, Notice.posted_on, Notice.until_on).where(Notice.case_id == case_id)
    parts = (
        select(Notice.kind, NoticePeriod.from_on, NoticePeriod.until_on)
        .join(NoticePeriod, NoticePeriod.notice_id == Notice.id)
        .where(Notice.case_id == case_id)
    )
    return list(session.execute(whole.union(parts)))


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of the board somebody looks at. `regions`: the ids of a township or village and what lies in it."""

    county_id: str | None = None
    regions: Select[tuple[str]] | None = None
    programme_title: str | None = None


def board(session: Session, asked: Asked = Asked(), after: str = "", limit: int = 20) -> list[Notice]:
    """What stands on the public notice board, newest first, a page at a time."""
    query = select(Notice).where(Notice.status == "posted")
    if asked.county_id:
        query = query.where(Notice.county_id == asked.county_id)
    if asked.regions is not None:
        query = query.where(Notice.region_id.in_(asked.regions))
    if asked.programme_title:
        query = query.where(Notice.programme_title == asked.programme_title)
    return _newest(session, query, after, limit)


def programmes_on_board(session: Session, county_id: str | None) -> list[str]:
    """The titles of the programmes that stand on the board of a county."""
    standing_ones = Notice.status == "posted"
    here = standing_ones & (Notice.county_id == county_id) if county_id else standing_ones
    return sorted(session.scalars(each_value(Notice.programme_title, here)))


def notices_seen(
    session: Session, actor: Actor, after: str = "", limit: int = 20, leads_for: str | None = None
) -> list[Notice]:
    """Notices where the actor may see cases, newest first, a page at a time.

    `leads_for`: only those with leads that nobody has looked into, where the actor has this capability too.
    """
    wanted = select(_NOTICE.c.id).where(_NOTICE.c.id < after) if after else select(_NOTICE.c.id)
    if leads_for is not None:
        waiting = select(Lead.notice_id).where(Lead.settled_at.is_(None), near(actor, leads_for, Lead.county_id))
        wanted = wanted.where(_NOTICE.c.id.in_(waiting), reached(actor, leads_for, Notice))
    arms = [wanted.where(place) for place in places(actor, "see_cases", Notice)]
    seen = select(Notice).where(Notice.id.in_(newest(arms, limit, "id"))) if arms else None
    return _newest(session, seen, "", limit) if seen is not None else []


def notice(session: Session, notice_id: str) -> Notice:
    """Raises NotFound."""
    found = session.get(Notice, notice_id)
    if found is None:
        raise NotFound("没有这个公示，可能已经撤下")
    return found


def _newest(session: Session, query: Select[tuple[Notice]], after: str, limit: int) -> list[Notice]:
    if after:
        query = query.where(Notice.id < after)
    return list(session.scalars(query.order_by(Notice.id.desc()).limit(limit)))


_OBJECTION: Table = Objection.__table__  # type: ignore[assignment]
_STOPPED = select(_NOTICE.c.id).where(_NOTICE.c.case_id == bindparam("case_id"), _NOTICE.c.status == "interrupted")
_RECEIVED = select(_OBJECTION).order_by(_OBJECTION.c.received_at, _OBJECTION.c.id)
_OBJECTIONS = Prepared(_RECEIVED.where(_OBJECTION.c.case_id == bindparam("case_id")))
_UNANSWERED = Prepared(_RECEIVED.where(_OBJECTION.c.notice_id.in_(_STOPPED), _OBJECTION.c.answered_seq.is_(None)))


def objections_of(session: Session, case_id: str) -> list[dict[str, Any]]:
    """What was objected in a case, for the staff who handle it."""
    return _opened(session, _OBJECTIONS.all(session, case_id=case_id))


def unanswered(session: Session, case_id: str) -> list[dict[str, Any]]:
    """What was objected to the notice that is stopped, and has no answer yet."""
    return _opened(session, _UNANSWERED.all(session, case_id=case_id))


def _opened(session: Session, rows: Iterable[Any]) -> list[dict[str, Any]]:
    vault = session.info["vault"]
    return [
        {
            **load_json(vault.open_text(row.sealed, "objection", "sealed", row.id)),
            "id": row.id,
            "case_id": row.case_id,
            "number": row.number,
            "confirmed": row.confirmed,
            "received_at": row.received_at,
            "answered": row.answered_seq is not None,
        }
        for row in rows
    ]
