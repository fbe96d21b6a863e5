"""Programmes that nobody receives at once (E3): declared as data, each pair with its clause."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Who receives `prevails` does not receive `yields`; `place` is the code of the region where that holds.

    Admission to the one ends the other; who receives the one is not admitted to the other. `text` says so to people.
    """

    prevails: str
    yields: str
    clause: str
    text: str
    place: str


def between(pairs: Iterable[Exclusion], programme: str, region_codes: Collection[str]) -> list[Exclusion]:
    """The pairs of a programme in a region; `region_codes` are those of the region and its ancestors."""
    return [
        pair
        for pair in pairs
        if programme in (pair.prevails, pair.yields) and (not pair.place or pair.place in region_codes)
    ]
