"""Work items: what waits for a person. All columns of a list row are here, so that the inbox needs no join."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Index, LargeBinary, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import AwareDateTime, Base, Json, Money, keys, only

OPEN, DONE = text("status = 'open'"), text("status = 'done'")
OF_SOMEBODY = text("status = 'open' AND assignee_id IS NOT NULL")
_BY_DUE = ("rank", "sort_on", "id")


class WorkItem(Base):
    """`kind`: task, consult, sign, copy or returned; `status`: open, done or cancelled.

    `rank` puts what is urgent first (`core.priorities`). `amount` is what was decided or asked for last, in yuan.
    `asked`: something was asked of others about it (`Exchange`), so that most work asks for none of it.
    """

    __tablename__ = "work_item"
    __table_args__ = (
        # The columns behind the id are read by what counts tabs, which needs the index alone.
        Index("ix_work_item_candidate_open", "candidate", *_BY_DUE, "kind", "assignee_id", **only(OPEN)),
        Index("ix_work_item_candidate_arrived", "candidate", "created_at", "id", **only(OPEN)),
        Index("ix_work_item_office_open", "office_id", *_BY_DUE, "kind", **only(OPEN)),
        Index("ix_work_item_assignee_open", "assignee_id", *_BY_DUE, **only(OF_SOMEBODY)),
        Index("ix_work_item_due_open", "sort_on", "id", **only(OPEN)),
        Index("ix_work_item_closed_by", "closed_by", "closed_at", "id", **only(DONE)),
        Index("ix_work_item_case", "case_id", "status"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16), default="open")
    engine_task_id: Mapped[str | None] = mapped_column(String(64))
    element_id: Mapped[str] = mapped_column(String(128))
    item_key: Mapped[str | None] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(200))
    position: Mapped[str] = mapped_column(String(32))
    office_id: Mapped[str] = mapped_column(String(32))
    candidate: Mapped[str] = mapped_column(String(80))
    assignee_id: Mapped[str | None] = mapped_column(String(32))
    programme: Mapped[str] = mapped_column(String(64))
    case_number: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(100))
    county_id: Mapped[str | None] = mapped_column(String(32))
    township_id: Mapped[str | None] = mapped_column(String(32))
    village_id: Mapped[str | None] = mapped_column(String(32))
    clock_id: Mapped[str | None] = mapped_column(String(32))
    due_on: Mapped[date | None]
    sort_on: Mapped[date]
    rank: Mapped[int] = mapped_column(default=1, server_default="1")
    amount: Mapped[Decimal | None] = mapped_column(Money)
    detail: Mapped[Any | None] = mapped_column(Json)
    asked: Mapped[bool] = mapped_column(server_default=false())
    created_at: Mapped[datetime] = mapped_column(AwareDateTime)
    created_seq: Mapped[int | None]
    claimed_at: Mapped[datetime | None] = mapped_column(AwareDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(AwareDateTime)
    closed_seq: Mapped[int | None]
    closed_by: Mapped[str | None] = mapped_column(String(32))
    closed_by_name: Mapped[str | None] = mapped_column(String(50))


class Exchange(Base):
    """What somebody asks of others about a case, or tells them, with the answer.

    `kind`: consult (协办), sign (加签), question (to the applicant), copy (抄送), urge (催办) or comment (评论).
    `status`: open, done or withdrawn. `task_id` is the work it is about, `item_id` the work that it makes for somebody
    else. `agreed` says whether a signature was given. `pauses` is the reason for which the clocks stand still until the
    answer. What was typed is sealed.
    """

    __tablename__ = "exchange"
    __table_args__ = (
        Index("ix_exchange_case", "case_id", "asked_at"),
        Index("ix_exchange_task", "task_id", "kind"),
        Index("ix_exchange_item", "item_id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16))
    task_id: Mapped[str | None] = mapped_column(String(32))
    item_id: Mapped[str | None] = mapped_column(String(32))
    by_id: Mapped[str | None] = mapped_column(String(32))
    by_name: Mapped[str] = mapped_column(String(100))
    to_name: Mapped[str] = mapped_column(String(100))
    asked_at: Mapped[datetime] = mapped_column(AwareDateTime)
    text: Mapped[bytes] = mapped_column(LargeBinary, info=keys.sealed("exchange", "text"))
    pauses: Mapped[str | None] = mapped_column(String(100))
    agreed: Mapped[bool | None]
    answer: Mapped[bytes | None] = mapped_column(LargeBinary, info=keys.sealed("exchange", "answer"))
    answered_by: Mapped[str | None] = mapped_column(String(32))
    answered_name: Mapped[str | None] = mapped_column(String(100))
    answered_at: Mapped[datetime | None] = mapped_column(AwareDateTime)


class SavedView(Base):
    """A list as somebody wants to see it again: the `query` of its address, by a name of his own."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("user_id", "name"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(20))
    query: Mapped[str] = mapped_column(String(1000))
