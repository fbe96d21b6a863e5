"""A change in the sentences that a head of department signs: what it changes, and what that does to closed cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.changes import accepting, backtesting, queries, store
from app.changes.accepting import AcceptedView
from app.core.clock import local_date
from app.figures import queries as figures
from app.figures.catalogue import catalogue
from app.gate.summary import sentences
from app.identity import queries as identity

NOT_MADE = "没有按现在的内容做完回测，对已办结案件的影响不详"


@dataclass(frozen=True, slots=True)
class Summary:
    """`programmes`: title and sentences of each that was changed. `accepted`: outcomes that are meant to be others.

    `effect`: what the back-test found; whether it was made is said either way.
    """

    programmes: list[tuple[str, list[str]]]
    figures: list[str]
    accepted: list[AcceptedView]
    effect: str

    @property
    def is_empty(self) -> bool:
        return not self.programmes and not self.figures


def of_change(session: Session, change: Row[Any], now: datetime) -> Summary:
    """The summary of a change as it stands."""
    told = [
        (bundle.title, sentences(queries.base_files(session, bundle), store.files_of(session, bundle)))
        for bundle in store.bundles_of(session, change.id)
        if store.changed_hashes(session, bundle.id)
    ]
    since = change.in_force_from or date.min
    rows = sorted(
        store.figures_of(session, change.id), key=lambda row: (row.key, row.region_id, row.valid_from or since)
    )
    earlier = [None, *rows]  # those of one figure and region follow each other
    entered = [_figure(session, change, row, before, now) for row, before in zip(rows, earlier, strict=False)]
    accepted = accepting.accepted(session, change.id)
    return Summary([each for each in told if each[1]], entered, accepted, _effect(session, change.id))


def _figure(session: Session, change: Row[Any], row: Row[Any], earlier: Row[Any] | None, now: datetime) -> str:
    """当地标准（某县）由…改为…，自…起."""
    entry = catalogue(session).figures.get(row.key)
    chain = identity.chain(session, row.region_id)
    since: date | None = row.valid_from or change.in_force_from
    before = figures.in_force(session, chain.ids, (since or local_date(now)) - timedelta(days=1)).get(row.key)
    new, old = Decimal(row.value), before.value if before else None
    if earlier is not None and (earlier.key, earlier.region_id) == (row.key, row.region_id):
        old = Decimal(earlier.value)
    shown = entry.display if entry else str
    change_told = f"由{shown(old)}改为{shown(new)}" if old is not None else f"定为{shown(new)}"
    title = entry.title if entry else row.key
    day = f"{since:%Y年}{since.month}月{since.day}日" if since else "施行之日"
    return f"{title}（{chain.nearest.name}）{change_told}，自{day}起"


def _effect(session: Session, change_id: str) -> str:
    found = backtesting.newest(session, change_id)
    if found is None or found.is_outdated or not found.is_done:
        return NOT_MADE
    return found.sentence
