"""What stands beside the fields of shipped programmes."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from app.cases import beside
from app.core.paths import BUNDLES
from app.definitions.bundle import Bundle

GRANTED = [{"name": "quilt", "quantity": 2}]


def looked_at(programme: str, step: str, before: list[Any], data: dict[str, Any]) -> beside.Beside:
    bundle = Bundle.from_folder(BUNDLES / programme)
    action: Any = SimpleNamespace(
        bundle=bundle,
        now=datetime(2020, 1, 6, tzinfo=UTC),
        today=None,
        form_context=dict,
        names=lambda _, own: {"county_examination": {"goods": GRANTED}, **own},
        figures_at=lambda _: SimpleNamespace(entries=lambda _: []),
    )
    return beside.of(action, bundle.process("main").elements[step], None, before, [], data)


def said(goods: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
    """Of the goods that are handed out where two quilts were granted."""
    (rule,) = looked_at("disaster_relief", "handing_out", [], {"goods": goods}).rules["goods"]
    return rule.hits


def test_a_rule_that_reads_the_rows_of_a_list_speaks_beside_it() -> None:
    assert said([{}]) is None
    assert said([{"name": "quilt", "quantity": "3"}])
    assert said([{"name": "quilt", "quantity": "2"}]) == []


def test_what_was_declared_in_a_group_stands_beside_what_is_found() -> None:
    form = Bundle.from_folder(BUNDLES / "dibao").application_form
    declared = {"household": {"annual_income": 7200, "members": [{"name": "周海"}]}}
    before: Any = SimpleNamespace(title="申请", form=form, values=declared)
    (earlier,) = looked_at("dibao", "means_check", [before], {}).earlier["annual_income"]
    assert (earlier.title, earlier.value) == ("申请", 7200)
