"""Decisions as they are kept: every name that was read with its typed value, so that they can be run again.

What an action decided rests in one sealed row: a line that names element and decision of each, then a line for each.
Rows from before hold one decision, whose element and name stand beside it.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Table, bindparam, func, insert, select
from sqlalchemy.orm import Session

from app import engine
from app.cases.models import Case, DecisionRecord, DoorAnswer
from app.core.errors import NotFound
from app.core.ids import new_id
from app.db import Prepared, Vault
from app.definitions.bundle import Bundle
from app.feel import decode, encode, plain
from app.feel.dmn import Outcome

_RECORD: Table = DecisionRecord.__table__  # type: ignore[assignment]
_INSERT = Prepared(insert(_RECORD))
_PLACE = ("decision_record", "sealed")
VERSION, TOGETHER = 1, 2
"""Versions of a decision as it is kept, and of the line that stands before those of an action."""
Watcher = Callable[[Bundle, str, Outcome], None]
_watching: ContextVar[Watcher | None] = ContextVar("watching", default=None)
FIGURES = ("figure", "optional_figure")


class UnknownRecordVersion(Exception):
    """A record was written by a version of the software that this one does not know."""


@dataclass(frozen=True, slots=True)
class Decided:
    """One evaluation of a decision, to be recorded.

    seen: what was read (`feel.Recorder.node`). result: typed JSON (`feel.encode`). rows: numbers of the rows that
    fired, from 1. figures: as `FigureReader.entries` gives them.
    """

    element_id: str
    decision: str
    seen: Any
    result: Any
    rows: list[int]
    figures: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Kept:
    """A record that was opened but not read: `content` is its JSON, for `read`. `id`: of its row, and the
    how-manyth of it."""

    id: str
    element_id: str
    decision: str
    release_id: str
    decided_at: datetime
    action_id: str | None
    content: str


@dataclass(frozen=True, slots=True)
class Record(Decided):
    """A recorded evaluation, of a case or (`door_id`) of somebody who was answered at the door."""

    id: str
    case_id: str | None
    door_id: str | None
    process_key: str
    release_id: str
    decided_at: datetime


@contextmanager
def watched(told: Watcher) -> Iterator[None]:
    """Inside, tell of every evaluation, also of those that a refusal takes back and nothing records."""
    token = _watching.set(told)
    try:
        yield
    finally:
        _watching.reset(token)


def decide(bundle: Bundle, decision: str, names: Mapping[str, Any], now: datetime) -> Outcome:
    """Evaluate a decision. The result holds no context of `names` any more; `today()` is the date of law."""
    outcome = bundle.decisions[decision].decide(decision, names, engine.budget(now))
    if told := _watching.get():
        told(bundle, decision, outcome)
    result = plain(outcome.result)
    return outcome if result is outcome.result else outcome._replace(result=result)


def figure_keys(seen: Any) -> list[str]:
    """Keys of the figures that an evaluation read."""
    some = seen["some"]
    nodes = [some[name] for name in FIGURES if some.get(name)]
    return list(dict.fromkeys(key for node in nodes for entries in node.values() for key in entries)) if nodes else []


def rows(vault: Vault, decided: Iterable[Decided], of: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Evaluations of one action as a row of the table, sealed; none where nothing was decided. `of`: its columns."""
    each = list(decided)
    if not each:
        return []
    row_id = new_id()
    sealed = vault.seal(_packed(each), *_PLACE, row_id)
    return [{**of, "id": row_id, "place": 0, "element_id": "", "decision": "", "sealed": sealed}]


def write(session: Session, rows: list[dict[str, Any]]) -> None:
    """Insert what `rows` gave, in one statement."""
    _INSERT.run_all(session, rows)


_ALL = (
    select(_RECORD, func.coalesce(Case.process_key, DoorAnswer.process_key).label("process_key"))
    .outerjoin(Case, Case.id == _RECORD.c.case_id)
    .outerjoin(DoorAnswer, DoorAnswer.id == _RECORD.c.door_id)
    .order_by(_RECORD.c.decided_at, _RECORD.c.place, _RECORD.c.id)
)
_OF_CASE = Prepared(_ALL.where(_RECORD.c.case_id == bindparam("case_id")))


