"""Running a back-test: pages of closed cases are read here and replayed by children on all cores."""

from __future__ import annotations

import base64
import json
import os
import re
from collections import deque
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.backtest.drafts import Draft, Reach, read_by_rules, setting
from app.backtest.totals import Totals
from app.cases import closed
from app.cases.closed import DOOR, Closed
from app.core import forking
from app.core.errors import Gone
from app.core.forking import Exceeded, Limits
from app.db import Database
from app.definitions import store
from app.definitions.letters import Letter, letters_of

PAGE = 1000
"""Cases in a page, each replayed by a child: one page a core is in memory, and one more."""
LIMITS = Limits(seconds=300, memory_mb=1536, file_mb=1)
_WORK = "app.backtest.child:talk"
_TITLE = re.compile(r"^title: *(.+?) *$", re.MULTILINE)
Case = dict[str, Any]
Cursor = tuple[str, str]
"""Status and id of a case, as pages go on behind it."""
START = ("", "")


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was replayed: the sums until now, the lines of its cases that are not as they were, and its last."""

    totals: Totals
    lines: Sequence[dict[str, Any]]
    reached: Cursor


def run(
    database: Database, draft: Draft, since: date | None, on: date, *, children: int | None = None,
    limits: Limits = LIMITS, after: Cursor = START, totals: Totals | None = None,
) -> Generator[Page]:  # fmt: skip
    """Replay all closed cases that the draft would have met, page by page; closing the generator stops.

    What was interrupted goes on behind the case `after`, with the `totals` until there.

    Nothing is written and no transaction stays open between pages. Raises Broken.
    """
    with database.read() as session:
        reach = Reach.of(session, draft, on)
        which, world = reach.which(session, since), setting(session, draft)
        totals = totals or Totals()
        totals.cases = closed.count(session, which)
    pages = _pages(database, reach, which, after, world["local_days"])
    with _Pool(database, draft, world, children or os.cpu_count() or 1, limits) as pool:
        for read, answer in pool.replayed(pages):
            totals.add(read.looked_at, answer)
            yield Page(totals, answer["lines"], read.last)


@dataclass(frozen=True, slots=True)
class Read:
    """A page of cases that were looked at, those among them that the draft would have met, and the last one."""

    looked_at: int
    cases: list[Case]
    last: Cursor


def _pages(
    database: Database, reach: Reach, which: closed.Which, after: Cursor, local: Collection[str]
) -> Iterator[Read]:
    """`local`: ids of regions that have days of their own."""
    while True:
        with database.read() as session:
            found = closed.page(session, which, after, PAGE)
            cases = [case for each in found if (case := _case(session, reach, each, local)) is not None]
        if found:
            after = (found[-1].status, found[-1].id)
            yield Read(len(found), cases, after)
        if len(found) < PAGE:
            return


def _case(session: Session, reach: Reach, case: Closed, local: Collection[str]) -> Case | None:
    """A case as the child reads it; None where the draft would not have met it."""
    draft = reach.name_for(session, case)
    if draft is None:
        return None
    steps = [[each.id, each.element_id, each.decision, each.release_id, each.decided_at.isoformat(), each.action_id,
              each.content] for each in case.records]  # fmt: skip
    events = [[each.at.isoformat(), each.kind, each.payload.get("element") or "", each.payload.get("item") or "",
               each.action_id or ""] for each in case.events]  # fmt: skip
    done = [[each.element_id, each.created_at.isoformat(), each.closed_at.isoformat(),
             each.due_on and each.due_on.isoformat()] for each in case.done]  # fmt: skip
    status = DOOR if not case.number else case.status
    return {"id": case.id, "number": case.number, "status": status, "process": case.process_key,
            "release_id": case.release_id, "draft": draft, "regions": reach.codes(session, case.region_id),
            "calendars": reach.calendars(session, case.region_id, local), "steps": steps, "events": events,
            "done": done, "state": case.state and base64.b64encode(case.state).decode()}  # fmt: skip


class Broken(Gone):
    """The draft cannot be replayed: it cannot be read, or takes more than it may."""


class _Child:
    """A child of its own, with what it has read until now."""

    def __init__(self, limits: Limits) -> None:
        self._talk = forking.Talk(_WORK, limits)
        self._knows: set[str] | None = None
        self.close = self._talk.close

    def replay(
        self, world: Mapping[str, Any], bundles: Mapping[str, Any], letters: Mapping[str, str], cases: list[Case]
    ) -> dict[str, Any]:
        """What a page comes to; world and bundles travel once. Raises Exceeded."""
        known = self._knows or set()
        asked: Case = {"bundles": {name: each for name, each in bundles.items() if name not in known}}
        asked |= {"letters": letters, "cases": cases} | ({"world": world} if self._knows is None else {})
        answer: dict[str, Any] = json.loads(self._talk.ask(json.dumps(asked, ensure_ascii=False).encode()))
        self._knows = known | bundles.keys()
        return answer


class _Pool:
    """Threads that each wait for a child, never more than two pages ahead."""

    def __init__(self, database: Database, draft: Draft, world: dict[str, Any], children: int, limits: Limits) -> None:
        self._database, self._world, self._count, self._limits = database, world, children, limits
        self._bundles = {each.name: _encoded(each.files) for each in draft.bundles}
        self._letters = {key: _title(each) for draft in draft.bundles for key, each in letters_of(draft.files).items()}
        self._threads = ThreadPoolExecutor(children, "backtest")
        self._idle: list[_Child] = []
        self._children: list[_Child] = []

    def __enter__(self) -> _Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)
        for child in self._children:
            child.close()

    def replayed(self, pages: Iterator[Read]) -> Iterator[tuple[Read, dict[str, Any]]]:
        """Answers in the order of the pages. Raises Broken."""
        ahead: deque[tuple[Read, Future[dict[str, Any]]]] = deque()
        for page in pages:
            ahead.append((page, self._threads.submit(self._replay, page.cases, self._needed(page.cases))))
            if len(ahead) > self._count:
                yield _first(ahead)
        while ahead:
            yield _first(ahead)

    def _replay(self, cases: list[Case], bundles: dict[str, Any]) -> dict[str, Any]:
        child = self._idle.pop() if self._idle else self._begun()
        try:
            answer = child.replay(self._world, bundles, self._letters, cases)
        except Exceeded as exceeded:
            raise Broken(f"回测{exceeded}，请简化这项变更里的决策表后重试") from None
        if "fault" in answer:
            raise Broken(f"这项变更读不了：{answer['fault']}。请先检查，改正后再回测")
        self._idle.append(child)
        return answer

    def _begun(self) -> _Child:
        child = _Child(self._limits)
        self._children.append(child)
        return child

    def _needed(self, cases: list[Case]) -> dict[str, Any]:
        """The bundles that a page names; each is read once."""
        names = {case["release_id"] for case in cases} | {step[3] for case in cases for step in case["steps"]}
        unknown = names - self._bundles.keys()
        if unknown:
            with self._database.read() as session:
                for bundle in [store.bundle_by_id(session, name) for name in sorted(unknown)]:
                    self._bundles[bundle.release_id or ""] = _encoded(bundle.files)
                    for letters in (bundle.letters, *bundle.pinned.values()):
                        self._letters = {key: _title(each) for key, each in letters.items()} | self._letters
        return {name: self._bundles[name] for name in names | {case["draft"] for case in cases if case["draft"]}}


def _encoded(files: Mapping[str, bytes]) -> dict[str, str]:
    return {path: base64.b64encode(content).decode() for path, content in read_by_rules(files).items()}


def _title(letter: Letter) -> str:
    found = _TITLE.search(letter.contract.decode(errors="replace"))
    return found[1] if found else letter.key


def _first(ahead: deque[tuple[Read, Future[dict[str, Any]]]]) -> tuple[Read, dict[str, Any]]:
    page, future = ahead.popleft()
    return page, future.result()
