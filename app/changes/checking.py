"""The gate over the bundles of a change, in the background. What it finds holds for exactly what it looked at."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, Table, insert, select
from sqlalchemy.orm import Session

from app.changes import policy, store
from app.changes.models import ChangeCheck
from app.core.actor import Actor
from app.core.clock import local_date
from app.core.forking import Limits
from app.core.ids import new_id
from app.definitions import receipts
from app.definitions.bundle import hash_of_names
from app.gate import releases as gate
from app.gate.isolated import Outcome, Placed, World
from app.identity import queries as identity
from app.jobs import operations as jobs
from app.jobs import standing
from app.jobs.operations import DueJob
from app.jobs.runner import OutsideHandler

CHECK = "check_change"
RESULT: Table = ChangeCheck.__table__  # type: ignore[assignment]


class Prepared(NamedTuple):
    """A bundle to be checked: what the check covers, and the draft with its world for each place that differs."""

    bundle_id: str
    subject: receipts.Subject
    trials: list[tuple[Placed, World]]


def request(session: Session, actor: Actor, change_id: str, *, now: datetime) -> int:
    """Have every bundle checked that was not checked as it stands; how many. Raises NotFound, NotYours, Gone."""
    policy.open_to(session, actor, change_id)
    wanted = 0
    for bundle in store.bundles_of(session, change_id):
        subject = subject_of(session, bundle, local_date(now))
        if fitting(session, bundle.id, subject) is None and not is_under_way(session, bundle.id):
            jobs.enqueue(session, CHECK, {}, now, f"{CHECK}:{new_id()}", reference=bundle.id)
            wanted += 1
    return wanted


def is_under_way(session: Session, bundle_id: str) -> bool:
    """Whether a bundle is being checked, or waits for it."""
    return standing.is_under_way(session, CHECK, bundle_id)


def subject_of(session: Session, bundle: Row[Any], on: date) -> receipts.Subject:
    """What a check of the bundle would cover as it stands now."""
    scopes = [place.scope for place in store.places_of(session, bundle.id)]
    return receipts.subject(session, hash_of_names(store.released_hashes(session, bundle)), scopes, on)


def fitting(session: Session, bundle_id: str, subject: receipts.Subject) -> Row[Any] | None:
    """The newest check of exactly this."""
    mine = select(RESULT).where(
        RESULT.c.bundle_id == bundle_id, *(RESULT.c[name] == value for name, value in subject._asdict().items())
    )
    return session.execute(mine.order_by(RESULT.c.checked_at.desc(), RESULT.c.id.desc()).limit(1)).one_or_none()


def handler() -> OutsideHandler:
    """Who does the jobs of `request`."""

    def prepare(session: Session, job: DueJob, now: datetime) -> Prepared | None:
        return _prepare(session, job.reference or "", local_date(now))

    def do(job: DueJob, prepared: Prepared | None) -> tuple[Prepared, Outcome] | None:
        return (prepared, gate.run(prepared.trials)) if prepared else None

    def finish(session: Session, job: DueJob, done: tuple[Prepared, Outcome] | None, now: datetime) -> None:
        if done is not None:
            keep(session, *done, now)

    return OutsideHandler(do, prepare, finish, lease_seconds=4 * Limits().seconds)


def _prepare(session: Session, bundle_id: str, on: date) -> Prepared | None:
    """None where the bundle was left out of its change meanwhile."""
    bundle = session.execute(select(store.BUNDLE).where(store.BUNDLE.c.id == bundle_id)).one_or_none()
    if bundle is None:
        return None
    return Prepared(bundle_id, subject_of(session, bundle, on), trials_of(session, bundle, on))


def trials_of(session: Session, bundle: Row[Any], on: date) -> list[tuple[Placed, World]]:
    """A bundle as it stands with its world, for each place that differs; the others of its change are beside it."""
    codes = _codes(session, bundle.id)
    beside = [
        (code, store.files_of(session, other))
        for other in store.bundles_of(session, bundle.change_id) if other.id != bundle.id
        for code in _codes(session, other.id)
    ]  # fmt: skip
    files, letters = store.released_files(session, bundle), gate.library_at(session, codes, on)
    return gate.trials(session, files, letters, on, beside=beside)


def _codes(session: Session, bundle_id: str) -> list[str]:
    return [identity.region(session, place.scope).code for place in store.places_of(session, bundle_id)]


def keep(session: Session, prepared: Prepared, outcome: Outcome, now: datetime) -> None:
    """What was found holds for exactly what was looked at."""
    row = {
        "id": new_id(), "bundle_id": prepared.bundle_id, **prepared.subject._asdict(), "passed": outcome.passed,
        "findings": outcome.findings, "stories": outcome.stories, "checked_at": now,
    }  # fmt: skip
    session.execute(insert(RESULT).values(row))
