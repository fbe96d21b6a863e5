"""Which programmes nobody receives beside one (E3), as the catalogue has it for the region of a case."""

from __future__ import annotations

from app.cases.action import Action
from app.figures import exclusions
from app.figures.catalogue import catalogue
from app.figures.exclusions import Exclusion
from app.registry.overlaps import Other


def others(action: Action, programme: str) -> list[Other]:
    """The other programme of every pair, and whether it gives way."""
    pairs = exclusions.between(catalogue(action.session).exclusions, programme, action.region_codes)
    return [_other(pair, programme) for pair in pairs]


def _other(pair: Exclusion, programme: str) -> Other:
    prevails = pair.prevails == programme
    return Other(pair.yields if prevails else pair.prevails, prevails, pair.clause, pair.text)
