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

_LONGEST_PLACE = 4


@dataclass(frozen=True, slots=True)
class Coming:
    """A value that is decided already and begins later."""

    display: str
    since: date


@dataclass(frozen=True, slots=True)
class Put:
    """What the change enters, as somebody would type it; `day` None: from its own day on."""

    value: str
    day: date | None


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure at a region. `now` is "" where nothing holds; `since` None: always; `origin` names the wider region that
    it comes from, "" for one of the region's own. `floors` forbid what does not keep them. `entered` is what the change
    enters, by day.
    """

    entry: Entry
    region: str
    place: str
    now: str
    since: date | None
    origin: str
    coming: tuple[Coming, ...]
    floors: tuple[Check, ...]
    entered: tuple[Put, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """`places` may be chosen (code and name); `region` and `key` are, `key` "" for every figure of the region."""

    places: list[tuple[str, str]]
    entries: list[Entry]
    region: str
    key: str
    cells: list[Cell]


def cell_name(key: str, region: str, place: int = 1) -> str:
    """How a form calls a value of a cell: the first by the cell alone, further ones with their place."""
    return f"{key}@{region}" if place == 1 else f"{key}@{region}#{place}"


def named(name: str) -> tuple[str, str, int]:
    """The inverse: key, region and place (0 where the name is none of ours)."""
    key, _, rest = name.partition("@")
    region, marked, place = rest.partition("#")
    return key, region, (int(place) if place.isdecimal() and len(place) < _LONGEST_PLACE else 0) if marked else 1


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
    entered: dict[tuple[str, str], list[Row[Any]]] = {}
    for row in store.figures_of(session, change_id):
        entered.setdefault((row.key, row.region_id), []).append(row)
    cells = [cell for chain in chains for cell in _cells(session, chain, chosen, entered, today)]
    return Grid(places, entries, region, key, cells)


def _order(entry: Entry) -> tuple[str, bytes]:
    """By kind, then as in a dictionary: GB 18030 begins with GB 2312, whose common characters stand by their pinyin."""
    return entry.kind, entry.title.encode("gb18030")


def _cells(
    session: Session, chain: identity.RegionChain, entries: Sequence[Entry],
    entered: Mapping[tuple[str, str], Sequence[Row[Any]]], today: date,
) -> Iterator[Cell]:  # fmt: skip
    holds = figures.in_force(session, chain.ids, today)
    coming = figures.coming(session, chain.ids, today, entries[0].key if len(entries) == 1 else None)
    names, code = {ref.code: ref.name for ref in chain.refs}, chain.nearest.code
    for entry in entries:
        found, mine = holds.get(entry.key), entered.get((entry.key, chain.nearest.id), ())
        origin = "" if found is None or found.region == code else names.get(found.region or "", "全国")
        day = mine[0].valid_from or today if mine else today
        yield Cell(
            entry, code, chain.nearest.name,
            entry.display(found.value) if found else "",
            found.valid_from if found and found.valid_from > LONG_AGO else None,
            origin,
            tuple(Coming(entry.display(each.value), each.valid_from) for each in coming if each.key == entry.key),
            tuple(each for each in entry.checks if each.refuses and each.applies(frozenset(names), day)),
            tuple(Put(_typed(entry, row.value), row.valid_from) for row in mine),
        )  # fmt: skip


def _typed(entry: Entry, value: str) -> str:
    """The value as somebody would type it."""
    return entry.display(Decimal(value)) if entry.unit == "share" else value
