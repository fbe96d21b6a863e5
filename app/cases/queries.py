"""Reading cases: the row, the variables, what was decided, and what an applicant sees."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from app.cases import incidents, store
from app.cases.models import Case, Owed
from app.core.actor import SYSTEM, Actor
from app.core.errors import NotFound
from app.core.spelling import compact
from app.db import Prepared
from app.definitions.store import bundle_by_id
from app.documents import codes
from app.documents import queries as documents
from app.forms import Form
from app.inbox import queries as items
from app.inbox.exchanges import ASIDE
from app.publicity import objections


def head(session: Session, case_id: str) -> Any:
    """The case's columns without its state. Raises NotFound."""
    row = session.execute(select(*store.COLUMNS).where(store.CASE.c.id == case_id)).one_or_none()
    if row is None:
        raise NotFound("没有这个案件，请核对案件编号")
    return row


def facts(session: Session, actor: Actor, case_id: str) -> dict[str, Any]:
    """The variable `case`."""
    return store.look(session, actor, case_id, head(session, case_id).filed_at).variables["case"]


def running_on(session: Session, award_id: str, process: str) -> str | None:
    """The id of the open case of a process on an award."""
    mine = (Case.award_id == award_id) & (Case.process_key == process) & Case.closed_at.is_(None)
    return session.scalar(select(Case.id).where(mine).order_by(Case.filed_at, Case.id).limit(1))


def awards_with_cases(session: Session, award_ids: Collection[str]) -> set[str]:
    """Those of the awards on which a case runs or ran."""
    found = session.scalars(select(Case.award_id).where(Case.award_id.in_(award_ids)).distinct())
    return {award_id for award_id in found if award_id is not None}


def awards_running_out(session: Session, on: date) -> set[str]:
    """Ids of awards that are still paid while an open case has fixed their last day (`case.tapering_until`, D7)."""
    rows = session.execute(select(Case.id, Case.award_id).where(Case.award_id.is_not(None), Case.closed_at.is_(None)))
    until = {row.award_id: facts(session, SYSTEM, row.id).get("tapering_until") for row in rows}
    return {award_id for award_id, day in until.items() if day is not None and day > on}


_OWE: Table = Owed.__table__  # type: ignore[assignment]
_OWED = Prepared(select(_OWE).where(_OWE.c.case_id == bindparam("case_id")).order_by(_OWE.c.since, _OWE.c.place))


def owed_of(session: Session, case_id: str) -> list[Any]:
    """What is or was owed after the fact, in order."""
    return _OWED.all(session, case_id=case_id)


def incidents_of(session: Session, case_id: str) -> list[Any]:
    """What waits for a retry."""
    return incidents.open_incidents(session, case_id)


def task_form(session: Session, task_id: str) -> tuple[Any, Form]:
    """A task's item and form, to read a submission with; whether the actor may is for the command. Raises NotFound."""
    item = items.item(session, task_id)
    if item is None:
        raise NotFound("没有这项工作，请刷新待办")
    row = head(session, item.case_id)
    bundle = bundle_by_id(session, row.release_id)
    key = bundle.process(row.process_key).elements[item.element_id].attributes.get("formKey")
    if key is None or item.kind in ASIDE:
        raise NotFound("这项不需要填写办理，请到案件页查看")
    return item, bundle.form(key)


def by_code(session: Session, number: str, query_code: str) -> str:
    """The id of the case. Raises NotFound alike for a wrong number and a wrong code: nobody learns which exist."""
    readings = [session.info["vault"].blind(each, "query") for each in codes.meant(query_code, codes.QUERY_LENGTH)]
    case_id = session.scalar(select(Case.id).where(Case.number == compact(number), Case.query_hash.in_(readings)))
    if case_id is None:
        raise NotFound("案号或查询码不正确，请核对回执")
    return case_id


def letters_of_applicant(session: Session, case_id: str) -> list[Any]:
    """The valid letters of a case, oldest first, without those that answer somebody who objected."""
    to_others = objections.replies_of(session, case_id)
    found = documents.documents_of(session, case_id)
    return [row for row in found if row.voided_at is None and row.id not in to_others]


def is_quiet(session: Session, case_id: str) -> bool:
    """Whether the applicant wants no messages."""
    return bool(session.scalar(select(Case.quiet).where(Case.id == case_id)))


def made_under(session: Session, release_id: str, most: int | None = None) -> list[tuple[str, str, list[str]]]:
    """Number, title and valid letters (with their numbers) of the cases that run or ran on a release; of the first so
    many. Two statements."""
    found = select(Case.id, Case.number, Case.title).where(Case.release_id == release_id)
    found = found.order_by(Case.number).limit(most)
    letters: dict[str, list[str]] = {}
    for each in documents.of_cases(session, select(found.subquery().c.id)):
        if each.voided_at is None:
            letters.setdefault(each.case_id, []).append(f"{each.title}{each.number or ''}")
    return [(row.number, row.title, letters.get(row.id, [])) for row in session.execute(found)]
