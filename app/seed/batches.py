"""The demo batches: drafted by a clerk, confirmed by a head and paid by finance, each at a time before today."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.clock import local_date
from app.core.money import to_money
from app.db import Database
from app.funds import bank, batch_lists, batches, listing, lists
from app.identity import appointed
from app.identity import queries as identity
from app.seed.data import read


def play_batches(database: Database, now: datetime) -> None:
    """A refusal is a mistake in `seed/batches.yaml` and is raised."""
    for entry in read("batches")["batches"]:
        with database.write() as session:
            _play(session, entry, now)


def _play(session: Session, entry: Mapping[str, Any], now: datetime) -> None:
    drafted, today = now - timedelta(days=entry["days"]), local_date(now)
    clerk = _holder(session, entry["region"], "county_clerk", today)
    batch_id = batches.draft(session, clerk, _spec(entry, today), drafted)
    for name, reason in entry.get("excluded", {}).items():
        lines = batch_lists.lines(session, batch_id, text=name)
        batches.exclude(session, clerk, batch_id, [line.id for line in lines], reason, drafted)
    if "confirmed" not in entry:
        return
    confirmed = now - timedelta(days=entry["confirmed"])
    batches.confirm(session, _holder(session, entry["region"], "county_head", today), batch_id, confirmed)
    if "proof" in entry:
        finance, mine = _holder(session, entry["region"], "finance", today), lists.OrderFilter(batch_id=batch_id)
        file_id = bank.make_file(session, finance, mine, None, confirmed + timedelta(days=1))
        bank.mark_file_paid(session, finance, file_id, entry["proof"], confirmed + timedelta(days=2))


def _spec(entry: Mapping[str, Any], today: date) -> listing.BatchSpec:
    return listing.BatchSpec(
        key=entry["key"],
        kind=entry["kind"],
        title=entry["title"],
        clause=entry["clause"],
        region_code=entry["region"],
        programmes=entry["programmes"],
        due_on=today + timedelta(days=entry["due_in"]),
        amount=to_money(entry["amount"]) if "amount" in entry else None,
        per=entry.get("per", "household"),
        split=entry.get("split"),
    )


def _holder(session: Session, region_code: str, position: str, on: date) -> Actor:
    chain = identity.chain_of_code(session, region_code, on)
    office = identity.offices_of(session, chain)[chain.nearest.level]
    actor = appointed.load_actor(session, appointed.holders(session, f"{position}@{office.id}", on)[0].user_id, on)
    assert actor is not None, "a holder is active"
    return actor
