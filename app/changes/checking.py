"""The gate over the bundles of a change, in the background. What it finds holds for exactly what it looked at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Row, Table, delete, insert, select
from sqlalchemy.orm import Session

from app.changes import policy, store
from app.changes.models import ChangeCheck, ChangeProgress
from app.core.actor import Actor
from app.core.clock import local_date
from app.core.forking import Limits
from app.core.ids import digest, new_id
from app.db import Database
from app.definitions import receipts
from app.definitions import store as contents
from app.definitions.bundle import hash_of_names
from app.definitions.folder import STORIES
from app.gate import releases as gate
from app.gate.isolated import Outcome, Placed, World
from app.gate.parts import Progress, check_in_parts
from app.gate.reaching import in_order
from app.identity import queries as identity
from app.jobs import operations as jobs
from app.jobs import standing
from app.jobs.operations import DueJob
from app.jobs.runner import OutsideHandler

CHECK = "check_change"
RESULT: Table = ChangeCheck.__table__  # type: ignore[assignment]
PROGRESS: Table = ChangeProgress.__table__  # type: ignore[assignment]


PAUSE = timedelta(seconds=5)
"""How long after a save the check begins, so that it is not begun for every word."""


class Prepared(NamedTuple):
    """A bundle to be checked: what the check covers, the draft with its world for each place, the release below it.

    `content` names its files as they were.
    """

    bundle_id: str
    subject: receipts.Subject
    trials: list[tuple[Placed, World]]
    below: dict[str, bytes]
    content: str


def request(session: Session, actor: Actor, change_id: str, *, now: datetime) -> int:
    """Have every bundle checked that was not checked as it stands; how many. Raises NotFound, NotYours, Gone."""
    policy.open_to(session, actor, change_id)
    wanted = 0
    for bundle in store.bundles_of(session, change_id):
        subject = subject_of(session, bundle, local_date(now))
        if fitting(session, bundle.id, subject) is not None:
            continue
        if jobs.bring_forward(session, CHECK, bundle.id, now):
            wanted += 1
        elif not is_under_way(session, bundle.id):
            jobs.enqueue(session, CHECK, {}, now, f"{CHECK}:{new_id()}", reference=bundle.id)
            wanted += 1
    return wanted


def soon(session: Session, bundle_id: str, now: datetime) -> None:
    """Have a bundle checked that was just saved; what is being checked of it stops by itself."""
    if not standing.is_waiting(session, CHECK, bundle_id):
        jobs.enqueue(session, CHECK, {}, now + PAUSE, f"{CHECK}:{new_id()}", reference=bundle_id)


def progress_of(session: Session, bundle_id: str) -> Row[Any] | None:
    """How far the check is that is being done; None where nothing is known."""
    return session.execute(select(PROGRESS).where(PROGRESS.c.bundle_id == bundle_id)).one_or_none()


def is_under_way(session: Session, bundle_id: str) -> bool:
    """Whether a bundle is being checked, or waits for it."""
    return standing.is_under_way(session, CHECK, bundle_id)


def subject_of(session: Session, bundle: Row[Any], on: date) -> receipts.Subject:
    """What a check of the bundle would cover as it stands now."""
    scopes = [place.scope for place in store.places_of(session, bundle.id)]
    return receipts.subject(session, _content(session, bundle), scopes, on)


def fitting(session: Session, bundle_id: str, subject: receipts.Subject) -> Row[Any] | None:
    """The newest check of exactly this."""
    return _newest(session, bundle_id, subject._asdict())


def played_as(hashes: Mapping[str, str]) -> dict[str, str]:
    """By path of a story, what its outcome depends on: its own content and everything that is no story."""
    rest = hash_of_names({path: hash for path, hash in hashes.items() if not path.startswith(STORIES)})
    return {path: digest(f"{rest}{hash}".encode()) for path, hash in hashes.items() if path.startswith(STORIES)}


def last(session: Session, bundle_id: str, subject: receipts.Subject) -> Row[Any] | None:
    """The newest check of a bundle, of whatever content, where the rest of what it would cover is still the same."""
    same = {name: each for name, each in subject._asdict().items() if name != "content_hash"}
    return _newest(session, bundle_id, same)


def _newest(session: Session, bundle_id: str, covers: Mapping[str, Any]) -> Row[Any] | None:
    mine = select(RESULT).where(
        RESULT.c.bundle_id == bundle_id, *(RESULT.c[name] == value for name, value in covers.items())
    )
    return session.execute(mine.order_by(RESULT.c.checked_at.desc(), RESULT.c.id.desc()).limit(1)).one_or_none()


def handler(database: Database) -> OutsideHandler:
    """Who does the jobs of `request` and `soon`; where the bundle was saved again meanwhile, the newer job goes on."""

    def prepare(session: Session, job: DueJob, now: datetime) -> Prepared | None:
        return _prepare(session, job.reference or "", local_date(now))

    def do(job: DueJob, prepared: Prepared | None) -> tuple[Prepared, Outcome] | None:
        if prepared is None or not prepared.trials:
            return None
        stories = in_order(prepared.below, prepared.trials[0][0][1])
        outcome = check_in_parts(prepared.trials, stories, lambda progress: _go_on(database, prepared, progress))
        return (prepared, outcome) if outcome else None

    def finish(session: Session, job: DueJob, done: tuple[Prepared, Outcome] | None, now: datetime) -> None:
        session.execute(delete(PROGRESS).where(PROGRESS.c.bundle_id == job.reference))
        if done is not None:
            keep(session, *done, now)

    return OutsideHandler(do, prepare, finish, lease_seconds=4 * Limits().seconds)


def _go_on(database: Database, prepared: Prepared, progress: Progress) -> bool:
    """Keep how far it is. False where the bundle is not what is being checked any more."""
    mine = PROGRESS.c.bundle_id == prepared.bundle_id
    with database.write() as session:
        bundle = session.execute(select(store.BUNDLE).where(store.BUNDLE.c.id == prepared.bundle_id)).one_or_none()
        if bundle is None or _content(session, bundle) != prepared.content:
            return False
        session.execute(delete(PROGRESS).where(mine))
        session.execute(insert(PROGRESS).values(bundle_id=prepared.bundle_id, **progress._asdict()))
    return True


def _prepare(session: Session, bundle_id: str, on: date) -> Prepared | None:
    """None where the bundle was left out of its change meanwhile."""
    bundle = session.execute(select(store.BUNDLE).where(store.BUNDLE.c.id == bundle_id)).one_or_none()
    if bundle is None:
        return None
    below = contents.files_of(session, bundle.based_on) if bundle.based_on else {}
    return Prepared(
        bundle_id, subject_of(session, bundle, on), trials_of(session, bundle, on), below, _content(session, bundle)
    )


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


def _content(session: Session, bundle: Row[Any]) -> str:
    return hash_of_names(store.released_hashes(session, bundle))


def _codes(session: Session, bundle_id: str) -> list[str]:
    return [identity.region(session, place.scope).code for place in store.places_of(session, bundle_id)]


def keep(session: Session, prepared: Prepared, outcome: Outcome, now: datetime) -> None:
    """What was found holds for exactly what was looked at; of a story as long as it and the rules stay as they are."""
    stands = played_as({path: digest(content) for path, content in prepared.trials[0][0][1].items()})
    stories = [{**each, "as": stands.get(each["file"])} for each in outcome.stories]
    row = {
        "id": new_id(), "bundle_id": prepared.bundle_id, **prepared.subject._asdict(), "passed": outcome.passed,
        "findings": outcome.findings, "stories": stories,
        "reached": outcome.reached, "checked_at": now,
    }  # fmt: skip
    session.execute(insert(RESULT).values(row))
