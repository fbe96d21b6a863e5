"""Whose a piece of work is and who has signed for it, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from app.core.clock import local_date
from app.desk.blueprint import blueprint
from app.identity.positions import POSITIONS, title_at
from app.worklist.rows import Row


@blueprint.app_template_filter()
def signed(name: str, at: datetime | None) -> str:
    """``田长海已签收 · 10月12日``"""
    if at is None:
        return f"{name}已签收"
    day = local_date(at)
    return f"{name}已签收 · {day.month}月{day.day}日"


@blueprint.app_template_filter()
def groupby_kept(rows: Iterable[Any], name: str) -> list[tuple[Any, list[Any]]]:
    """Rows by an attribute, groups and rows in the order in which they come."""
    return [(key, list(group)) for key, group in groupby(rows, attrgetter(name))]


def post_of(row: Row, places: Mapping[str, str]) -> str:
    """Whose work it is, said by the kind of place: 村干部, 街道负责人. `places`: the names of regions by id."""
    known = POSITIONS.get(row.position)
    region = {"village": row.village_id, "township": row.township_id}.get(known.level if known else "")
    return title_at(row.position, places.get(region or "", ""))