def of_case(session: Session, case_id: str) -> list[Record]:
    """What was decided in a case, oldest first."""
    return _opened(session.info["vault"], _OF_CASE.all(session, case_id=case_id))


def of_action(session: Session, case_id: str, action_id: str) -> list[Record]:
    """What one action decided in a case, in order."""
    return _records(session, (_RECORD.c.case_id == case_id) & (_RECORD.c.action_id == action_id))


def find(session: Session, reference: str) -> list[Record]:
    """One record by its id, or all of an action (the id of its row), a case (id or number) or an answer at the door,
    oldest first.

    Raises NotFound.
    """
    case_id = session.scalar(select(Case.id).where((Case.id == reference) | (Case.number == reference)))
    if case_id is not None:
        return of_case(session, case_id)
    row_id, _, place = reference.partition("-")
    found = _records(session, (_RECORD.c.id == row_id) | (_RECORD.c.door_id == reference))
    found = [each for each in found if each.id == reference] if place else found
    if not found:
        raise NotFound(f"没有编号为“{reference}”的案件、决策记录或受理前答复，请核对编号")
    return found


def kept(session: Session, owner: str, ids: Collection[str]) -> Iterator[tuple[str, Kept]]:
    """The records of these cases or answers at the door (`owner`: `case_id`, `door_id`), each with whose it is, in
    the order in which they were made; opened, not read."""
    mine = _RECORD.c[owner]
    wanted = select(_RECORD, mine.label("whose")).where(mine.in_(ids))
    for row in session.execute(wanted.order_by(mine, _RECORD.c.decided_at, _RECORD.c.place, _RECORD.c.id)):
        for record_id, element_id, decision, content in _each(session.info["vault"], row):
            head = (record_id, element_id, decision, row.release_id, row.decided_at, row.action_id)
            yield row.whose, Kept(*head, content)


def read(content: str, record_id: str) -> dict[str, Any]:
    """`{seen, result, rows, figures}` of a record as it was opened. Raises UnknownRecordVersion."""
    found = read_typed(content, record_id)
    return {**{name: found[name] for name in ("seen", "result", "rows")}, "figures": decode(found["figures"])}


def read_typed(content: str, record_id: str) -> dict[str, Any]:
    """The same with figures as they rest, as typed JSON. Raises UnknownRecordVersion."""
    return _of_version(VERSION, content, record_id)


def _of_version(version: int, content: str, record_id: str) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(content)
    if found["version"] != version:
        raise UnknownRecordVersion(f"decision record {record_id} is stored in version {found['version']}")
    return found


def _records(session: Session, which: ColumnElement[bool]) -> list[Record]:
    return _opened(session.info["vault"], session.execute(_ALL.where(which)))


def _packed(decided: Sequence[Decided]) -> bytes:
    head = {"version": TOGETHER, "of": [(each.element_id, each.decision) for each in decided]}
    return zlib.compress(b"\n".join(map(orjson.dumps, (head, *map(_content, decided)))))


def _content(decided: Decided) -> dict[str, Any]:
    return {
        "version": VERSION,
        "seen": decided.seen,
        "result": decided.result,
        "rows": decided.rows,
        "figures": encode(decided.figures),
    }


def _each(vault: Vault, row: Any) -> Iterator[tuple[str, str, str, str]]:
    """The records of a row: id, element, decision, content."""
    content = zlib.decompress(vault.open(row.sealed, *_PLACE, row.id)).decode()
    if row.decision:
        yield row.id, row.element_id, row.decision, content
        return
    head, *lines = content.split("\n")
    of = _of_version(TOGETHER, head, row.id)["of"]
    for place, ((element_id, decision), line) in enumerate(zip(of, lines, strict=True)):
        yield f"{row.id}-{place:03}", element_id, decision, line


def _opened(vault: Vault, rows: Iterable[Any]) -> list[Record]:
    columns = ("case_id", "door_id", "process_key", "release_id", "decided_at")
    return [
        Record(
            **read(content, record_id), id=record_id, element_id=element_id, decision=decision,
            **{name: getattr(row, name) for name in columns},
        )
        for row in rows
        for record_id, element_id, decision, content in _each(vault, row)
    ]  # fmt: skip
