"""The letter library of a place: what it holds itself lies, letter by letter, over what wider places hold."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from app.definitions import standing
from app.definitions import store as contents
from app.definitions.names import EVERYWHERE, LIBRARY

Hashes = Mapping[str, str]
"""Path → name of the content."""


def wider(session: Session, scope: str) -> dict[str, str]:
    """The library as it stands above a place."""
    found: dict[str, str] = {}
    for place in (*standing.chain_of(session, scope)[1:], EVERYWHERE):
        if held := standing.held(session, LIBRARY, place):
            found = over(found, contents.hashes_of(session, held))
    return found


def over(nearer: Hashes, farther: Hashes) -> dict[str, str]:
    """Both; of a letter that both have, the files of the nearer one alone."""
    known = {_letter(path) for path in nearer}
    return {**{path: hash for path, hash in farther.items() if _letter(path) not in known}, **nearer}


def differing(hashes: Hashes, below: Hashes) -> dict[str, str]:
    """The letters, whole, that are not as they are below."""
    other = {_letter(path) for path in {*hashes, *below} if hashes.get(path) != below.get(path)}
    return {path: hash for path, hash in hashes.items() if _letter(path) in other}


def _letter(path: str) -> str:
    return path.rpartition("/")[0]
