"""Lists of cases and incidents, in the regions that the viewer's positions cover. Keyset pages, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from app.cases import finding
from app.cases.models import Case, Incident
from app.cases.store import CASE
from app.core.actor import Actor
from app.core.clock import midnight
from app.core.errors import Invalid
from app.db import count_up_to, counted, newest
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.identity.reach import near
from app.inbox.queries import COUNT_CAP, Page

SHOWN = (
    "id", "number", "programme", "title", "status", "applicant_name", "channel", "applied_on", "filed_at", "closed_at",
    "region_id", "township_id", "village_id", "process_key",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """`text`: what `finding.found` understands. Days of application are inclusive. `applicants`: blind indexes."""

    programme: str | None = None
    status: str | None = None
    text: str | None = None
    since: date | None = None
    until: date | None = None
    award_id: str | None = None
    applicants: tuple[str, ...] | None = None


def find(session: Session, actor: Actor, filter: CaseFilter, after: str | None = None, limit: int = 18) -> Page:
    """Cases that the actor may see. Raises Invalid when `after` is no cursor."""
    query = _matching(session, actor, select(*(CASE.c[name] for name in SHOWN)), filter)
    if filter.text:  # what it finds is few, wherever it lies
        arms = [query.where(visible(actor))]
    else:  # each place is the end of a range of one index
        places = [_inside(region) for region in identity_policy.reached(actor, "see_cases")]
        arms = [query.where(place) for place in places] or [query.where(visible(actor))]
    behind = [_behind(arm, CASE.c.filed_at, CASE.c.id, after) for arm in arms]
    rows = list(session.execute(newest(behind, limit + 1, "filed_at", "id")))
    return _with_cursor(rows, limit, "filed_at")


def open_incidents(session: Session, actor: Actor, after: str | None = None, limit: int = 18) -> Page:
    """Incidents that wait for a retry in the actor's regions; who enters what is missing sees them too.

    Raises Invalid when `after` is no cursor.
    """
    columns = (
        *(Incident.id, Incident.case_id, Incident.element_id, Incident.message, Incident.raised_at),
        *(Case.number, Case.applicant_name, Case.release_id, Case.process_key),
    )
    query = select(*columns).join(Case, Case.id == Incident.case_id)
    query = query.where(*unresolved(actor))
    query = _behind(query, Incident.raised_at, Incident.id, after)
    rows = list(session.execute(newest([query], limit + 1, "raised_at", "id")))
    return _with_cursor(rows, limit, "raised_at")


def incident_count(actor: Actor) -> ColumnElement[int]:
    """How many wait, up to the cap of all counts, as a column of a statement."""
    waiting = select(Incident.id).join(Case, Case.id == Incident.case_id)
    waiting = waiting.where(*unresolved(actor))
    return counted(waiting, COUNT_CAP + 1)


def unresolved(actor: Actor) -> list[ColumnElement[bool]]:
    """The conditions that an incident, with its case, waits for somebody like the actor."""
    may = "mend_incidents"
    return [Incident.resolved_at.is_(None), near(actor, may, Incident.county_id), visible(actor, may)]


def incidents_everywhere(session: Session, cap: int) -> int:
    """How many wait in the whole installation, counted up to `cap`."""
    return count_up_to(session, select(Incident.id).where(Incident.resolved_at.is_(None)), cap)


def found(session: Session, actor: Actor, text: str) -> Any:
    """A sub-select: ids of the cases that a text finds in the counties where the actor may see cases."""
    return finding.found(session, text, _counties(session, actor))


def visible(actor: Actor, capability: str = "see_cases") -> ColumnElement[bool]:
    """The condition that a case lies where the actor has the capability."""
    regions = identity_policy.reached(actor, capability)
    return or_(*(_inside(region) for region in regions)) if regions else CASE.c.id.is_(None)


def _inside(region: identity_policy.Reached) -> ColumnElement[bool]:
    if region.level == "city":  # a case has no column of its own for the city
        return CASE.c.county_id.in_(identity.ids_within(region, "county"))
    return CASE.c[f"{region.level}_id"] == region.id


def _matching(session: Session, actor: Actor, query: Select[Any], filter: CaseFilter) -> Select[Any]:
    if filter.programme:
        query = query.where(CASE.c.programme == filter.programme)
    if filter.status:
        query = query.where(CASE.c.status == filter.status)
    if filter.award_id:
        query = query.where(CASE.c.award_id == filter.award_id)
    if filter.applicants is not None:
        query = query.where(CASE.c.applicant_blind.in_(filter.applicants))
    if filter.since:
        query = query.where(CASE.c.applied_on >= filter.since)
    if filter.until:
        query = query.where(CASE.c.applied_on <= filter.until)
    if filter.text:
        query = query.where(CASE.c.id.in_(found(session, actor, filter.text)))
    return query


def _counties(session: Session, actor: Actor) -> set[str] | None:
    """The counties that a search may look in; None where somebody sees more than a county, or no cases but his work."""
    held = identity_policy.region_ids(actor, "see_cases")
    counties = [identity.chain(session, region_id).county for region_id in sorted(held)]
    return {county.id for county in counties if county} if counties and all(counties) else None


def _behind(query: Select[Any], at: Any, key: Any, after: str | None) -> Select[Any]:
    """What comes behind a cursor."""
    if not after:
        return query
    moment, row_id = _cursor(after)
    return query.where(tuple_(at, key) < tuple_(literal(moment, at.type), literal(row_id, key.type)))


def _cursor(after: str) -> tuple[datetime, str]:
    moment, _, row_id = after.partition("_")
    try:
        parsed = datetime.fromisoformat(moment)
        return (parsed if parsed.tzinfo else midnight(parsed.date())).astimezone(UTC), row_id
    except (ValueError, OverflowError) as error:  # the first and last days of the calendar do not exist in UTC
        raise Invalid({"after": "翻页地址已经失效，请从第一页重新开始"}) from error


def _with_cursor(rows: list[Any], limit: int, column: str) -> Page:
    more, rows = len(rows) > limit, rows[:limit]
    return Page(rows, f"{getattr(rows[-1], column).isoformat()}_{rows[-1].id}" if more else None)
