"""Entering figures: who may, what is possible, and the floors that the law sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app import audit
from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import Invalid
from app.core.ids import new_id
from app.figures import catalogue as stored
from app.figures.catalogue import catalogue
from app.figures.entries import LONG_AGO, UNITS, Entry
from app.figures.errors import FigureMissing
from app.figures.models import EVERYWHERE, Figure
from app.figures.reader import FigureReader
from app.identity import operations as identity_operations
from app.identity import policy
from app.identity import queries as identity

AUDIT_CHAIN = "figures"


@dataclass(frozen=True, slots=True)
class Entered:
    """`notes`: what the person who entered it should know (advice, checks that could not be made)."""

    id: str
    notes: tuple[str, ...] = ()


def set_figure(
    session: Session,
    actor: Actor,
    key: str,
    region_code: str,
    value: Any,
    *,
    now: datetime,
    valid_from: date = LONG_AGO,
    valid_until: date | None = None,
    clause: str | None = None,
    note: str | None = None,
    checked: bool = True,
) -> Entered:
    """Enter a figure for a region and everything below it, from a day on.

    An entry for the same key, region and day is superseded, never changed. `clause` defaults to the catalogue's.
    Raises NotYours (the actor may not enter figures for the region), NotFound (region), Invalid (`key`, `value`,
    `valid_until`, `clause`; a floor that is not kept, with its clause).

    `checked=False` is for stories: the region is opened where it is missing, floors do not refuse, and seeded values of
    the same key and region give way, so that what a story says is all that holds.
    """
    entry = _entry(session, key, checked)
    number = _number(value, entry)
    _require_sound(session, entry, number, valid_from, valid_until, clause)
    region, notes = _place(session, actor, entry, region_code, number, valid_from, now, checked)
    row = _row(entry, region, number, valid_from, now)
    row |= {"valid_until": valid_until, "note": note, "entered_by": actor.user_id, "clause": clause or entry.clause}
    _supersede(session, now, Figure.key == key, Figure.scope == region.id, Figure.valid_from == valid_from)
    if not checked:
        _supersede(session, now, Figure.key == key, Figure.scope == region.id, Figure.seeded)
    session.execute(insert(Figure), [row])
    told = {"key": key, "region": region.code, "value": number, "valid_from": valid_from, "valid_until": valid_until}
    audit.append(session, AUDIT_CHAIN, "figure_entered", actor, told, row["id"], now, shared=True)
    return Entered(row["id"], notes)


def _place(
    session: Session,
    actor: Actor,
    entry: Entry,
    region_code: str,
    number: Decimal,
    valid_from: date,
    now: datetime,
    checked: bool,
) -> tuple[Any, tuple[str, ...]]:
    """The region of the entry, once the actor and the floors allow it there, and what to tell the actor."""
    if not checked:
        return identity_operations.ensure_region(session, region_code), ()
    region = identity.region_by_code(session, region_code, local_date(now))
    chain = identity.chain(session, region.id)
    policy.require_covers(session, actor, chain, "enter_figures")
    return region, _check(session, entry, number, chain, valid_from)


def seed_defaults(session: Session, now: datetime) -> None:
    """Seed the catalogue, and enter its defaults that were never entered; what owners entered or corrected stays.

    Their regions are opened where they are missing.
    """
    stored.seed(session, now)
    known = {tuple(row) for row in session.execute(select(Figure.key, Figure.scope, Figure.valid_from))}
    rows = []
    for entry in catalogue(session).figures.values():
        for default in entry.defaults:
            region = identity_operations.ensure_region(session, default.region) if default.region else None
            scope = region.id if region else EVERYWHERE
            if (entry.key, scope, default.valid_from) not in known:
                row = _row(entry, region, default.value, default.valid_from, now)
                rows.append({**row, "note": default.note, "seeded": True})
    if rows:
        session.execute(insert(Figure), rows)


def _entry(session: Session, key: str, checked: bool) -> Entry:
    known = catalogue(session).figures
    entry = known.get(key)
    if entry is not None:
        return entry
    if not checked:
        # A story may bring a figure that only its own draft diagram reads.
        return Entry(key, key, "multiple", "reference", "", (), ())
    near = get_close_matches(key, known, 1)
    hint = f"，是否指“{near[0]}”（{known[near[0]].title}）？" if near else "，请从参数列表中选择"
    raise Invalid({"key": f"没有名为“{key}”的参数{hint}"})


def _number(value: Any, entry: Entry) -> Decimal:
    """The value as entered or as YAML gives it; a switch may be true or false."""
    if isinstance(value, bool) and entry.unit == "switch":
        return Decimal(int(value))
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or isinstance(value, bool):
        raise Invalid({"value": f"“{entry.title}”应填写数字"})
    return number


def _require_sound(
    session: Session, entry: Entry, number: Decimal, valid_from: date, valid_until: date | None, clause: str | None
) -> None:
    faults = {}
    fault = UNITS[entry.unit].fault(number) if entry.key in catalogue(session).figures else None
    if fault:
        faults["value"] = f"“{entry.title}”{fault}"
    if valid_until is not None and valid_until <= valid_from:
        faults["valid_until"] = "失效日期应晚于生效日期"
    if clause is not None and clause not in catalogue(session).clauses:
        faults["clause"] = f"没有编号为“{clause}”的条款，请从条款列表中选择"
    if faults:
        raise Invalid(faults)


def _check(
    session: Session, entry: Entry, number: Decimal, chain: identity.RegionChain, valid_from: date
) -> tuple[str, ...]:
    """Hold the floors; returns advice, and the checks whose figure is missing."""
    codes = frozenset(ref.code for ref in chain.refs)
    notes = []
    figure = FigureReader(session, chain.ids, valid_from, chain.full_name)
    scope: Mapping[str, Any] = {"value": number, "month12": number * 12, "figure": figure}
    for check in entry.checks:
        if not check.applies(codes, valid_from):
            continue
        try:
            kept = check.expect.evaluate(scope)
        except FigureMissing as missing:
            notes.append(f"未能核对“{check.message}”：缺少“{missing.title}”（{missing.key}）")
            continue
        if kept is True:
            continue
        if check.refuses:
            raise Invalid({"value": f"{check.message}（{check.clause}）"}, clause=check.clause)
        notes.append(f"{check.message}（{check.clause}）")
    return tuple(notes)


def _row(entry: Entry, region: Any, number: Decimal, valid_from: date, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "key": entry.key,
        "region_id": region.id if region else None,
        "region_code": region.code if region else None,
        "scope": region.id if region else EVERYWHERE,
        "value": number,
        "valid_from": valid_from,
        "unit": entry.unit,
        "clause": entry.clause,
        "entered_at": now,
    }


def _supersede(session: Session, now: datetime, *conditions: Any) -> None:
    in_use = update(Figure).where(*conditions, Figure.superseded_at.is_(None))
    session.execute(in_use.values(superseded_at=now).execution_options(synchronize_session=False))
