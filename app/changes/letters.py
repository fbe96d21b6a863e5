"""Letters that a change brings to a programme: a template alone takes along what the library knows of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.changes import store
from app.core.clock import local_date
from app.definitions import queries, standing
from app.definitions.letters import FOLDER, TEMPLATE, Letter, as_files
from app.documents.contract import load_contract
from app.documents.errors import DocumentError


def completed(
    session: Session, change_id: str, bundle_id: str, files: Mapping[str, bytes], *, now: datetime
) -> dict[str, bytes]:
    """The files, and for each template that came alone the contract and sample of the library's letter of its name.

    What the bundle has or brings itself stays. Raises NotFound.
    """
    bundle = store.bundle_of(session, change_id, bundle_id)
    alone = {path.split("/")[1] for path in files if path.startswith(f"{FOLDER}/") and path.endswith(f"/{TEMPLATE}")}
    here = store.hashes_of(session, bundle)
    known = as_files({key: each for key, each in _library(session, bundle, now).items() if key in alone})
    return {**{path: content for path, content in known.items() if path not in here}, **files}


def titles(session: Session, bundle: Row[Any], *, now: datetime) -> dict[str, str]:
    """Key → title of the letters that the library has where the bundle will hold."""
    found = {}
    for key, letter in _library(session, bundle, now).items():
        try:
            found[key] = load_contract(letter.contract).title
        except DocumentError:  # an older one that the gate would not let pass any more
            found[key] = key
    return found


def _library(session: Session, bundle: Row[Any], now: datetime) -> Mapping[str, Letter]:
    scope = store.places_of(session, bundle.id)[0].scope
    return queries.library(session, standing.chain_of(session, scope), local_date(now))
