"""A letter of a change beside the one before it: with its sample, and with a case that was decided already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.changes import closed_cases, letters, queries, store, trying
from app.core.actor import Actor
from app.definitions import store as contents
from app.definitions.letters import Letter, letters_of
from app.definitions.names import LIBRARY
from app.tryout.asking import Draft
from app.tryout.trial import Trial


@dataclass(frozen=True, slots=True)
class Replay:
    """A closed case without its people, to be played through the change and through what is below it.

    before: None where the programme is new.
    """

    trial: Trial
    after: Draft
    before: Draft | None


def letter_before(session: Session, bundle: Row[Any], key: str, now: datetime) -> Letter | None:
    """The letter as it is without the change: the programme's own, else the library's; None for a new one."""
    own = letters_of(queries.base_files(session, bundle))
    return own[key] if key in own else letters.standing(session, bundle, now).get(key)


def replay_of(session: Session, actor: Actor, bundle: Row[Any], number: str, now: datetime) -> Replay:
    """What of the case of a number is to be played; noted in the audit. Raises Invalid (number), NotYours.

    A change of the library is played with the case's own release, in which its letters would have been issued.
    """
    files = _files(session, actor, bundle, number)
    trial = trying.begun_from(session, actor, bundle, number, now, files)
    code, below = trying.library_of(session, bundle, trial.region, now)
    if bundle.programme == LIBRARY:
        return Replay(trial, Draft(code, files, store.files_of(session, bundle)), Draft(code, files, below))
    base = queries.base_files(session, bundle)
    return Replay(trial, Draft(code, files, below), Draft(code, base, below) if base else None)


def _files(session: Session, actor: Actor, bundle: Row[Any], number: str) -> Mapping[str, bytes]:
    if bundle.programme != LIBRARY:
        return store.files_of(session, bundle)
    case = closed_cases.of_number(session, actor, bundle, number)
    return store.contents_of(session, contents.hashes_of(session, case.release_id))
