"""What `doudi release compare` puts side by side: a release, the base that it changed, and what stands there now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy.orm import Session

from app.core.errors import Invalid
from app.definitions import queries, standing, store
from app.definitions.letters import Letter, as_files, letters_of
from app.gate.diff.three import Side, three_way


class Compared(NamedTuple):
    """`base_moved`: whether the base is another than the one that was changed; `sides`: what differs, by side."""

    place: str
    base_moved: bool
    sides: list[Side]


def compare_sides(session: Session, release_id: str, on: date) -> Compared:
    """Base, release and newer base with the letters that each has. Raises NotFound, Invalid where there is no base."""
    theirs = store.files_of(session, release_id)
    places = standing.places_of(session, release_id)
    here = next((each for each in places if standing.base_has_moved(session, each)), places[0])
    now = standing.base_of(session, here.programme, here.scope)
    if here.base_id is None and now in (None, release_id):
        raise Invalid({"release": "这个发布版不是改自上级地区或随产品的版本，没有可以比对的基础版本"})
    library = queries.library(session, standing.chain_of(session, here.scope), on)
    fixed = store.pinned(session, release_id).get(here.scope, library)
    base, new = (store.files_of(session, each) if each else {} for each in (here.base_id, now))
    sides = three_way(_with(base, fixed), _with(theirs, fixed), _with(new, library))
    return Compared(standing.place_name(session, here.scope), now != here.base_id, sides)


def _with(files: Mapping[str, bytes], library: Mapping[str, Letter]) -> dict[str, bytes]:
    """Files with the letters of the library that the release does not bring itself; samples play no part."""
    own = letters_of(files)
    shared = {key: Letter.of(key, each.template, each.contract) for key, each in library.items() if key not in own}
    return {**as_files(shared), **files}
