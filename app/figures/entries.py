"""Keys of figures: what rules may read as `figure.<key>`, in which unit, and which values may be entered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from app import feel
from app.core.chinese import percent
from app.core.money import CENT

LONG_AGO = date(1949, 10, 1)
"""From when a figure without a date holds."""


@dataclass(frozen=True, slots=True)
class Unit:
    """How values of a unit are shown, and which are possible."""

    suffix: str
    step: Decimal
    top: Decimal

    def shown(self, value: Decimal) -> str:
        """The number without its unit, a share as a percentage."""
        return percent(value) if self is UNITS["share"] else f"{value:f}"

    def fault(self, value: Decimal) -> str | None:
        """What is wrong with a value, in Chinese."""
        if not 0 <= value <= self.top:
            return f"应在 0 到 {self.shown(self.top)} 之间"
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
class Kind:
    """What a figure is for. What decides on money, or on who decides on it, is confirmed by a second person."""

    title: str
    confirmed: bool


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "amount": Kind("发放标准", True),
        "share": Kind("计发比例", True),
        "limit": Kind("限额", True),
        "threshold": Kind("资格条件", True),
        "switch": Kind("审批权限", True),
        "reference": Kind("统计数据", False),
        "duration": Kind("时限", False),
        "rate": Kind("抽查比例", False),
    }
)
"""A reference (a published statistic) only bounds what others enter; durations and rates of sampling pay nobody."""


@dataclass(frozen=True, slots=True)
class Check:
    """A floor on entry (D12, E8, E20): `expect` is FEEL over `value`, `month12` and `figure`.

    `valid_from` and `valid_until` bound the first day of the figures that it is held to, the second excluded.
    """

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
    kind: str
    clause: str
    defaults: tuple[Default, ...]
    checks: tuple[Check, ...]

    @property
    def is_confirmed(self) -> bool:
        """Whether an entry waits for a second person."""
        return KINDS[self.kind].confirmed

    def display(self, value: Decimal) -> str:
        """The value as a page shows it: 1000 元, 35%, 是."""
        if self.unit == "switch":
            return "是" if value else "否"
        unit = UNITS[self.unit]
        return f"{unit.shown(value)} {unit.suffix}".rstrip()
