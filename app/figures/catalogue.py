"""Which figures there are: `policy/figures.yaml` as checked, immutable values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from app import feel
from app.core.money import CENT
from app.core.paths import POLICY

LONG_AGO = date(1949, 10, 1)
"""From when a figure without a date holds."""


@dataclass(frozen=True, slots=True)
class Unit:
    """How values of a unit are shown, and which are possible."""

    suffix: str
    step: Decimal
    top: Decimal

    def fault(self, value: Decimal) -> str | None:
        """What is wrong with a value, in Chinese."""
        if not 0 <= value <= self.top:
            return f"应在 0 到 {self.top:f} 之间"
        if value % self.step:
            return "应为整数" if self.step == 1 else f"小数位过多，最小单位为 {self.step:f}"
        return None


UNITS: Mapping[str, Unit] = MappingProxyType(
    {
        "yuan": Unit("元", CENT, Decimal(10_000_000)),
        "share": Unit("", Decimal("0.000001"), Decimal(1)),
        "multiple": Unit("倍", Decimal("0.0001"), Decimal(100)),
        "days": Unit("天", Decimal(1), Decimal(366)),
        "working_days": Unit("个工作日", Decimal(1), Decimal(366)),
        "months": Unit("个月", Decimal(1), Decimal(1200)),
        "age": Unit("周岁", Decimal(1), Decimal(150)),
        "count": Unit("", Decimal(1), Decimal(10_000_000)),
        "switch": Unit("", Decimal(1), Decimal(1)),
    }
)


@dataclass(frozen=True, slots=True)
class Check:
    """A floor on entry (D12, E8, E20): `expect` is FEEL over `value`, `month12` and `figure`."""

    clause: str
    expect: feel.Expression
    message: str
    regions: frozenset[str]
    valid_from: date
    valid_until: date
    refuses: bool

    def applies(self, region_codes: frozenset[str], valid_from: date) -> bool:
        """Whether a figure of a region (its own and its ancestors' codes) from this day is checked."""
        in_place = not self.regions or bool(self.regions & region_codes)
        return in_place and self.valid_from <= valid_from < self.valid_until


@dataclass(frozen=True, slots=True)
class Default:
    """A value that is seeded; `region` None: everywhere."""

    value: Decimal
    region: str | None
    valid_from: date
    note: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A figure that rules may read."""

    key: str
    title: str
    unit: str
    clause: str
    defaults: tuple[Default, ...]
    checks: tuple[Check, ...]

    def display(self, value: Decimal) -> str:
        """The value as a page shows it: 1000 元, 0.35, 是."""
        if self.unit == "switch":
            return "是" if value else "否"
        suffix = UNITS[self.unit].suffix
        return f"{value:f} {suffix}".rstrip()


@cache
def catalogue() -> Mapping[str, Entry]:
    """All figures by key, in the order of the file."""
    return load(POLICY / "figures.yaml")


def load(path: Path) -> Mapping[str, Entry]:
    """Read a catalogue. Raises ValueError naming the figure that is wrong."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    entries: dict[str, Entry] = {}
    for row in content["figures"]:
        entry = _entry(row)
        if entry.key in entries:
            raise ValueError(f"figure {entry.key} is in the catalogue twice")
        entries[entry.key] = entry
    return MappingProxyType(entries)


def title_of(key: str) -> str:
    """The Chinese title, or the key itself where the catalogue has none."""
    entry = catalogue().get(key)
    return entry.title if entry else key


def _entry(row: Mapping[str, Any]) -> Entry:
    key = row["key"]
    if not re.fullmatch(r"[a-z][a-z0-9_]{2,59}", key) or row["unit"] not in UNITS:
        raise ValueError(f"figure {key} has no proper key or unit")
    return Entry(
        key=key,
        title=row["title"],
        unit=row["unit"],
        clause=row["clause"],
        defaults=tuple(_default(default) for default in row.get("defaults", ())),
        checks=tuple(_check(check) for check in row.get("checks", ())),
    )


def _default(row: Mapping[str, Any]) -> Default:
    return Default(Decimal(str(row["value"])), row.get("region"), row.get("from", LONG_AGO), row.get("note"))


def _check(row: Mapping[str, Any]) -> Check:
    return Check(
        clause=row["clause"],
        expect=feel.compile(row["expect"]),
        message=row["message"],
        regions=frozenset(row.get("regions", ())),
        valid_from=row.get("from", date.min),
        valid_until=row.get("until", date.max),
        refuses=row.get("severity", "refuse") == "refuse",
    )
