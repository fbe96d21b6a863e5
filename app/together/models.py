"""Tables of what is decided together. What was typed, and what is told of people, rests sealed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.ids import new_id
from app.db import AwareDateTime, Base, keys

OPEN, TRYING, RUNNING, STOPPED = "open", "trying", "running", "stopped"
"""A batch is being filled in; its cases are (or were) tried; they are (or were) decided; somebody stopped it."""
NEW, FINE, APART, LEFT, WAITING, DONE, REFUSED = "new", "fine", "apart", "left", "waiting", "done", "refused"
"""A case is not yet tried; would be decided; stands out; is left out; waits to be decided; is; was refused."""


class TaskBatch(Base):
    """Tasks of one step with one form, ticked by one person. `data`: the answers, as JSON, once the form was filled in.

    `release_id`, `process_key`, `element_id`: where the form is found. `round` counts the dry runs: what an older one
    finds is of no account any more.
    """

    __tablename__ = "task_batch"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'trying', 'running', 'stopped')", name="state"),
        Index("ix_task_batch_made", "made_by", "made_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    made_by: Mapped[str] = mapped_column(String(32))
    made_at: Mapped[datetime] = mapped_column(AwareDateTime)
    programme: Mapped[str] = mapped_column(String(64))
    release_id: Mapped[str] = mapped_column(String(32))
    process_key: Mapped[str] = mapped_column(String(64))
    element_id: Mapped[str] = mapped_column(String(128))
    title: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(8))
    round: Mapped[int]
    data: Mapped[bytes | None] = mapped_column(LargeBinary, info=keys.sealed("task_batch", "data"))
    confirmed_at: Mapped[datetime | None] = mapped_column(AwareDateTime)


class TaskBatchItem(Base):
    """One case of a batch. `told`, as JSON: what the dry run found, then what became of it (`results.Told`)."""

    __tablename__ = "task_batch_item"
    __table_args__ = (
        CheckConstraint("state IN ('new', 'fine', 'apart', 'left', 'waiting', 'done', 'refused')", name="state"),
        UniqueConstraint("batch_id", "task_id"),
        Index("ix_task_batch_item_place", "batch_id", "place"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    batch_id: Mapped[str] = mapped_column(ForeignKey("task_batch.id"))
    place: Mapped[int]
    task_id: Mapped[str] = mapped_column(String(32))
    case_id: Mapped[str] = mapped_column(String(32))
    case_number: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(100))
    state: Mapped[str] = mapped_column(String(8))
    told: Mapped[bytes | None] = mapped_column(LargeBinary, info=keys.sealed("task_batch_item", "told"))
    done_at: Mapped[datetime | None] = mapped_column(AwareDateTime)
