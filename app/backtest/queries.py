"""Back-tests as pages show them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.backtest import store
from app.backtest.names import (
    DONE,
    FLIPS,
    KINDS,
    LISTED,
    MISMATCH,
    SAME_WAY,
    STATES,
    UNCHANGED,
    UNDETERMINED,
    UNFAITHFUL,
    WAYS,
)
from app.backtest.totals import Lasted, Place, spread, steps_of

PAGE = 50


@dataclass(frozen=True, slots=True)
class StepRow:
    """How long a step takes in working days, then and under the draft: median and nine in ten, as text."""

    process: str
    title: str
    count: int
    was: str
    now: str
    late: int
    later: int
    is_another: bool


@dataclass(frozen=True, slots=True)
class View:
    """A back-test. `is_outdated`: the change was saved since. `after`, `before`: what granted cases get a month."""

    id: str
    state: str
    since: date | None
    cases: int
    replayed: int
    decisions: int
    human_steps: int
    counts: Mapping[str, int]
    ways: Mapping[str, int]
    steps: Mapping[Place, Lasted]
    before: Decimal
    after: Decimal
    fault: str | None
    asked_by: str
    asked_at: datetime
    ended_at: datetime | None
    is_outdated: bool
    is_stopping: bool

    @property
    def state_title(self) -> str:
        return STATES[self.state]

    @property
    def is_under_way(self) -> bool:
        return self.state in store.UNDER_WAY

    @property
    def is_done(self) -> bool:
        return self.state == DONE

    @property
    def met(self) -> int:
        """Cases that the draft would have met."""
        return sum(self.counts.values())

    @property
    def flipped(self) -> int:
        return sum(self.counts.get(kind, 0) for kind in FLIPS)

    @property
    def unchanged(self) -> int:
        return self.counts.get(UNCHANGED, 0)

    @property
    def mismatches(self) -> int:
        return self.counts.get(MISMATCH, 0)

    @property
    def undetermined(self) -> int:
        return self.counts.get(UNDETERMINED, 0)

    @property
    def listed(self) -> list[tuple[str, str, int]]:
        """Kind, title and count of what the list holds."""
        return told(KINDS, self.counts)

    @property
    def listed_ways(self) -> list[tuple[str, str, int]]:
        """The same of the ways through the diagram."""
        return told(WAYS, self.ways)

    @property
    def step_rows(self) -> list[StepRow]:
        """How long each step takes, those first that take another time under the draft."""
        return step_rows(self.steps)

    @property
    def walked(self) -> int:
        """Cases that were walked through the diagram."""
        return sum(self.ways.values())

    @property
    def unfaithful(self) -> int:
        return self.ways.get(UNFAITHFUL, 0)

    @property
    def sentence(self) -> str:
        """What it came to, in one sentence."""
        return "".join(sentences(self.met, self.counts, self.ways, self.before, self.after))


def step_rows(steps: Mapping[Place, Lasted]) -> list[StepRow]:
    """One row a step; those first that take another time under the draft."""
    rows = [
        StepRow(process, each.title, max(each.was.total(), each.now.total()), _days(each.was), _days(each.now),
                each.late, each.later, each.is_another)
        for (process, _), each in steps.items()
    ]  # fmt: skip
    return sorted(rows, key=lambda row: not row.is_another)


def _days(days: Counter[int]) -> str:
    found = spread(days)
    return "—" if found is None else f"{found[0]:g} / {found[1]}"


def told(titles: Mapping[str, str], counts: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """Kind, title and count of what there is."""
    return [(kind, title, counts[kind]) for kind, title in titles.items() if counts.get(kind)]


def sentences(
    met: int, counts: Mapping[str, int], ways: Mapping[str, int], before: Decimal, after: Decimal
) -> list[str]:
    """What a back-test came to, as pages and the command say it: of decisions, then of ways."""
    parts = [f"{title} {count:,} 件" for _, title, count in told(KINDS, counts)]
    money = [f"按月发放的由每月 {before:,.2f} 元变为 {after:,.2f} 元"] if before != after else []
    found = [f"回测 {met:,} 件已办结的案件：{'；'.join([f'不变 {counts.get(UNCHANGED, 0):,} 件', *parts, *money])}。"]
    if ways:
        led = [f"{title} {count:,} 件" for _, title, count in told(WAYS, ways)]
        same = f"环节不变 {ways.get(SAME_WAY, 0):,} 件"
        found.append(f"沿流程重走 {sum(ways.values()):,} 件：{'；'.join([same, *led])}。")
    return found


def of_change(session: Session, change_id: str, content_hash: str) -> View | None:
    """The newest back-test of a change, whose content is now what `content_hash` names; None where none was asked."""
    row = store.of_change(session, change_id)
    return _view(row, content_hash) if row is not None else None


def of_release(session: Session, release_id: str) -> View | None:
    """The back-test that a release was submitted with; None where none was made."""
    mine = select(store.RUN).join(store.RELEASE, store.RELEASE.c.run_id == store.RUN.c.id)
    row = session.execute(mine.where(store.RELEASE.c.release_id == release_id)).one_or_none()
    return _view(row, row.content_hash) if row is not None else None


def fitting(session: Session, change_id: str, content_hash: str) -> Row[Any] | None:
    """The newest whole back-test of exactly this."""
    mine = select(store.RUN).where(
        store.RUN.c.change_id == change_id, store.RUN.c.content_hash == content_hash, store.RUN.c.state == DONE
    )
    return session.execute(mine.order_by(store.RUN.c.asked_at.desc(), store.RUN.c.id.desc()).limit(1)).one_or_none()


def lines(session: Session, run_id: str, kind: str, after: int) -> tuple[Sequence[Row[Any]], int | None]:
    """The cases of a kind ("": all that are not as they were) behind place `after`, and behind which the next page
    begins."""
    query = _lines(run_id, kind).where(store.CASE.c.place_in_run > after).limit(PAGE + 1)
    found = session.execute(query).all()
    return found[:PAGE], found[PAGE - 1].place_in_run if len(found) > PAGE else None


def every_line(session: Session, run_id: str) -> Iterator[Row[Any]]:
    """All of them, read in parts."""
    yield from session.execute(_lines(run_id, "").execution_options(yield_per=1000))


def _lines(run_id: str, kind: str) -> Any:
    query = select(store.CASE).where(store.CASE.c.run_id == run_id)
    if kind in LISTED:
        query = query.where(store.CASE.c.kind == kind)
    return query.order_by(store.CASE.c.place_in_run)


def _view(row: Row[Any], content_hash: str) -> View:
    return View(
        row.id, row.state, row.since, row.cases, row.replayed, row.decisions, row.human_steps, row.counts,
        row.ways or {}, steps_of(row.steps or []), row.before, row.after, row.fault, row.asked_by, row.asked_at,
        row.ended_at, row.content_hash != content_hash, row.is_stopped,
    )  # fmt: skip
