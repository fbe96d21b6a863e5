"""Surveys: awards calculated without changing any, a page in a job, with progress and a result that is kept (D15).

Nobody waits for one in a request. It is of the figures and releases at its beginning: where these change on the way it
begins anew, and where they change afterwards it says that it is out of date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Table, delete, insert, select
from sqlalchemy.orm import Session

from app.cases import published
from app.cases.models import Survey, SurveyFinding
from app.cases.published import Comparer, Difference
from app.cases.recalculation import programmes_following
from app.core.actor import Actor
from app.core.clock import local_date
from app.core.ids import new_id
from app.db import stamps
from app.figures import queries as figures
from app.identity import policy
from app.identity import queries as identity
from app.jobs import operations as jobs
from app.jobs.operations import DueJob
from app.jobs.runner import Claim, DatabaseHandler
from app.registry import lookups
from app.registry import recalculating as registry

PAGE = "survey.page"
PART = 100
"""Awards in one job: short enough that nobody waits for its locks."""
FINDING: Table = SurveyFinding.__table__  # type: ignore[assignment]
_FOUND = insert(FINDING)
_NOTHING = {"after": "", "looked": 0, "changed": 0, "to_people": 0, "monthly": Decimal(0), "arrears": Decimal(0)}


@dataclass(frozen=True, slots=True)
class Told:
    """How far a survey is and what it found, as `Survey` has it; `is_stale`: the figures or rules are others now."""

    id: str
    awards: int
    looked: int
    changed: int
    to_people: int
    monthly: Decimal
    arrears: Decimal
    done_at: datetime | None
    is_stale: bool

    @property
    def is_done(self) -> bool:
        return self.done_at is not None


def of_figure(session: Session, figure_id: str) -> Told | None:
    """What was found of an entry that waits."""
    return _told(session, figure_id)


def of_programme(session: Session, programme: str, region_id: str) -> Told | None:
    """Whether what is paid of a programme in a region is what is published."""
    return _told(session, _subject(programme, region_id))


def get(session: Session, actor: Actor, programme: str, region_id: str) -> Told | None:
    """The same for who may see awards there. Raises NotYours."""
    policy.require_covers(session, actor, identity.chain(session, region_id), published.SEE)
    return of_programme(session, programme, region_id)


def findings(session: Session, survey_id: str, *, after: str = "", limit: int, names: bool) -> list[Difference]:
    """A page of what was found, by award; `after` is the last one seen. Names stay away from who must not see them."""
    mine = (FINDING.c.survey_id == survey_id) & (FINDING.c.award_id > after)
    query = select(FINDING, lookups.PERSON.c.name).where(mine)
    query = query.join(lookups.AWARD, lookups.AWARD.c.id == FINDING.c.award_id)
    query = query.join(lookups.PERSON, lookups.PERSON.c.id == lookups.AWARD.c.person_id)
    rows = session.execute(query.order_by(FINDING.c.award_id).limit(limit))
    return [
        Difference(row.award_id, row.name if names else None, row.programme, row.paid, row.to_amount, row.arrears,
                   row.reason)
        for row in rows
    ]  # fmt: skip


def begin_preview(session: Session, actor: Actor, figure_id: str, now: datetime) -> None:
    """Look at all whom an entry concerns, anew. Raises NotFound, NotYours."""
    entry = figures.find(session, figure_id)
    chain = identity.chain(session, entry.scope)
    published.sees_names(session, actor, chain)
    day = local_date(published.as_of(entry, now))
    _begin(session, figure_id, chain.nearest, programmes_following(session, entry, day), now)


def begin_applied(session: Session, actor: Actor, programme: str, region_id: str, now: datetime) -> None:
    """Look at all of a programme in payment in a region, anew. Raises NotFound, NotYours."""
    chain = identity.chain(session, region_id)
    policy.require_covers(session, actor, chain, published.SEE)
    _begin(session, _subject(programme, region_id), chain.nearest, [programme], now)


def _begin(
    session: Session, subject: str, region: identity.RegionRef, programmes: Sequence[str], now: datetime
) -> None:
    survey = session.scalar(select(Survey).where(Survey.subject == subject).with_for_update())
    awards = registry.count_in_payment(session, region, programmes)
    kept = {"programmes": list(programmes), "awards": awards}
    if survey is None:
        survey = Survey(id=new_id(), subject=subject, region_id=region.id, **kept, **_anew(session, now))
        session.add(survey)
        session.flush()
        _go_on(session, survey, now)
    else:
        _restart(session, survey, now, **kept)


def _restart(session: Session, survey: Survey, now: datetime, **kept: Any) -> None:
    session.execute(delete(SurveyFinding).where(SurveyFinding.survey_id == survey.id))
    for name, value in (_anew(session, now) | kept).items():
        setattr(survey, name, value)
    session.flush()
    _go_on(session, survey, now)


def _anew(session: Session, now: datetime) -> dict[str, Any]:
    return {**_NOTHING, "run": new_id(), "basis": _basis(session), "asked_at": now, "done_at": None}


def _go_on(session: Session, survey: Survey, now: datetime) -> None:
    key = f"{PAGE}:{survey.run}:{survey.looked}"
    jobs.enqueue(
        session, PAGE, {"run": survey.run}, due=now, dedup=key, priority=jobs.BULK, reference=survey.id,
        county=survey.region_id,
    )  # fmt: skip


def _page(session: Session, job: DueJob, now: datetime, claim: Claim) -> None:
    """Look at the next awards. A job of an earlier run finds nothing to do."""
    claim()
    mine = (Survey.id == job.reference) & (Survey.run == job.payload["run"]) & Survey.done_at.is_(None)
    survey = session.scalar(select(Survey).where(mine).with_for_update())
    if survey is None:
        return
    if survey.basis != _basis(session):
        _restart(session, survey, now)
        return
    region = identity.chain(session, survey.region_id).nearest
    awards = registry.in_payment(session, region, survey.programmes, survey.after, PART)
    _note(session, survey, _comparer(session, survey, now).differences(awards))
    survey.looked += len(awards)
    if len(awards) < PART:
        survey.done_at, survey.awards = now, survey.looked
        return
    survey.after = awards[-1].id
    session.flush()
    _go_on(session, survey, now)


def _comparer(session: Session, survey: Survey, now: datetime) -> Comparer:
    return Comparer(session, now, now) if "@" in survey.subject else Comparer.of_figure(session, survey.subject, now)


def _note(session: Session, survey: Survey, found: Sequence[Difference]) -> None:
    rows: list[dict[str, Any]] = []
    for each in found:
        rows.append({"survey_id": survey.id, "award_id": each.award_id, "programme": each.programme, "paid": each.paid,
                     "to_amount": each.to, "arrears": each.arrears, "reason": each.reason[:200]})  # fmt: skip
        survey.arrears += each.arrears
        if each.to is None:
            survey.to_people += 1
        else:
            survey.changed += 1
            survey.monthly += each.to - (each.paid or Decimal(0))
    if rows:
        session.connection().execute(_FOUND, rows)


def _told(session: Session, subject: str) -> Told | None:
    kept = [each.name for each in fields(Told) if each.name != "is_stale"]
    row = session.execute(
        select(*(getattr(Survey, name) for name in (*kept, "basis"))).where(Survey.subject == subject)
    )
    found = row.one_or_none()
    if found is None:
        return None
    return Told(**dict(zip(kept, found, strict=False)), is_stale=found.basis != _basis(session))


def _subject(programme: str, region_id: str) -> str:
    return f"{programme}@{region_id}"


def _basis(session: Session) -> str:
    known = stamps.read(session)
    return f"{known.figures}.{known.catalogue}.{known.releases}"


HANDLERS: dict[str, DatabaseHandler] = {PAGE: _page}
