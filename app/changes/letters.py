"""Letters that a change brings to a programme: a template alone takes along what the library knows of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.changes import store
from app.core.clock import local_date
from app.definitions import queries
from app.definitions import standing as places
from app.definitions.letters import FOLDER, TEMPLATE, Letter, as_files, letters_of
from app.documents.contract import Contract, load_contract
from app.documents.errors import DocumentError
from app.documents.upload import take_in

_INPUT = re.compile(r"\bdocument\.(\w+)")


@dataclass(frozen=True, slots=True)
class Offered:
    """A letter with its title; `asks`: what it prints of each input of the element that issues it, in Chinese."""

    key: str
    title: str
    asks: Mapping[str, str]


def tidy(files: Mapping[str, bytes]) -> tuple[dict[str, bytes], dict[str, tuple[str, ...]]]:
    """The files with templates as they are kept, and by path what an author may miss in one.

    A template that may not be opened stays as it is: whoever saves it is told why it is refused.
    """
    taken = {path: take_in(content) for path, content in files.items() if path.endswith(f"/{TEMPLATE}")}
    kept = {path: each.data for path, each in taken.items()}
    return {**files, **kept}, {path: each.dropped for path, each in taken.items() if each.dropped}


def completed(
    session: Session, change_id: str, bundle_id: str, files: Mapping[str, bytes], *, now: datetime
) -> dict[str, bytes]:
    """The files, and for each template that came alone the contract and sample of the library's letter of its name.

    What the bundle has or brings itself stays. Raises NotFound.
    """
    bundle = store.bundle_of(session, change_id, bundle_id)
    alone = {path.split("/")[1] for path in files if path.startswith(f"{FOLDER}/") and path.endswith(f"/{TEMPLATE}")}
    here = store.hashes_of(session, bundle)
    known = as_files({key: each for key, each in standing(session, bundle, now).items() if key in alone})
    return {**{path: content for path, content in known.items() if path not in here}, **files}


def titles(session: Session, bundle: Row[Any], *, now: datetime) -> dict[str, str]:
    """Key → title of the letters that the library has where the bundle will hold."""
    library = standing(session, bundle, now)
    return {key: key for key in library} | {key: each.title for key, each in _contracts(library).items()}


def offered(session: Session, bundle: Row[Any], files: Mapping[str, bytes], *, now: datetime) -> list[Offered]:
    """The letters that a diagram of the bundle may issue, its own before the library's, by title."""
    contracts = _contracts({**standing(session, bundle, now), **letters_of(files)})
    found = [Offered(key, each.title, _asked(each)) for key, each in contracts.items()]
    return sorted(found, key=lambda each: each.title)


def _contracts(letters: Mapping[str, Letter]) -> dict[str, Contract]:
    """Those that can be read: an older one may be as the gate would not let it pass any more."""
    found = {}
    for key, letter in letters.items():
        with suppress(DocumentError):
            found[key] = load_contract(letter.contract)
    return found


def _asked(contract: Contract) -> dict[str, str]:
    """By input of the element that issues the letter, what the letter prints of it."""
    found: dict[str, str] = {}
    for variable in contract.variables.values():
        names = list(dict.fromkeys(_INPUT.findall(variable.source)))
        for at, name in enumerate(names, 1):
            label = f"{variable.label}（{at}）" if len(names) > 1 else variable.label
            found[name] = label if name == variable.name else found.get(name, label)
    return found


def standing(session: Session, bundle: Row[Any], now: datetime) -> Mapping[str, Letter]:
    """By key, the letters that the library has where the bundle will hold."""
    scope = store.places_of(session, bundle.id)[0].scope
    return queries.library(session, places.chain_of(session, scope), local_date(now))
