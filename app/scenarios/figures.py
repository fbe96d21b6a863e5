"""The step `figure`: an owner enters a figure, another confirms it where it waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import Invalid
from app.figures import operations as figures
from app.scenarios.format import Wrong, moment

COUNTY_DIGITS = 6


def region_of(data: dict[str, Any], story_region: str) -> str:
    """The code of the region that a step enters a figure for: by default the story's county."""
    return str(data.get("region") or story_region[:COUNTY_DIGITS])


def day_of(value: Any, otherwise: date) -> date:
    """A day of a story, quoted or not; `otherwise` where it names none. Raises Invalid (`from`)."""
    if value is None:
        return otherwise
    try:
        return local_date(moment(value))
    except Wrong as error:
        raise Invalid({"from": "应写作 2021-01-01"}) from error


def enter(session: Session, owners: Sequence[Actor], data: dict[str, Any], region: str, now: datetime) -> None:
    """As the first of the owners, confirmed by the second. Raises what `figures.propose` and `confirm` raise."""
    given = {name: data[name] for name in ("clause",) if name in data}
    entered = figures.propose(
        session, owners[0], str(data.get("key") or ""), region, data.get("value"),
        valid_from=day_of(data.get("from"), local_date(now)),
        reason=str(data.get("reason") or "故事中未写明理由"), now=now, **given,
    )  # fmt: skip
    if not entered.counts:
        figures.confirm(session, owners[1], entered.id, now=now)
