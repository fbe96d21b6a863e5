"""Work items: what waits for a person. All columns of a list row are here, so that the inbox needs no join."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import AwareDateTime, Base, Json, keys

OPEN = text("status = 'open'")


class WorkItem(Base):
    """`kind`: task, consult, copy, owed, visit or incident; `status`: open, done or cancelled."""

    __tablename__ = "work_item"
    __table_args__ = (
        Index("ix_work_item_candidate_open", "candidate", "sort_on", "id", postgresql_where=OPEN, sqlite_where=OPEN),
        Index("ix_work_item_county_open", "county_id", "sort_on", "id", postgresql_where=OPEN, sqlite_where=OPEN),
        Index("ix_work_item_township_open", "township_id", "sort_on", "id", postgresql_where=OPEN, sqlite_where=OPEN),
        Index("ix_work_item_due_open", "sort_on", "id", postgresql_where=OPEN, sqlite_where=OPEN),
        Index("ix_work_item_assignee_open", "assignee_id", "sort_on", "id", postgresql_where=OPEN, sqlite_where=OPEN),
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
    draft: Mapped[bytes | None] = mapped_column(LargeBinary, info=keys.sealed("work_item", "draft"))
    detail: Mapped[Any | None] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(AwareDateTime)
    created_seq: Mapped[int | None]
    claimed_at: Mapped[datetime | None] = mapped_column(AwareDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(AwareDateTime)
    closed_seq: Mapped[int | None]
    closed_by: Mapped[str | None] = mapped_column(String(32))
    closed_by_name: Mapped[str | None] = mapped_column(String(50))
