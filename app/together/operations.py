"""Beginning a batch of tasks, trying it out, deciding it, stopping it. What is done with each case is `deciding`'s.

Each of these changes the batch's row first, guarded by its state, so a double click or a second tab changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, insert, select, update
from sqlalchemy.orm import Session

from app import audit
from app.cases import alike
from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import Gone, Invalid, NotFound
from app.core.exact_json import dump_json
from app.core.ids import new_id
from app.db import rows_changed
from app.inbox import listing
from app.jobs import operations as jobs
from app.together.models import (
    APART,
    FINE,
    LEFT,
    NEW,
    OPEN,
    RUNNING,
    STOPPED,
    TRYING,
    WAITING,
    TaskBatch,
    TaskBatchItem,
)
from app.together.results import Told

BATCH: Table = TaskBatch.__table__  # type: ignore[assignment]
ITEM: Table = TaskBatchItem.__table__  # type: ignore[assignment]
TRY, DECIDE = "together.try", "together.decide"
MOST = 100
DATA, TOLD = ("task_batch", "data"), ("task_batch_item", "told")


def begin(session: Session, actor: Actor, item_ids: Sequence[str], now: datetime) -> str:
    """Put ticked tasks together; the batch's id. Raises Invalid (item: none, too many, not alike), Gone (all done)."""
    chosen = list(dict.fromkeys(item_ids))
    if not chosen:
        raise Invalid({"item": "没有选中任何一项，请先勾选"})
    if len(chosen) > MOST:
        raise Invalid({"item": f"一次最多 {MOST} 件，您选了 {len(chosen)} 件，请分几次办理"})
    rows = {row.id: row for row in listing.items(session, actor, chosen) if row.kind == "task"}
    tasks = [rows[each] for each in chosen if each in rows and rows[each].status == "open"]
    if not tasks:
        raise Gone("所选的工作都已经办结或者不由您办理，请刷新待办")
    step = alike.step_of(session, tasks)
    batch_id = new_id()
    session.execute(insert(BATCH).values(
        id=batch_id, made_by=actor.user_id, made_at=now, programme=step.programme, release_id=step.release_id,
        process_key=step.process_key, element_id=step.element_id, title=step.title, state=OPEN, round=0,
    ))  # fmt: skip
    session.execute(insert(ITEM), [
        {"id": new_id(), "batch_id": batch_id, "place": place, "task_id": task.id, "case_id": task.case_id,
         "case_number": task.case_number, "subject": task.subject, "state": NEW}
        for place, task in enumerate(tasks)
    ])  # fmt: skip
    return batch_id


def try_out(session: Session, actor: Actor, batch_id: str, data: Mapping[str, Any], now: datetime) -> None:
    """Have each case decided so for trial. Raises NotFound, Gone (decided already), Invalid (the form's fields)."""
    row = own(session, actor, batch_id)
    form = alike.form_of(session, step_of(row))
    _, wrong = form.judged(data, context={}, today=local_date(now))
    if wrong:
        raise Invalid(wrong)
    sealed = session.info["vault"].seal(dump_json(dict(data)).encode(), *DATA, batch_id)
    _change(session, batch_id, (OPEN, TRYING), state=TRYING, round=row.round + 1, data=sealed)
    mine = ITEM.c.batch_id == batch_id
    session.execute(update(ITEM).where(mine).values(state=NEW, told=None))
    ids = session.scalars(select(ITEM.c.id).where(mine).order_by(ITEM.c.place)).all()
    _put(session, TRY, ids, now, row.round + 1)


def edit(session: Session, actor: Actor, batch_id: str) -> None:
    """Fill in the form again; what the dry run found is of no account any more. Raises NotFound, Gone."""
    row = own(session, actor, batch_id)
    if row.state != OPEN:
        _change(session, batch_id, (TRYING,), state=OPEN, round=row.round + 1)


def confirm(session: Session, actor: Actor, batch_id: str, chosen: Collection[str], now: datetime) -> int:
    """Have the chosen cases decided, the others left out; how many. `chosen` are ids of items.

    Raises NotFound, Gone (begun already, or not all tried), Invalid (item: none, or one that would be refused).
    """
    row = own(session, actor, batch_id)
    items = session.execute(select(ITEM.c.id, ITEM.c.state, ITEM.c.told).where(ITEM.c.batch_id == batch_id)).all()
    if row.state == TRYING and any(item.state == NEW for item in items):
        raise Gone("还没有全部试办完，请稍候")
    able = {
        item.id for item in items if item.state == FINE or (item.state == APART and not told_of(session, item).bars)
    }
    wanted = sorted(set(chosen) & able)
    if not wanted and row.state == TRYING:
        raise Invalid({"item": "没有选中可以办理的案件，请至少勾选一件"})
    _change(session, batch_id, (TRYING,), state=RUNNING, confirmed_at=now)
    mine = ITEM.c.batch_id == batch_id
    session.execute(update(ITEM).where(mine, ITEM.c.id.not_in(wanted)).values(state=LEFT))
    session.execute(update(ITEM).where(mine, ITEM.c.id.in_(wanted)).values(state=WAITING))
    _put(session, DECIDE, wanted, now)
    _tell(session, actor, batch_id, "decided_together", now, step=row.element_id, count=len(wanted))
    return len(wanted)


def stop(session: Session, actor: Actor, batch_id: str, now: datetime) -> None:
    """Decide no more of it; what is decided stays. Raises NotFound, Gone (over, or stopped already)."""
    own(session, actor, batch_id)
    _change(session, batch_id, (RUNNING,), state=STOPPED)
    left = update(ITEM).where(ITEM.c.batch_id == batch_id, ITEM.c.state == WAITING).values(state=LEFT)
    _tell(session, actor, batch_id, "stopped", now, left=rows_changed(session, left))


def own(session: Session, actor: Actor, batch_id: str) -> Any:
    """The row of the actor's own batch; what somebody ticked is nobody else's. Raises NotFound."""
    row = session.execute(select(BATCH).where(BATCH.c.id == batch_id)).one_or_none()
    if row is None or row.made_by != actor.user_id:
        raise NotFound("没有这批工作，请从待办重新勾选")
    return row


def step_of(row: Any) -> alike.Step:
    """Where the form of a batch is found."""
    return alike.Step(row.programme, row.release_id, row.process_key, row.element_id, row.title)


def told_of(session: Session, item: Any) -> Told:
    """What is told of an item."""
    return Told.loaded(session.info["vault"].open(item.told, *TOLD, item.id)) if item.told else Told()


def _change(session: Session, batch_id: str, states: Collection[str], **values: Any) -> None:
    if not rows_changed(session, update(BATCH).where(BATCH.c.id == batch_id, BATCH.c.state.in_(states)).values(values)):
        raise Gone("这批工作已经在办理或者已经办完，不能再改")


def _put(session: Session, kind: str, item_ids: Sequence[str], now: datetime, round: int = 0) -> None:
    dedup = f"{kind}:%s:{round}"
    jobs.enqueue_all(
        session, [jobs.NewJob(kind, {"round": round}, now, dedup % each, reference=each) for each in item_ids]
    )


def _tell(session: Session, actor: Actor, batch_id: str, kind: str, now: datetime, **told: Any) -> None:
    audit.append(session, f"together:{batch_id}", kind, actor, told, None, now, shared=True)
