"""Names of divisions by their statistical code, for regions that are opened by code alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import yaml

from app.core.paths import POLICY
from app.identity.positions import CODE_LENGTHS

_OTHER_NAMES = {"province": "{}省", "city": "{}市", "county": "{}县", "township": "{}乡", "village": "{}村"}
_SUFFIX = re.compile(r"(?<=..)(省|市|县|区|自治州|地区)$")


@cache
def names() -> Mapping[str, str]:
    """Code → name of every division that `policy/divisions.yaml` knows."""
    content = yaml.safe_load((POLICY / "divisions.yaml").read_text(encoding="utf-8"))
    return MappingProxyType(content["divisions"])


def name_of(code: str, level: str) -> str:
    """The public name, or one made of the code's own digits where the lists have none."""
    parent_digits = max((length for length in CODE_LENGTHS.values() if length < len(code)), default=0)
    return names().get(code) or _OTHER_NAMES[level].format(code[parent_digits:])


def office_name(name: str, level: str) -> str:
    """The authority that handles social assistance in a region of this name."""
    match level:
        case "province":
            return f"{name}民政厅"
        case "city" | "county":
            return f"{name}民政局"
        case "township" if name.endswith("开发区"):
            return f"{name}社会事务局"
        case "township" if name.endswith("街道"):
            return f"{name}办事处"
        case "township":
            return f"{name}人民政府"
        case _ if name.endswith("社区"):
            return f"{name}居民委员会"
    return f"{name}村民委员会"


def short_name(name: str, level: str) -> str:
    """What stands before the word of a document number (文号): 农安, 农安镇."""
    return _SUFFIX.sub("", name) if level in ("province", "city", "county") else name
