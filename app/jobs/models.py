"""The table of due work: timers, outbox, retries, dead letters."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Float, Index, Integer, LargeBinary, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.ids import new_id
from app.db import AwareDateTime, Base, keys, only

READY = text("state = 'ready'")
ANY_LANE = text("state = 'ready' AND attempts >= 0")
"""Always so of what is ready. An index that says so serves only who asks for it: else PostgreSQL walks it, over work
of all other lanes, for what the lane's own index gives at once.
"""
RUNNING = text("state = 'running'")
DEAD = text("state = 'dead'")


SPLIT = ":"


def lane_of(kind: str, county: str | None = None) -> str:
    """The name of the lane of a kind of work, or of a county's share of it."""
    return f"{kind}{SPLIT}{county}" if county else kind


def county_of(lane: str) -> str | None:
    """The county's id in the name of a lane; None of one that all share."""
    return lane.partition(SPLIT)[2] or None


def _lane(context: Any) -> str:
    return lane_of(context.get_current_parameters()["kind"])


class Job(Base):
    """One piece of due work. `due` is the injected clock's time, `lease_until` the database's own (epoch seconds).

    `lane`: in which queue it stands (`app.jobs.lanes`).
    """

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("state IN ('ready', 'running', 'done', 'dead', 'cancelled')", name="state"),
        CheckConstraint("priority BETWEEN -1 AND 1", name="priority"),
        Index("ix_job_ready", "priority", "lane", "due", "id", **only(READY)),
        Index("ix_job_due", "due", **only(ANY_LANE)),
        Index("ix_job_ready_case", "case_id", "kind", **only(READY)),
        Index("ix_job_running", "lease_until", **only(RUNNING)),
        Index("ix_job_dead", "id", **only(DEAD)),
        Index("ix_job_finished_at", "finished_at", **only("finished_at IS NOT NULL")),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(40))
    lane: Mapped[str] = mapped_column(String(80), default=_lane, server_default="")
    case_id: Mapped[str | None] = mapped_column(String(32))
    case_seq: Mapped[int | None] = mapped_column(Integer)
    reference: Mapped[str | None] = mapped_column(String(64))
    payload: Mapped[bytes | None] = mapped_column(LargeBinary, info=keys.sealed("job", "payload"))
    due: Mapped[datetime] = mapped_column(AwareDateTime)
    priority: Mapped[int] = mapped_column(SmallInteger, default=0)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    max_attempts: Mapped[int] = mapped_column(Integer)
    owner: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[float | None] = mapped_column(Float(53))
    state: Mapped[str] = mapped_column(String(9), default="ready")
    error: Mapped[bytes | None] = mapped_column(LargeBinary, info=keys.sealed("job", "error"))
    dedup: Mapped[str | None] = mapped_column(String(120), unique=True)
    finished_at: Mapped[datetime | None] = mapped_column(AwareDateTime)
