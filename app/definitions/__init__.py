"""Bundles: a programme's diagrams, tables, forms and manifest, immutable and deployed for a region."""

from app.definitions.bundle import Bundle, BundleError, ClockRule
from app.definitions.operations import publish, seed
from app.definitions.queries import bundle_by_id, deployed, resolve

__all__ = ["Bundle", "BundleError", "ClockRule", "bundle_by_id", "deployed", "publish", "resolve", "seed"]
