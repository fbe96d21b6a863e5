"""Figures that nobody decided on here: what the product brings, and what a demo world or a story takes for granted."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import audit
from app.core.actor import SYSTEM
from app.core.errors import Invalid
from app.figures import catalogue as stored
from app.figures import store
from app.figures.catalogue import catalogue
from app.figures.entering import number_of
from app.figures.entries import LONG_AGO, Entry
from app.figures.models import DEMO, EVERYWHERE, IN_FORCE, PEOPLE, PRODUCT, STORY
from app.figures.operations import AUDIT_CHAIN
from app.figures.store import FIGURE
from app.identity import operations as identity

__all__ = ["DEMO", "PEOPLE", "STORY", "enter_defaults", "establish", "seed_defaults"]


def seed_defaults(session: Session, now: datetime) -> None:
    """Seed the catalogue, and enter its defaults."""
    stored.seed(session, now)
    enter_defaults(session, now)


def enter_defaults(session: Session, now: datetime, origin: str = PRODUCT) -> None:
    """Enter the catalogue's defaults that were never entered; what owners entered or corrected stays.

    Their regions are opened where they are missing. `origin` PEOPLE: two of them approved the release that brings them.
    """
    known = {tuple(row) for row in session.execute(select(FIGURE.c.key, FIGURE.c.scope, FIGURE.c.valid_from))}
    rows = []
    for entry in catalogue(session).figures.values():
        for default in entry.defaults:
            region = identity.ensure_region(session, default.region) if default.region else None
            if (entry.key, region.id if region else EVERYWHERE, default.valid_from) not in known:
                told = {"reason": default.note, "origin": origin, "state": IN_FORCE}
                rows.append(store.row_of(entry, region, default.value, default.valid_from, now, **told))
    if rows:
        store.write(session, *rows)


def establish(
    session: Session,
    key: str,
    region_code: str,
    value: Any,
    *,
    origin: str,
    now: datetime,
    valid_from: date = LONG_AGO,
    **told: Any,
) -> None:
    """Put a figure in force as part of a world that begins so (`origin`: DEMO or STORY), which the row keeps.

    Nobody is asked, no floor refuses, no award is recalculated; the region is opened where it is missing, and what the
    product brought for the key and region gives way, so that what a story says is all that holds. A story may bring a
    figure that only its own draft reads. `told` takes `valid_until`, `clause`, `reason`.
    """
    store.take_turn(session)
    entry = catalogue(session).figures.get(key) or Entry(key, key, "multiple", "reference", "", (), ())
    region = identity.ensure_region(session, region_code)
    store.supersede(session, now, key, region.id, FIGURE.c.origin == PRODUCT)
    given = {name: each for name, each in told.items() if each is not None}
    number = number_of(value, entry)
    if not number.is_finite():
        raise Invalid({"value": f"“{entry.title}”应填写数字"})
    row = store.row_of(entry, region, number, valid_from, now, origin=origin, state=IN_FORCE, **given)
    store.write(session, row)
    known = {"key": key, "region": region_code, "value": row["value"], "valid_from": valid_from, "origin": origin}
    audit.append(session, AUDIT_CHAIN, "figure_established", SYSTEM, known, row["id"], now, shared=True)
