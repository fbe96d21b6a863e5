"""Remedies (救济途径) that a letter tells beside a decision: way, organ, time limit and law, as data."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.feel import Expression, infer, shapes
from app.feel.shapes import Shape, typed
from app.figures.clauses import PolicyDocument, cited

AGAINST = ("township", "county")
UNITS: Mapping[str, str] = {"days": "日", "months": "个月"}
_NAMED = shapes.context().with_members({"code": typed("string", "区划代码"), "name": typed("string", "名称")})
_LEVELS = ("province", "city", "county", "township", "village")
_SCOPE: Mapping[str, Shape] = {
    "region": shapes.context("所在地区").with_members(dict.fromkeys(_LEVELS, _NAMED)),
    "office": shapes.context("作出决定的单位").with_members({"name": typed("string", "名称")}),
}
"""What `organ` may read."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """One way against decisions of offices of a kind, in force in a region (None: everywhere) and below it.

    `title` is what one does (申请行政复议); `organ` is FEEL over `region` and `office` and names to whom. `limit`
    counts in `unit` (days, months) from the day of receipt; None: there is none. `law`: where it stands.
    """

    key: str
    way: str
    title: str
    against: frozenset[str]
    organ: Expression
    limit: int | None
    unit: str
    law: tuple[tuple[PolicyDocument, str], ...]
    region: str | None
    in_force_from: date
    in_force_until: date | None

    def holds(self, against: str, region_codes: Collection[str], on: date) -> bool:
        """Whether it is open against a decision of such an office in a region on a day."""
        here = against in self.against and (self.region is None or self.region in region_codes)
        return here and self.in_force_from <= on < (self.in_force_until or date.max)

    @property
    def within(self) -> str | None:
        """The time limit in words: 60日; None where there is none."""
        return f"{self.limit}{UNITS[self.unit]}" if self.limit else None


def against(
    remedies: Iterable[Remedy],
    kind: str,
    region: Mapping[str, Mapping[str, str] | None],
    office: Mapping[str, Any],
    on: date,
) -> list[dict[str, Any]]:
    """The remedies against a decision of an office of this kind, one of each way, that of the nearest region.

    `region` is `{level: {code, name} or None}`. Each is `{way, title, organ, within, limit, unit, law}`, as a letter
    reads it; `within` (60日), `limit` and `law` may be None. An organ that cannot be named is None.
    """
    codes = {level["code"] for level in region.values() if level}
    nearest: dict[str, Remedy] = {}
    for each in remedies:
        if each.holds(kind, codes, on):
            before = nearest.get(each.way)
            if before is None or len(each.region or "") > len(before.region or ""):
                nearest[each.way] = each
    scope = {"region": region, "office": office}
    return [
        {
            "way": each.way, "title": each.title, "organ": each.organ.evaluate(scope), "within": each.within,
            "limit": each.limit, "unit": each.unit, "law": cited(each.law, codes, on) or None,
        }
        for each in nearest.values()
    ]  # fmt: skip


def faults_of(organ: Expression) -> Iterator[str]:
    """What is wrong with the expression that names an organ, in Chinese."""
    found = infer(organ.text, organ.tree, _SCOPE)
    for unknown in found.unknown:
        name = f"{unknown.base}.{unknown.name}".lstrip(".")
        yield f"没有“{name}”，可以用 region.province、city、county、township、village 的 name，和 office.name"
    yield from (each.message_zh for each in found.diagnostics)
    if found.shape.kind not in (None, "string"):
        yield "应为机关的名称（文字），例如 region.county.name + “人民政府”"
