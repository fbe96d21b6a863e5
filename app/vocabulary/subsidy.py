"""The figures that a quota subsidy of the manifest names."""

from __future__ import annotations

from collections.abc import Iterator

from app.core.said import nearest
from app.definitions.bundle import Bundle
from app.vocabulary.finding import ERROR, Finding
from app.vocabulary.given import Catalogue


def check(bundle: Bundle, catalogue: Catalogue) -> Iterator[Finding]:
    """Figures that nobody registered."""
    rule = bundle.quota_subsidy
    if rule is None:
        return
    named = {**{f"stars.{stars}": key for stars, key in rule["stars"].items()}, "by_days": rule["by_days"]}
    for place, key in named.items():
        if key not in catalogue.figures:
            what = f"标准目录里没有 {key}，请改正名称，或先登记这项标准"
            at = f"quota_subsidy.{place}"
            yield Finding(ERROR, "bundle.yaml", at, what, at=at, hint=nearest(key, catalogue.figures))
