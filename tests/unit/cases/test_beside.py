"""What the rules of a shipped programme say beside a list."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from app.cases import beside
from app.core.paths import BUNDLES
from app.definitions.bundle import Bundle

GRANTED = [{"name": "quilt", "quantity": 2}]


def said(goods: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
    """Of the goods that are handed out where two quilts were granted."""
    bundle = Bundle.from_folder(BUNDLES / "disaster_relief")
    element = bundle.process("main").elements["handing_out"]
    action: Any = SimpleNamespace(
        bundle=bundle,
        now=datetime(2020, 1, 6, tzinfo=UTC),
        today=None,
        form_context=dict,
        names=lambda _, own: {"county_examination": {"goods": GRANTED}, **own},
        figures_at=lambda _: SimpleNamespace(entries=lambda _: []),
    )
    (rule,) = beside.of(action, element, None, [], [], {"goods": goods}).rules["goods"]
    return rule.hits


def test_a_rule_that_reads_the_rows_of_a_list_speaks_beside_it() -> None:
    assert said([{}]) is None
    assert said([{"name": "quilt", "quantity": "3"}])
    assert said([{"name": "quilt", "quantity": "2"}]) == []
