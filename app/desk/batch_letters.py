"""What a worker binds for who asked: a whole file (`casefile`), or list and letters of what was decided together."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.db import training
from app.definitions.queries import programme_titles
from app.desk import casefile
from app.documents import queries as documents
from app.documents.paper import Cover, Grid
from app.dossier.content import Content, Letter, Part, Section
from app.dossier.operations import BATCH
from app.inbox import queries as items
from app.together import queries as together
from app.web.display import day, moment

HEADS, SHARES = ("序号", "案号", "申请人", "文书"), (10, 46, 24, 90)


def build(session: Session, actor: Actor, subject: str, reveal: bool, now: datetime) -> Content:
    """What the dossier of this subject is made of, for who may see it. Raises NotFound, NotYours."""
    kind, _, key = subject.partition(":")
    if kind == BATCH:
        return _of_batch(session, actor, key, now)
    return casefile.build(session, actor, subject, reveal, now)


def _of_batch(session: Session, actor: Actor, batch_id: str, now: datetime) -> Content:
    batch = together.batch(session, actor, batch_id)
    letters = _letters(session, actor, batch)
    shown = [each for each in batch.decided if each.case_id in letters]
    rows = [
        (str(place), each.number, each.subject, "、".join(_title(row) for row in letters[each.case_id]))
        for place, each in enumerate(shown, 1)
    ]
    parts: list[Part] = [Section("办理清单", [Grid(HEADS, rows, SHARES, frozenset({0}))])]
    parts += [Letter(f"{each.subject} {_title(row)}", row.id) for each in shown for row in letters[each.case_id]]
    facts = [("环　　节", batch.title), ("办结件数", f"{len(shown)} 件"), ("办理日期", day(batch.confirmed_at)),
             ("办 理 人", actor.name), ("整理时间", moment(now))]  # fmt: skip
    title = programme_titles(session).get(batch.programme, batch.programme)
    return Content(Cover("办理清单和文书", title, facts), parts, training.paper_mark(session))


def _letters(session: Session, actor: Actor, batch: together.Batch) -> dict[str, list[Any]]:
    """By case the letters of these acts, where the actor still holds the position; a case may have none."""
    acts = [each for each in items.acts_of(session, [piece.task_id for piece in batch.decided])
            if each.candidate in actor.candidates]  # fmt: skip
    found: dict[str, list[Any]] = {each.case_id: [] for each in acts}
    for row in documents.written_by(session, [(each.case_id, each.closed_seq) for each in acts]):
        if not documents.is_dropped(row):
            found[row.case_id].append(row)
    return found


def _title(row: Any) -> str:
    return f"{row.title}{row.number or ''}"
