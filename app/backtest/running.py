"""Running a back-test: pages of closed cases are read here and replayed by children on all cores."""

from __future__ import annotations

import base64
import json
import os
from collections import Counter, deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.backtest.drafts import Draft, Reach, read_by_rules, setting
from app.cases import closed
from app.cases.closed import DOOR, Closed
from app.core import forking
from app.core.errors import Gone
from app.core.forking import Exceeded, Limits
from app.db import Database
from app.definitions import store

PAGE = 1000
"""Cases in a page, each replayed by a child of its own: one page a core is in memory, and one more."""
LIMITS = Limits(seconds=300, memory_mb=1536, file_mb=1)
_WORK = "app.backtest.child:replay"
Case = dict[str, Any]
START = ("", "")


@dataclass
class Totals:
    """Sums over all cases. `cases`: how many there are to look at; `met`: those that the draft would have met."""

    cases: int = 0
    looked_at: int = 0
    decisions: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    before: Decimal = Decimal("0.00")
    after: Decimal = Decimal("0.00")

    @property
    def met(self) -> int:
        return sum(self.counts.values())

    def add(self, looked_at: int, answer: dict[str, Any]) -> None:
        """What one page came to."""
        self.looked_at += looked_at
        self.decisions += answer["decisions"]
        self.counts.update(answer["counts"])
        self.before += Decimal(answer["before"])
        self.after += Decimal(answer["after"])


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was replayed: the sums until now, and the lines of its cases that are not as they were."""

    totals: Totals
    lines: Sequence[dict[str, Any]]


def run(
    database: Database, draft: Draft, since: date | None, on: date, *, children: int | None = None,
    limits: Limits = LIMITS,
) -> Generator[Page]:  # fmt: skip
    """Replay all closed cases that the draft would have met, page by page; closing the generator stops.

    Nothing is written and no transaction stays open between pages. Raises Broken.
    """
    with database.read() as session:
        reach = Reach.of(session, draft, on)
        which, world = reach.which(session, since), setting(session, draft)
        totals = Totals(cases=closed.count(session, which))
    pages = _pages(database, reach, which)
    with _Pool(database, draft, world, children or os.cpu_count() or 1, limits) as pool:
        for looked_at, answer in pool.replayed(pages):
            totals.add(looked_at, answer)
            yield Page(totals, answer["lines"])


def _pages(database: Database, reach: Reach, which: closed.Which) -> Iterator[tuple[int, list[Case]]]:
    after = START
    while True:
        with database.read() as session:
            found = closed.page(session, which, after, PAGE)
            cases = [case for each in found if (case := _case(session, reach, each)) is not None]
        if found:
            yield len(found), cases
        if len(found) < PAGE:
            return
        after = (found[-1].status, found[-1].id)


def _case(session: Session, reach: Reach, case: Closed) -> Case | None:
    """A case as the child reads it; None where the draft would not have met it."""
    draft = reach.name_for(session, case)
    if draft is None:
        return None
    steps = [[each.id, each.element_id, each.decision, each.release_id, each.decided_at.isoformat(), each.content]
             for each in case.records]  # fmt: skip
    status = DOOR if not case.number else case.status
    return {"id": case.id, "number": case.number, "status": status, "process": case.process_key,
            "release_id": case.release_id, "draft": draft, "regions": reach.codes(session, case.region_id),
            "steps": steps}  # fmt: skip


class Broken(Gone):
    """The draft cannot be replayed: it cannot be read, or takes more than it may."""


class _Pool:
    """Threads that each wait for a child, never more than two pages ahead."""

    def __init__(self, database: Database, draft: Draft, world: dict[str, Any], children: int, limits: Limits) -> None:
        self._database, self._world, self._count, self._limits = database, world, children, limits
        self._bundles = {each.name: _encoded(each.files) for each in draft.bundles}
        self._threads = ThreadPoolExecutor(children, "backtest")

    def __enter__(self) -> _Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)

    def replayed(self, pages: Iterator[tuple[int, list[Case]]]) -> Iterator[tuple[int, dict[str, Any]]]:
        """Answers in the order of the pages, each with how many cases were looked at for it. Raises Broken."""
        ahead: deque[tuple[int, Future[dict[str, Any]]]] = deque()
        for looked_at, cases in pages:
            ahead.append((looked_at, self._threads.submit(self._replay, cases, self._needed(cases))))
            if len(ahead) > self._count:
                yield _first(ahead)
        while ahead:
            yield _first(ahead)

    def _replay(self, cases: list[Case], bundles: dict[str, Any]) -> dict[str, Any]:
        request = json.dumps({**self._world, "bundles": bundles, "cases": cases}, ensure_ascii=False).encode()
        try:
            answer: dict[str, Any] = json.loads(forking.ask(_WORK, request, self._limits))
        except Exceeded as exceeded:
            raise Broken(f"回测{exceeded}，请简化这项变更里的决策表后重试") from None
        if "fault" in answer:
            raise Broken(f"这项变更读不了：{answer['fault']}。请先检查，改正后再回测")
        return answer

    def _needed(self, cases: list[Case]) -> dict[str, Any]:
        """The bundles that a page names; each is read once."""
        names = {case["release_id"] for case in cases} | {step[3] for case in cases for step in case["steps"]}
        unknown = names - self._bundles.keys()
        if unknown:
            with self._database.read() as session:
                self._bundles |= {name: _encoded(store.files_of(session, name)) for name in unknown}
        return {name: self._bundles[name] for name in names | {case["draft"] for case in cases if case["draft"]}}


def _encoded(files: Mapping[str, bytes]) -> dict[str, str]:
    return {path: base64.b64encode(content).decode() for path, content in read_by_rules(files).items()}


def _first(ahead: deque[tuple[int, Future[dict[str, Any]]]]) -> tuple[int, dict[str, Any]]:
    looked_at, future = ahead.popleft()
    return looked_at, future.result()
