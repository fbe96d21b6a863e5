"""Releases (发布版): a programme's diagrams, tables, forms and letters, immutable, in force at places from days on.

A *bundle* is the same as files in memory.
"""

from app.definitions.bundle import Bundle, BundleError, ClockRule
from app.definitions.letters import Letter
from app.definitions.models import EVERYWHERE
from app.definitions.queries import Offer, deployed, resolve, resolve_open
from app.definitions.store import bundle_by_id

__all__ = [
    "EVERYWHERE", "Bundle", "BundleError", "ClockRule", "Letter", "Offer", "bundle_by_id", "deployed", "resolve",
    "resolve_open",
]  # fmt: skip
