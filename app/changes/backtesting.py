"""Back-tests of a change: what closed cases would have become under everything that it holds."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.backtest import operations, queries
from app.backtest.drafts import Draft, DraftBundle, read_by_rules
from app.backtest.subjects import Figure
from app.changes import policy, store
from app.changes.names import OPEN, STATES, SUBMITTED
from app.core.actor import Actor
from app.core.errors import Gone, Invalid
from app.core.ids import digest
from app.db import Database
from app.definitions import standing
from app.definitions import store as releases
from app.definitions.bundle import hash_of_names
from app.definitions.names import LIBRARY
from app.figures.catalogue import catalogue
from app.identity import queries as identity
from app.jobs.runner import OutsideHandler

RUN = operations.RUN


def ask(session: Session, actor: Actor, change_id: str, *, since: date | None, now: datetime) -> None:
    """Replay closed cases through the change as it stands. Raises NotFound, NotYours, Gone, Invalid (nothing that a
    decision reads was changed; since)."""
    change = _open_to(session, actor, change_id)
    if change.state not in (OPEN, SUBMITTED):
        raise Gone(f"这项政策变更{STATES[change.state]}，不能再回测，请刷新页面")
    if since is not None and since > now.date():
        raise Invalid({"since": "请填写今天或以前的日期"})
    if not _changed(session, change_id) and not store.figures_of(session, change_id):
        raise Invalid({"backtest": "还没有改动规则或标准，请先修改再回测"})
    operations.ask(session, actor, change_id, content_hash(session, change_id), since=since, now=now)


def stop(session: Session, actor: Actor, change_id: str) -> None:
    """End what is under way. Raises NotFound, NotYours, Gone."""
    _open_to(session, actor, change_id)
    operations.stop(session, change_id)


def newest(session: Session, change_id: str) -> queries.View | None:
    """The newest back-test of a change, and whether it is of what stands now; None where none was asked for."""
    return queries.of_change(session, change_id, content_hash(session, change_id))


def keep(session: Session, change_id: str) -> None:
    """Keep the back-test with the releases that were just submitted."""
    released = [bundle.release_id for bundle in store.bundles_of(session, change_id) if bundle.release_id]
    operations.keep(session, change_id, content_hash(session, change_id), released)


def content_hash(session: Session, change_id: str) -> str:
    """One name for all of a change that a decision can read; letters and stories do not matter."""
    bundles = [
        [bundle.programme, _scopes(session, bundle), hash_of_names(read_by_rules(store.hashes_of(session, bundle)))]
        for bundle in _changed(session, change_id)
    ]
    entered = [[each.key, each.region_id, each.value] for each in store.first_figures_of(session, change_id)]
    return digest(json.dumps([sorted(bundles), sorted(entered)]).encode())


def draft_of(session: Session, change_id: str) -> Draft:
    """Everything in a change that a decision can read; of figures of several days the first. Raises NotFound."""
    store.found(session, change_id)
    titles = catalogue(session).figures
    bundles = [
        DraftBundle(f"change:{each.id}", each.programme, tuple(_scopes(session, each)), store.files_of(session, each))
        for each in _changed(session, change_id)
    ]
    entered = [
        Figure(each.key, identity.region(session, each.region_id).code, Decimal(each.value),
               titles[each.key].title if each.key in titles else each.key)
        for each in store.first_figures_of(session, change_id)
    ]  # fmt: skip
    return Draft(tuple(bundles), tuple(entered), content_hash(session, change_id))


def draft_of_release(session: Session, release_id: str) -> Draft:
    """A release as a draft for its places, be it in force or not. Raises NotFound."""
    places = standing.places_of(session, release_id)
    scopes = tuple(place.scope for place in places)
    files = releases.files_of(session, release_id)
    return Draft((DraftBundle(f"release:{release_id}", places[0].programme, scopes, files),))


def handler(database: Database) -> OutsideHandler:
    """Who does the jobs of `ask`."""
    return operations.handler(database, draft_of)


def _open_to(session: Session, actor: Actor, change_id: str) -> Row[Any]:
    change = store.locked(session, change_id)
    policy.require_reader(session, actor)
    policy.require_places(session, actor, store.scopes_of(session, change_id))
    return change


def _changed(session: Session, change_id: str) -> list[Row[Any]]:
    """The programmes of which something was changed that a decision can read."""
    return [
        each for each in store.bundles_of(session, change_id)
        if each.programme != LIBRARY and read_by_rules(store.changed_hashes(session, each.id))
    ]  # fmt: skip


def _scopes(session: Session, bundle: Row[Any]) -> list[str]:
    return [place.scope for place in store.places_of(session, bundle.id)]
