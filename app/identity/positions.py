"""Positions (岗位): a role that a person holds at an office. A candidate is `position@office id`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

LEVELS = ("province", "city", "county", "township", "village")
"""Levels of the region tree from the top; each has codes of its own length."""

CODE_LENGTHS: Mapping[str, int] = MappingProxyType(dict(zip(LEVELS, (2, 4, 6, 9, 12), strict=True)))

INSTITUTION = "institution"


@dataclass(frozen=True, slots=True)
class Position:
    """`level` is the kind of office that has the position; `tasks` says whether cases give it work."""

    key: str
    title: str
    level: str
    tasks: bool = True


POSITIONS: Mapping[str, Position] = MappingProxyType(
    {
        position.key: position
        for position in (
            Position("village_cadre", "村（社区）干部", "village"),
            Position("township_clerk", "乡镇（街道）经办人", "township"),
            Position("township_head", "乡镇（街道）负责人", "township"),
            Position("county_clerk", "县级经办人", "county"),
            Position("county_head", "县级负责人", "county"),
            Position("finance", "财务人员", "county"),
            Position("institution", "供养服务机构经办人", INSTITUTION),
            Position("city_clerk", "市级经办人", "city"),
            Position("policy_owner", "政策管理员", "county", tasks=False),
            Position("administrator", "系统管理员", "county", tasks=False),
            Position("security_officer", "安全管理员", "county", tasks=False),
            Position("auditor", "审计员", "county", tasks=False),
        )
    }
)
UPPER_POSITIONS = tuple(key for key, position in POSITIONS.items() if not position.tasks)
"""Who keeps rules, system, security or audit also sits at city and province."""


def positions_at(kind: str) -> list[Position]:
    """The positions that an office of this kind has."""
    upper = UPPER_POSITIONS if kind in ("province", "city") else ()
    return [position for key, position in POSITIONS.items() if position.level == kind or key in upper]


def title_of(position: str) -> str:
    """The Chinese title, or the key itself where a diagram names a position of its own."""
    known = POSITIONS.get(position)
    return known.title if known else position


_BY_PLACE = (("村（社区）干部", "村干部", "社区工作人员"), ("乡镇（街道）", "乡镇", "街道"))
_URBAN = ("社区", "居委会", "居民委员会", "街道", "街道办", "街道办事处")
_LEVEL_WORDS = ("村", "社区", "乡镇", "街道", "县级", "市级")


def title_at(position: str, place: str) -> str:
    """The title as it is said where one knows the place: 村干部, 社区工作人员, 街道经办人."""
    title, urban = title_of(position), place.endswith(_URBAN)
    for both, in_country, in_town in _BY_PLACE:
        title = title.replace(both, in_town if urban else in_country)
    return title


def named_at(position: str, place: str) -> str:
    """Place and title in one: 东好来宝村干部, 兴隆街道经办人, 农安县财务人员."""
    title = title_at(position, place)
    word = next((word for word in _LEVEL_WORDS if title.startswith(word)), "")
    return f"{place}{title.removeprefix(word)}"


def level_of_code(code: str) -> str | None:
    """The level that a region code's length means, or None when it is no region code."""
    if not (code.isascii() and code.isdigit()):
        return None
    return next((level for level, length in CODE_LENGTHS.items() if length == len(code)), None)


def trimmed(code: str) -> str:
    """A statistical code of 12 digits as we keep it: without the zeros below its level (220122000000 is 220122)."""
    lengths = sorted(CODE_LENGTHS.values(), reverse=True)
    for length, shorter in zip(lengths, lengths[1:], strict=False):
        if len(code) == length and not code[shorter:].strip("0"):
            code = code[:shorter]
    return code
