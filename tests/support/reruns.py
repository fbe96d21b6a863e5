"""Every recorded decision of a database, run again under the release it was taken by."""

from __future__ import annotations

from sqlalchemy import select

from app.cases import decisions
from app.cases.models import DecisionRecord
from app.cases.rerun import Rerun, rerun
from app.db import Database
from app.definitions.store import bundle_by_id


def run_again(database: Database) -> list[Rerun]:
    with database.read() as session:
        ids = session.scalars(select(DecisionRecord.id)).all()
        records = [record for each in ids for record in decisions.find(session, each)]
        return [rerun(record, bundle_by_id(session, record.release_id)) for record in records]


def faults(found: list[Rerun]) -> list[str]:
    """What did not come out as it was recorded, for the eye."""
    return [
        f"{each.record.decision}: {each.verdict} {each.unknown} {each.reason} {each.recorded} → {each.now}"
        for each in found
        if each.verdict != "same"
    ]
