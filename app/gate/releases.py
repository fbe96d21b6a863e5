"""Checking a release of the installation: what is looked up before the child runs, and the receipt after it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from app.core.actor import SYSTEM, Actor
from app.core.clock import local_date
from app.core.errors import Gone
from app.core.forking import Limits
from app.db import Database
from app.definitions import lists, news, queries, receipts, standing, store
from app.definitions.letters import Letter, as_files
from app.definitions.names import EVERYWHERE
from app.figures.catalogue import catalogue
from app.gate.isolated import Outcome, Placed, World, check_isolated
from app.identity import queries as identity
from app.jobs.operations import DueJob
from app.jobs.runner import OutsideHandler


class Prepared(NamedTuple):
    """A release to be checked: what its receipt covers, and the draft with its world for each place that differs."""

    release_id: str
    subject: receipts.Subject
    trials: list[tuple[Placed, World]]


def check(database: Database, actor: Actor, release_id: str, now: datetime) -> Outcome:
    """Check a release and keep the receipt. No transaction is open while the child works. Raises NotFound, Gone."""
    with database.read() as session:
        prepared = _prepare(session, release_id, local_date(now))
    outcome = run(prepared.trials)
    with database.write() as session:
        if receipts.subject_of(session, release_id, local_date(now)) != prepared.subject:
            raise Gone("检查期间标准目录或文书库变了，请再检查一次")
        _keep(session, actor, prepared, outcome, now)
    return outcome


def world_at(session: Session, region_code: str, now: datetime) -> World:
    """What a folder would meet if it were published for a region ("": everywhere). Raises NotFound."""
    on = local_date(now)
    return _world(session, "", queries.library(session, _chain(session, region_code, on), on), on)


def recheck(database: Database, actor: Actor, now: datetime) -> list[str]:
    """Check again at once what is in force and whose receipt does not fit any more; the ids."""
    with database.read() as session:
        stale = lists.to_check(session, local_date(now))
    for release_id in stale:
        check(database, actor, release_id, now)
    return stale


def rechecking() -> OutsideHandler:
    """Who does the jobs of `definitions.rechecks`."""

    def prepare(session: Session, job: DueJob, now: datetime) -> Prepared:
        return _prepare(session, job.reference or "", local_date(now))

    def finish(session: Session, job: DueJob, done: tuple[Prepared, Outcome], now: datetime) -> None:
        _keep(session, SYSTEM, *done, now)

    lease = 4 * Limits().seconds
    return OutsideHandler(lambda job, prepared: (prepared, run(prepared.trials)), prepare, finish, lease_seconds=lease)


def trials(
    session: Session, files: Mapping[str, bytes], letters: Mapping[str, Mapping[str, Letter]], on: date, *,
    instead_of: str = "", beside: Sequence[Placed] = (),
) -> list[tuple[Placed, World]]:  # fmt: skip
    """Files with their world for each place that differs. `letters`: the library's that they have, by region code.

    `instead_of` is a release that is not there, `beside` what else would be published with them.
    """
    found: list[tuple[Placed, World]] = []
    for code, library in letters.items():
        world = _world(session, instead_of, library, on, beside)
        if all(world.letters != other.letters for _, other in found):
            found.append(((code, files), world))
    return found


def library_at(session: Session, codes: Iterable[str], on: date) -> dict[str, Mapping[str, Letter]]:
    """By region code, the letters of the library that a draft would have there; "" is everywhere."""
    return {code: queries.library(session, _chain(session, code, on), on) for code in codes}


def run(prepared: Iterable[tuple[Placed, World]], *, stories: bool = True, limits: Limits | None = None) -> Outcome:
    """Check every trial in the child. No transaction should be open meanwhile."""
    return Outcome.of_all(check_isolated(draft, world, limits, stories=stories) for draft, world in prepared)


def _prepare(session: Session, release_id: str, on: date) -> Prepared:
    subject, files = receipts.subject_of(session, release_id, on), store.files_of(session, release_id)
    letters = _libraries(session, release_id, on)
    return Prepared(release_id, subject, trials(session, files, letters, on, instead_of=release_id))


def _keep(session: Session, actor: Actor, prepared: Prepared, outcome: Outcome, now: datetime) -> None:
    receipts.keep(session, actor, prepared.release_id, prepared.subject, outcome, now)
    if not outcome.passed:
        news.tell_failed(session, actor, prepared.release_id, now)


def _libraries(session: Session, release_id: str, on: date) -> dict[str, Mapping[str, Letter]]:
    """By place, the letters that the release has there besides its own, or would have if it were approved."""
    found = library_at(session, standing.region_codes(session, release_id) or [""], on)
    for scope, letters in store.pinned(session, release_id).items():
        found["" if scope == EVERYWHERE else identity.region(session, scope).code] = letters
    return found


def _world(
    session: Session, release_id: str, letters: Mapping[str, Letter], on: date, beside: Sequence[Placed] = ()
) -> World:
    """What owners have in force; what the repository ships stands in every scratch world already."""
    ids = dict.fromkeys(each.release_id for each in lists.live(session, on) if each.release_id != release_id)
    placed = [(code, store.files_of(session, each)) for each in ids for code in standing.region_codes(session, each)]
    return World([*placed, *beside], as_files(letters), catalogue(session).items)


def _chain(session: Session, region_code: str, on: date) -> tuple[str, ...]:
    return identity.chain_of_code(session, region_code, on).ids if region_code else ()
