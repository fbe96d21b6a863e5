"""What must hold of a case whatever happened to it. Each check gives Chinese-free lines of what is broken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import audit, calendar
from app.cases import decisions, handlers, store
from app.cases.action import Action
from app.cases.models import Incident, Owed
from app.cases.operations.lifecycle import HOLD
from app.cases.rerun import rerun
from app.core.actor import SYSTEM
from app.definitions.store import bundle_by_id
from app.documents.models import Document
from app.engine import codec, report
from app.engine.instance import Run
from app.funds.models import Fund, FundEntry, PaymentOrder
from app.inbox.models import WorkItem
from app.jobs.models import Job
from app.publicity.models import Notice
from app.registry.models import WITHDRAWN, Award, OnceClaim

UNDONE = ("refused", "withdrawn")
# Jobs that go on when their case is closed: what was decided stays announced, and begins the next case.
OUTLIVING = ("publicity.expire", "case.process")


@dataclass
class Standing:
    """A case as the engine and the database see it."""

    action: Action
    tasks: list[str]
    waits: list[str]
    timers: int
    failed: list[str]
    items: list[WorkItem]
    notices: list[Notice]
    jobs: list[Job]
    incidents: list[Incident]
    orders: list[PaymentOrder]
    documents: list[Document]

    @property
    def is_closed(self) -> bool:
        return self.action.case.closed_at is not None

    @property
    def live_orders(self) -> list[PaymentOrder]:
        return [order for order in self.orders if order.status != "cancelled"]


def broken(session: Session, case_id: str, now: datetime) -> list[str]:
    """Every invariant that does not hold."""
    it = _standing(session, case_id, now)
    checks = (
        _tasks,
        _not_stuck,
        _waiting,
        _incidents,
        _closed,
        _jobs,
        _money,
        _grants,
        _funds,
        _letters,
        _owed,
        _clocks,
        _decisions,
        _chain,
    )
    return [f"{check.__name__[1:]}: {line}" for check in checks for line in check(session, it)]


def _standing(session: Session, case_id: str, now: datetime) -> Standing:
    action = store.look(session, SYSTEM, case_id, now)
    tasks, waits, timers, failed = _engine(action)

    def rows(table: Any, *where: Any) -> list[Any]:
        return list(session.scalars(select(table).where(table.case_id == case_id, *where)))

    return Standing(
        action, tasks, waits, timers, failed,
        items=rows(WorkItem, WorkItem.kind == "task", WorkItem.status == "open"),
        notices=rows(Notice),
        jobs=rows(Job, Job.kind.in_(handlers.HANDLERS), Job.state != "cancelled"),
        incidents=rows(Incident, Incident.resolved_at.is_(None)),
        orders=rows(PaymentOrder),
        documents=rows(Document),
    )  # fmt: skip


def _engine(action: Action) -> tuple[list[str], list[str], int, list[str]]:
    """Ids of waiting human tasks and effects, how many timers run, and the elements that failed."""
    if action.instance.state is None:
        return [], [], 0, []
    run = Run(action.diagram, action.variables, action)
    codec.load(action.diagram, action.instance.state, run)
    tasks, waits = report.open_tasks(run), report.open_waits(run)
    timers, failed = len(report.timers_of(run)), report.failed_elements(run)
    return [task.id for task in tasks], [wait.id for wait in waits], timers, failed


def _tasks(session: Session, it: Standing) -> Iterator[str]:
    items = sorted(str(item.engine_task_id) for item in it.items)
    if items != sorted(it.tasks):
        yield f"open items {items} are not the waiting tasks {sorted(it.tasks)}"


def _not_stuck(session: Session, it: Standing) -> Iterator[str]:
    ready = [job for job in it.jobs if job.state == "ready"]
    on_hold = it.action.case.status == "suspended"
    if not (it.is_closed or it.items or ready or it.incidents or on_hold):
        yield f"status {it.action.case.status}: nobody can do anything and nothing is waited for"


def _waiting(session: Session, it: Standing) -> Iterator[str]:
    ready = [job.kind for job in it.jobs if job.state == "ready"]
    on_hold = it.action.case.status == "suspended"
    posted = sorted(notice.wait_id for notice in it.notices if notice.waits and _stands(notice, it.waits, on_hold))
    announced = [notice for notice in it.notices if notice.status == "posted" and not notice.waits]
    if ready.count("publicity.expire") != len(announced):
        yield f"{len(announced)} announcements stand, {ready.count('publicity.expire')} jobs end them"
    if posted != sorted(it.waits):
        yield f"posted notices {posted} are not the waiting effects {it.waits}"
    if ready.count("case.wait") != (0 if on_hold else len(it.waits)):
        yield f"{len(it.waits)} effects wait, {ready.count('case.wait')} jobs end them, on hold: {on_hold}"
    if ready.count("case.timer") != (0 if on_hold else it.timers):
        yield f"{it.timers} timers run, {ready.count('case.timer')} jobs fire them, on hold: {on_hold}"


def _stands(notice: Notice, waits: list[str], on_hold: bool) -> bool:
    """On hold an objection interrupts the notice, but the case goes on from it only when it is released."""
    return notice.status == "posted" or (on_hold and notice.status == "interrupted" and notice.wait_id in waits)


def _incidents(session: Session, it: Standing) -> Iterator[str]:
    """What failed is seen, and what is seen has failed."""
    seen = sorted({incident.element_id for incident in it.incidents if incident.stage == "element"})
    if seen != sorted(it.failed) and not it.is_closed:
        yield f"incidents say that {seen} failed, the engine {it.failed}"
    tasks = {item.element_id for item in it.items}
    if gone := [each.element_id for each in it.incidents if each.stage in ("guard", "clock")
                and each.element_id not in tasks]:  # fmt: skip
        yield f"incidents wait at {gone}, where nothing is open"


def _closed(session: Session, it: Standing) -> Iterator[str]:
    final = it.action.case.status in store.FINAL
    if it.is_closed and not final:
        yield f"closed with status {it.action.case.status}"
    if not it.is_closed:
        return
    if it.items or it.tasks or it.waits or it.timers:
        yield "closed, but something waits"
    live = [notice.status for notice in it.notices if notice.waits and notice.status in ("posted", "interrupted")]
    if live:
        yield f"closed, but notices are {live}"
    if open_jobs := [job.kind for job in it.jobs if job.state == "ready" and job.kind not in OUTLIVING]:
        yield f"closed, but jobs are ready: {open_jobs}"
    if it.incidents:
        yield f"closed, but incidents wait: {[incident.message for incident in it.incidents]}"


def _jobs(session: Session, it: Standing) -> Iterator[str]:
    vault = session.info["vault"]
    for job in it.jobs:
        if job.error is not None:
            yield f"job {job.kind} failed: {vault.open(job.error, 'job', 'error', job.id).decode()}"


def _money(session: Session, it: Standing) -> Iterator[str]:
    total = sum((order.amount for order in it.live_orders), Decimal(0))
    decided = _decided(it.action.variables)
    if total and total not in decided:
        yield f"{total} was ordered, decided was {sorted(decided)}"
    if total and it.action.case.status in UNDONE:
        yield f"{total} is ordered in a case that is {it.action.case.status}"


def _decided(variables: dict[str, Any]) -> set[Decimal]:
    """The sums that people entered in the steps of the case."""
    answers = [value for name, value in variables.items() if name != "application" and isinstance(value, dict)]
    return {answer["amount"] for answer in answers if isinstance(answer.get("amount"), Decimal)}


def _grants(session: Session, it: Standing) -> Iterator[str]:
    """The once-claim stands with its orders, and so does what the registry knows of them."""
    case_id = it.action.case.id
    claims = session.scalar(select(func.count()).select_from(OnceClaim).where(OnceClaim.case_id == case_id))
    expected = int(bool(it.live_orders) and it.action.bundle.once_scope is not None)
    if claims != expected:
        yield f"{claims} claims, expected {expected}"
    known = list(session.scalars(select(Award).where(Award.case_id == case_id, Award.status != WITHDRAWN)))
    paid_once = [award for award in known if not award.monthly]
    if len(paid_once) != int(bool(it.live_orders)):
        yield f"{len(paid_once)} single grants are known for {len(it.live_orders)} orders"
    if [award for award in known if award.monthly] and it.action.case.status in UNDONE:
        yield f"an award is in payment from a case that is {it.action.case.status}"


def _funds(session: Session, it: Standing) -> Iterator[str]:
    entered = func.sum(FundEntry.amount).label("entered")
    books = select(Fund.balance, entered).join(FundEntry, FundEntry.fund_id == Fund.id, isouter=True).group_by(Fund.id)
    for balance, total in session.execute(books):
        if balance < 0 or balance != (total or 0):
            yield f"a fund holds {balance}, its entries say {total}"


def _letters(session: Session, it: Standing) -> Iterator[str]:
    notices = {letter.id for letter in it.documents if letter.template == "void_notice"}
    voided = [letter for letter in it.documents if letter.voided_at is not None]
    if {letter.voided_by for letter in voided} != notices:
        yield f"{len(voided)} letters are void, {len(notices)} notices say so"


def _owed(session: Session, it: Standing) -> Iterator[str]:
    owed = select(Owed).where(Owed.case_id == it.action.case.id, Owed.settled_at.is_(None))
    if list(session.scalars(owed)) and not it.live_orders:
        yield "something is owed although no money was ordered"


def _clocks(session: Session, it: Standing) -> Iterator[str]:
    live = {clock.id: clock for clock in calendar.clocks_of(session, it.action.case.id) if clock.is_live}
    if it.is_closed and live:
        yield f"closed, but clocks run: {[clock.key for clock in live.values()]}"
    held = [clock.key for clock in live.values() if any(p.reason == HOLD and p.until_on is None for p in clock.pauses)]
    if it.action.case.status != "suspended" and held:
        yield f"not on hold, but the clocks {held} are"
    for item in it.items:
        if item.clock_id and (item.clock_id not in live or live[item.clock_id].binding != item.due_on):
            yield f"{item.element_id} is due on {item.due_on}, its clock says otherwise"


def _decisions(session: Session, it: Standing) -> Iterator[str]:
    """Each runs again on what was read then and comes out as it did."""
    for record in decisions.of_case(session, it.action.case.id):
        again = rerun(record, bundle_by_id(session, record.release_id))
        if again.verdict != "same":
            yield f"{record.decision} is {again.verdict}: {again.unknown or again.reason or again.now}"


def _chain(session: Session, it: Standing) -> Iterator[str]:
    yield from (str(gap) for gap in audit.verify(session, f"case:{it.action.case.id}"))
