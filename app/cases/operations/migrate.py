"""A running case moves to another release: the engine's place, people's work and legal deadlines go with it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app import engine
from app.cases import moving, persist, store
from app.cases.action import Action
from app.cases.models import Case
from app.core.actor import Actor
from app.core.errors import Gone, NotFound
from app.definitions.bundle import Bundle
from app.definitions.queries import resolve
from app.definitions.store import bundle_by_id
from app.effects import SCHEMAS
from app.identity import policy as identity_policy
from app.identity import queries as identity

APPROVE = "approve_releases"
AT_ONCE = 25
"""Cases in one transaction: for its locks others wait a tenth of a second."""
log = logging.getLogger(__name__)


class Stays(Gone):
    """The case cannot move; `reasons` say why."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("；".join(reasons))
        self.reasons = list(reasons)


class ToMigrate(NamedTuple):
    """A running case that could move."""

    case_id: str
    number: str


@dataclass(slots=True)
class Moved:
    """What became of a case, in sentences for people: open steps, drafts, deadlines, timers, waits, incidents.

    `problems` say why it stays where it was.
    """

    case_id: str
    number: str
    told: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Journey:
    """Where the cases of one transaction go. `names` maps ids of renamed elements."""

    session: Session
    actor: Actor
    release_id: str
    names: Mapping[str, str]
    now: datetime
    rows: Mapping[str, Any] = field(default_factory=dict)
    standing: Mapping[str, moving.Standing] = field(default_factory=dict)

    def lock(self, case_ids: Sequence[str]) -> None:
        """Lock the cases, then read what stands of them."""
        self.rows = store.lock_several(self.session, case_ids)
        self.standing = moving.standing_of(self.session, list(self.rows))

    def move(self, case_id: str) -> Moved:
        """Let a running case go on there; one that is there already is left alone."""
        if case_id not in self.rows:
            raise NotFound("没有这个案件，请核对案件编号")
        action = store.opened(self.session, self.actor, self.now, self.rows[case_id])
        identity_policy.require_covers(self.session, self.actor, action.chain, APPROVE)
        store.require_running(action)
        moved, before = Moved(case_id, action.case.number), action.case.release_id
        if before == self.release_id:
            return moved
        bundle = bundle_by_id(self.session, self.release_id)
        found = _migrate(action, bundle, self.names)
        action.bundle, action.case.release_id = bundle, self.release_id
        moved.told = moving.follow(action, self.standing[case_id], found, self.names)
        persist.finish(action, "migrated", before=before, after=self.release_id, told=moved.told)
        return moved

    def attempt(self, case: ToMigrate, *, keep: bool = True) -> Moved:
        """The same behind a savepoint: a case that cannot move stays as it was, and the others go on.

        Without `keep` it stays in any case, and what would become of it is told.
        """
        try:
            with self.session.begin_nested() as savepoint:
                moved = self.move(case.case_id)
                if not keep:
                    savepoint.rollback()
                return moved
        except Stays as stays:
            return Moved(*case, problems=stays.reasons)
        except OperationalError:
            raise  # the database is gone, or another transaction stands in the way: nothing of this one may count
        except Exception as failure:
            log.warning("case %s stays on its release", case.number, exc_info=failure)
            return Moved(*case, problems=[engine.explain(failure)])


def migrate_case(
    session: Session, actor: Actor, case_id: str, release_id: str, names: Mapping[str, str], now: datetime
) -> Moved:
    """Let one running case go on under another release.

    `names` maps ids of renamed elements. Raises NotFound, NotYours, Gone (ended) or Stays.
    """
    journey = Journey(session, actor, release_id, names, now)
    journey.lock([case_id])
    return journey.move(case_id)


def migrate_cases(
    session: Session,
    actor: Actor,
    cases: Sequence[ToMigrate],
    release_id: str,
    names: Mapping[str, str],
    now: datetime,
    *,
    keep: bool = True,
) -> list[Moved]:
    """Several cases in one transaction, each for itself: what cannot move says why and stays whole.

    Without `keep` all stay, and what would become of each is told.
    """
    journey = Journey(session, actor, release_id, names, now)
    journey.lock([case.case_id for case in cases])
    return [journey.attempt(case, keep=keep) for case in cases]


def batches(cases: Sequence[ToMigrate]) -> list[Sequence[ToMigrate]]:
    """What to move in one transaction each: who stops in between loses none and moves none twice."""
    return [cases[first : first + AT_ONCE] for first in range(0, len(cases), AT_ONCE)]


def cases_to_migrate(session: Session, actor: Actor, release_id: str, on: date) -> tuple[list[ToMigrate], int]:
    """Running cases of the programme where this release is in force on a day and that are not under it.

    Only those in the actor's regions, region by region; and how many there are elsewhere. Raises NotYours, NotFound.
    """
    identity_policy.require_any(session, actor, APPROVE)
    bundle = bundle_by_id(session, release_id)
    elsewhere = (Case.programme == bundle.programme) & Case.closed_at.is_(None) & (Case.release_id != release_id)
    query = select(Case.id, Case.number, Case.region_id).where(elsewhere)
    rows = session.execute(query.order_by(Case.region_id, Case.filed_at, Case.id)).all()
    holds, mine = set(), set()
    for region_id in {row.region_id for row in rows}:
        chain = identity.chain(session, region_id)
        if resolve(session, bundle.programme, chain.ids, on).release_id == release_id:
            holds.add(region_id)
        if identity_policy.covers(actor, chain, APPROVE):
            mine.add(region_id)
    moving = [row for row in rows if row.region_id in holds]
    found = [ToMigrate(row.id, row.number) for row in moving if row.region_id in mine]
    return found, len(moving) - len(found)


def _migrate(action: Action, bundle: Bundle, names: Mapping[str, str]) -> engine.Migration | None:
    """The instance on the new diagram; None where it has not begun (an incident at the door). Raises Stays."""
    if action.case.programme != bundle.programme:
        raise Stays([f"发布版属于另一个救助项目“{bundle.title}”"])
    if action.case.process_key not in bundle.processes:
        raise Stays([f"新发布版没有流程“{action.case.process_key}”"])
    if action.instance.state is None:
        return None
    found = engine.migrate(
        action.instance.state, action.variables, action.diagram, bundle.process(action.case.process_key), names
    )
    if found.state is None:
        raise Stays(found.problems)
    held = [element.label for element in map(action.diagram.elements.get, names) if element and _waits(element)]
    if held:
        raise Stays([f"环节“{label}”等待期满或答复，以编号相认，不能改编号" for label in held])
    return found


def _waits(element: engine.Element) -> bool:
    schema = SCHEMAS.get(element.attributes.get("topic", ""))
    return schema is not None and schema.waits
