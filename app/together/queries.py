"""Reading a batch of tasks: whose it is, how far it is, what stands out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import alike
from app.core.actor import Actor
from app.core.exact_json import load_json
from app.forms import Form
from app.together.models import APART, DONE, FINE, LEFT, NEW, OPEN, REFUSED, TRYING, WAITING
from app.together.operations import BATCH, DATA, ITEM, own, step_of, told_of
from app.together.results import Told

FILLING, TRIAL, TRIED, DECIDING, OVER = "filling", "trial", "tried", "deciding", "over"
LATEST = 20


@dataclass(frozen=True, slots=True)
class Piece:
    """One case, as its line shows it."""

    id: str
    task_id: str
    case_id: str
    number: str
    subject: str
    state: str
    told: Told
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class Batch:
    """`phase`: one of the five above. `data`: what was filled in, empty before."""

    id: str
    title: str
    programme: str
    phase: str
    stopped: bool
    made_at: datetime
    confirmed_at: datetime | None
    form: Form
    data: dict[str, Any]
    pieces: list[Piece]

    def of(self, *states: str) -> list[Piece]:
        return [each for each in self.pieces if each.state in states]

    @property
    def fine(self) -> list[Piece]:
        return self.of(FINE)

    @property
    def apart(self) -> list[Piece]:
        return self.of(APART)

    @property
    def decided(self) -> list[Piece]:
        return self.of(DONE)

    @property
    def refused(self) -> list[Piece]:
        return self.of(REFUSED)

    @property
    def left(self) -> list[Piece]:
        return self.of(LEFT)

    @property
    def progress(self) -> tuple[int, int]:
        """How many of how many are through, of the trial or of the deciding."""
        if self.phase in (TRIAL, TRIED):
            return len(self.pieces) - len(self.of(NEW)), len(self.pieces)
        through = len(self.of(DONE, REFUSED))
        return through, through + len(self.of(WAITING))


def batch(session: Session, actor: Actor, batch_id: str) -> Batch:
    """The actor's own batch. Raises NotFound. Two statements."""
    row = own(session, actor, batch_id)
    rows = session.execute(select(ITEM).where(ITEM.c.batch_id == batch_id).order_by(ITEM.c.place))
    pieces = [
        Piece(each.id, each.task_id, each.case_id, each.case_number, each.subject, each.state, told_of(session, each),
              each.done_at)
        for each in rows
    ]  # fmt: skip
    vault = session.info["vault"]
    return Batch(
        id=row.id, title=row.title, programme=row.programme, phase=_phase(row.state, pieces),
        stopped=row.state == "stopped", made_at=row.made_at, confirmed_at=row.confirmed_at,
        form=alike.form_of(session, step_of(row)),
        data=load_json(vault.open(row.data, *DATA, row.id)) if row.data else {}, pieces=pieces,
    )  # fmt: skip


def form_of(session: Session, actor: Actor, batch_id: str) -> Form:
    """The form of the actor's own batch. Raises NotFound."""
    return alike.form_of(session, step_of(own(session, actor, batch_id)))


def latest(session: Session, actor: Actor) -> Sequence[Any]:
    """The actor's newest batches that were confirmed: `id`, `title`, `confirmed_at`."""
    mine = (BATCH.c.made_by == actor.user_id) & BATCH.c.confirmed_at.is_not(None)
    columns = BATCH.c.id, BATCH.c.title, BATCH.c.confirmed_at
    return session.execute(select(*columns).where(mine).order_by(BATCH.c.made_at.desc()).limit(LATEST)).all()


def _phase(state: str, pieces: list[Piece]) -> str:
    counts = Counter(each.state for each in pieces)
    if state == OPEN:
        return FILLING
    if state == TRYING:
        return TRIAL if counts[NEW] else TRIED
    return DECIDING if counts[WAITING] else OVER
