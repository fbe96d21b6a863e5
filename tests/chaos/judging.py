"""What a storm may not have done: every violation in a line."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update

from app.audit.operations import EVENT
from app.auditing.verification import verify
from app.cases.models import Case
from app.core.clock import SystemClock
from app.documents.models import Document
from app.documents.operations import ISSUE
from app.funds.models import Fund, PaymentOrder
from app.jobs.models import Job
from tests.chaos.storm import BROKEN, FUND, GRANT, PATIENCE, STEPS, Contest, Count, Storm
from tests.integration.walks import invariants

LINES = 200


def judge(storm: Storm, log: Path) -> None:
    """Add to the storm's violations, once its workers have carried out what was ordered; `log` is that of its nodes."""
    found = storm.count.violations
    found += _settle(storm)
    found += _answers(storm.count, log)
    now = SystemClock().now()
    with storm.database.read() as session:
        acknowledged = Counter(storm.count.acknowledged)
        completed = _completed(session)
        orders = Counter(session.scalars(select(PaymentOrder.case_id)))
        for contest in storm.count.contests:
            found += _contest(contest, orders)
            for case_id in contest.cases:
                for element, _, _ in STEPS[contest.programme]:
                    times = completed[case_id, element]
                    if times > 1 or (acknowledged[case_id, element] and not times):
                        found.append(f"{case_id} {element} stands {times} times in the audit")
                found += [f"{case_id} {line}" for line in invariants.broken(session, case_id, now)]
        found += _books(session, storm, orders)
        found += [f"audit: {fault}" for fault in verify(session, storm.anchors, now).faults]


def _settle(storm: Storm) -> Iterator[str]:
    """Every letter gets its bytes, and no job is left that is due and that nobody is at. Letters wait for somebody who
    takes a step back; here nobody will."""
    with storm.database.write() as session:
        session.execute(update(Job).where(Job.kind == ISSUE).values(due=SystemClock().now()))
    latest = time.monotonic() + PATIENCE
    unissued = select(Document.id).where(Document.content.is_(None)).limit(1)
    while time.monotonic() < latest:
        with storm.database.read() as session:
            due = select(Job.id).where(Job.state == "ready", Job.due <= SystemClock().now()).limit(1)
            if session.scalar(unissued) is None and session.scalar(due) is None:
                return
        time.sleep(0.2)
    yield f"a letter has no bytes, or a job was not done, after {PATIENCE:.0f} s"


def _answers(count: Count, log: Path) -> Iterator[str]:
    yield from (f"{each} was acknowledged {n} times" for each, n in Counter(count.acknowledged).items() if n > 1)
    if count.codes[BROKEN]:
        yield f"{count.codes[BROKEN]} calls were answered by an error of the program"
        yield from (f"the log says: {each}" for each in _failures(log.read_text("utf-8", "replace")))


def _failures(log: str) -> list[str]:
    """What the log says of each request that failed: its trace, and what the node said next."""
    blocks = re.split(r"^(?=.*request failed \[)", log, flags=re.MULTILINE)[1:]
    return ["\n".join(line for line in block.splitlines()[:LINES]) for block in blocks]


def _completed(session: Any) -> Counter[tuple[str, str]]:
    """How often each step of each case was completed, as the audit tells."""
    wanted = select(EVENT.c.chain, EVENT.c.payload).where(EVENT.c.kind == "completed")
    return Counter((chain.removeprefix("case:"), payload["element"]) for chain, payload in session.execute(wanted))


def _contest(contest: Contest, orders: Counter[str | None]) -> Iterator[str]:
    yield from (f"{each} was ordered {orders[each]} times" for each in contest.cases if orders[each] > 1)
    paid = sum(orders[each] for each in contest.cases)
    if contest.kind != "fund" and paid != 1:
        yield f"{contest.kind} of {contest.cases}: paid {paid} times"


def _books(session: Any, storm: Storm, orders: Counter[str | None]) -> Iterator[str]:
    numbers = [each for each in session.scalars(select(Document.number)) if each]
    numbers += session.scalars(select(Case.number)).all()
    yield from (f"number {each} was given {n} times" for each, n in Counter(numbers).items() if n > 1)
    known = {case_id for contest in storm.count.contests for case_id in contest.cases}
    lost = known - set(session.scalars(select(Case.id)))
    yield from (f"{case_id} was lost" for case_id in lost)
    drawn = GRANT * sum(orders[each] for each in known if each in _fund_cases(storm))
    balance = session.scalar(select(func.sum(Fund.balance)))
    if balance is None or balance < 0 or balance > storm.count.granted - drawn:
        yield f"the fund got {storm.count.granted}, paid {drawn} and has {balance}"


def _fund_cases(storm: Storm) -> set[str]:
    return {case_id for contest in storm.count.contests if contest.programme == FUND for case_id in contest.cases}
