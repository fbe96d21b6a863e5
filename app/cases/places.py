"""Free places in institutions are offered to those who wait (E12): the first in line begins the process `change`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.cases.effects.processes import START
from app.core.chinese import chinese_date
from app.core.clock import local_date
from app.jobs import operations as jobs
from app.registry import houses, place_line


def offer_free_places(session: Session, now: datetime) -> None:
    """As many of those in line as there are free places in their county are offered one.

    Whoever waits by an application is placed in its own case. Whoever is offered a place and neither takes it nor
    leaves the line is asked again in the next month.
    """
    today, found = local_date(now), list[jobs.NewJob]()
    for county_id, free in houses.free_places(session).items():
        line = place_line.waiting_for_place(session, county_id, limit=free)
        for waiting in (each for each in line if each.award_id is not None):
            told = (
                f"机构有空床位：{waiting.name or '当事人'}从{chinese_date(waiting.since)}起轮候，请征求意见并办理变更"
            )
            payload: dict[str, Any] = {"award_id": waiting.award_id, "process": "change", "data": {}, "told": told}
            dedup = f"place:{waiting.award_id}:{today:%Y-%m}"
            found.append(jobs.NewJob(START, payload, now, dedup))
    jobs.enqueue_all(session, found)
