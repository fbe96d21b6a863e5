"""The figures of a change as a grid: of one region every figure, or of one figure every region below."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.changes import policy, store
from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import Invalid
from app.figures import queries as figures
from app.figures.catalogue import catalogue
from app.figures.entries import LONG_AGO, Check, Entry
from app.identity import choosing
from app.identity import queries as identity


@dataclass(frozen=True, slots=True)
class Coming:
    """A value that is decided already and begins later."""

    display: str
    since: date


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure at a region. `now` is "" where nothing holds; `since` None: always; `origin` names the wider region that
    it comes from, "" for one of the region's own. `floors` forbid what does not keep them. `value` and `day` are what
    the change enters ("" nothing).
    """

    entry: Entry
    region: str
    place: str
    now: str
    since: date | None
    origin: str
    coming: tuple[Coming, ...]
    floors: tuple[Check, ...]
    value: str
    day: date | None

    @property
    def name(self) -> str:
        return cell_name(self.entry.key, self.region)


@dataclass(frozen=True, slots=True)
class Grid:
    """`places` may be chosen (code and name); `region` and `key` are, `key` "" for every figure of the region."""

    places: list[tuple[str, str]]
    entries: list[Entry]
    region: str
    key: str
    cells: list[Cell]


def cell_name(key: str, region: str) -> str:
    """How a form calls a cell."""
    return f"{key}@{region}"


def grid(session: Session, actor: Actor, change_id: str, region: str, key: str, now: datetime) -> Grid:
    """The grid at a region, by default where the actor drafts. Raises NotYours, Invalid (region, key)."""
    policy.require_reader(session, actor)
    today = local_date(now)
    places = choosing.regions_within(session, actor, policy.DRAFTS, today)
    region = region or places[0][0]
    if region not in dict(places):
        raise Invalid({"region": "这个地区的标准不由您修改，请从列表中选择地区"})
    entries = sorted(catalogue(session).figures.values(), key=_order)
    if key and key not in catalogue(session).figures:
        raise Invalid({"key": f"没有名为“{key}”的标准，请从列表中选择"})
    chosen = [each for each in entries if each.key == key] if key else entries
    chains = [identity.chain_by_code(session, region, today)]
    if key:
        chains += [identity.chain(session, each.id) for each in identity.children(session, chains[0].nearest.id, today)]
    entered = {(row.key, row.region_id): row for row in store.figures_of(session, change_id)}
    cells = [cell for chain in chains for cell in _cells(session, chain, chosen, entered, today)]
    return Grid(places, entries, region, key, cells)


def _order(entry: Entry) -> tuple[str, bytes]:
    """By kind, then as in a dictionary: GB 18030 begins with GB 2312, whose common characters stand by their pinyin."""
    return entry.kind, entry.title.encode("gb18030")


def _cells(
    session: Session, chain: identity.RegionChain, entries: Sequence[Entry],
    entered: Mapping[tuple[str, str], Row[Any]], today: date,
) -> Iterator[Cell]:  # fmt: skip
    holds = figures.in_force(session, chain.ids, today)
    coming = figures.coming(session, chain.ids, today, entries[0].key if len(entries) == 1 else None)
    names, code = {ref.code: ref.name for ref in chain.refs}, chain.nearest.code
    for entry in entries:
        found, mine = holds.get(entry.key), entered.get((entry.key, chain.nearest.id))
        origin = "" if found is None or found.region == code else names.get(found.region or "", "全国")
        day = mine.valid_from or today if mine else today
        yield Cell(
            entry, code, chain.nearest.name,
            entry.display(found.value) if found else "",
            found.valid_from if found and found.valid_from > LONG_AGO else None,
            origin,
            tuple(Coming(entry.display(each.value), each.valid_from) for each in coming if each.key == entry.key),
            tuple(each for each in entry.checks if each.refuses and each.applies(frozenset(names), day)),
            _typed(entry, mine.value) if mine else "", mine.valid_from if mine else None,
        )  # fmt: skip


def _typed(entry: Entry, value: str) -> str:
    """The value as somebody would type it."""
    return entry.display(Decimal(value)) if entry.unit == "share" else value
