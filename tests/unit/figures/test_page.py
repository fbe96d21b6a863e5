"""`docs/catalogue.zh-CN.md` tells of every unit, kind and floor, and its example is one that may be added."""

from __future__ import annotations

import pytest

from app.core.paths import ROOT
from app.figures.content import seeded
from app.figures.entries import KINDS, UNITS
from app.figures.errors import CatalogueError

PAGE = (ROOT / "docs" / "catalogue.zh-CN.md").read_text(encoding="utf-8")


def test_every_unit_and_kind_is_told() -> None:
    for key in UNITS:
        assert f"`{key}`" in PAGE
    for key, kind in KINDS.items():
        assert f"| `{key}` | {kind.title} | {'等另一人确认' if kind.confirmed else '立即有效'} |" in PAGE


def test_its_example_may_be_added_in_its_county_and_nowhere_else() -> None:
    examples = [block.split("```")[0] for block in PAGE.split("```yaml\n")[1:]]
    (example,) = [each.encode() for each in examples if "heating_allowance_month" in each]
    added = seeded().with_additions(example, "220122")
    assert added.figures["heating_allowance_month"].is_confirmed
    assert added.clauses["N-1"].citation() == "农政发〔2026〕9号 第二条"
    with pytest.raises(CatalogueError, match="不在本地区"):
        seeded().with_additions(example, "340722")
