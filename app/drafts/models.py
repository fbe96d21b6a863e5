"""The table of drafts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary, String, false
from sqlalchemy.orm import Mapped, mapped_column

from app.db import AwareDateTime, Base, keys


class Draft(Base):
    """What one owner typed about one subject; `branch` is "" for the form itself, `other` for what another tab typed.

    `owner`: `u:` and the person's id, `a:` and the hash of an applicant's code, "" for a draft that an older version
    kept for everybody. `subject`: `task:` and the item's id, `apply:` programme and place, else the kind of form and
    what it is about. `version`: the release of
    the form. `stuck`: the task was tried with it and waits for an incident. `content` is sealed as drafts of tasks
    were before this table, so that those came along.
    """

    __tablename__ = "draft"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    subject: Mapped[str] = mapped_column(String(160), index=True)
    owner: Mapped[str] = mapped_column(String(70), index=True)
    owner_name: Mapped[str] = mapped_column(String(50))
    branch: Mapped[str] = mapped_column(String(8))
    version: Mapped[str] = mapped_column(String(64))
    revision: Mapped[int]
    stuck: Mapped[bool] = mapped_column(server_default=false())
    saved_at: Mapped[datetime] = mapped_column(AwareDateTime, index=True)
    content: Mapped[bytes] = mapped_column(LargeBinary, info=keys.sealed("work_item", "draft"))
