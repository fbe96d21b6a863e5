"""What applicants are told by SMS: texts of a programme by event, with the few places that may stand in them.

No amount, name or identity number can stand in a text, since there is no place for one: a telephone lies about.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import marshmallow as ma

from app.core import strict_yaml
from app.core import yaml_shapes as shapes

EVENTS: Mapping[str, str] = {
    "filed": "申请已收到",
    "accepted": "已受理",
    "asked": "要求补正材料",
    "question": "问申请人",
    "approved": "已批准",
    "refused": "没有批准",
    "paid": "已发放",
    "withdrawn": "已撤回",
}
PLACES = ("项目", "案号", "单位", "电话")
LONGEST = 200
_PLACE = re.compile(r"\{([^{}]*)\}")


def _require_places(text: str) -> None:
    strange = [name for name in _PLACE.findall(text) if name not in PLACES]
    if strange or set("{}") & set(_PLACE.sub("", text)):
        known = "".join(f"{{{name}}}" for name in PLACES)
        raise ma.ValidationError(f"短信里只能用{known}，不能用“{'、'.join(strange) or '单独的花括号'}”")


def texts() -> ma.fields.Dict:
    """The field of the manifest: texts by event, an empty one for silence."""
    short = ma.validate.Length(max=LONGEST, error=f"短信不超过 {LONGEST} 字")
    text = shapes.text(LONGEST, validate=[short, _require_places])
    return shapes.keyed(shapes.one_of(list(EVENTS)), text, load_default=dict)


@cache
def defaults() -> Mapping[str, str]:
    """The texts that hold where a programme says nothing else."""
    loaded: Any = strict_yaml.load(Path(__file__).with_name("messages.yaml").read_bytes(), "messages.yaml")
    return dict(loaded)


def fill(text: str, known: Mapping[str, str]) -> str:
    """The text with what is `known` in its places."""
    return _PLACE.sub(lambda place: known[place.group(1)], text)
