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
    "monthly": "按月发放开始",
    "returned": "银行退回",
    "withdrawn": "已撤回",
    "code": "重发查询码",
    "code_renewed": "窗口补发了查询码",
    "phone": "联系电话改了",
    "account": "收款账户改了",
    "answered": "申诉已答复",
}
CODE_PLACE, PHONE_PLACE = "查询码", "新号码"
PLACES = ("项目", "案号", "单位", "电话")
OWN_PLACES: Mapping[str, tuple[str, ...]] = {"code": (CODE_PLACE,), "phone": (PHONE_PLACE,)}
"""What may stand in the texts of single events besides."""
LONGEST = 200
_PLACE = re.compile(r"\{([^{}]*)\}")


def _require_places(told: Mapping[str, str]) -> None:
    wrong = {}
    for event, text in told.items():
        places = (*PLACES, *OWN_PLACES.get(event, ()))
        strange = [name for name in _PLACE.findall(text) if name not in places]
        if strange or set("{}") & set(_PLACE.sub("", text)):
            known = "".join(f"{{{name}}}" for name in places)
            wrong[event] = [f"短信里只能用{known}，不能用“{'、'.join(strange) or '单独的花括号'}”"]
    if wrong:
        raise ma.ValidationError(wrong)


def texts() -> ma.fields.Dict:
    """The field of the manifest: texts by event, an empty one for silence."""
    short = ma.validate.Length(max=LONGEST, error=f"短信不超过 {LONGEST} 字")
    text = shapes.text(LONGEST, validate=short)
    return shapes.keyed(shapes.one_of(list(EVENTS)), text, load_default=dict, validate=_require_places)


@cache
def defaults() -> Mapping[str, str]:
    """The texts that hold where a programme says nothing else."""
    loaded: Any = strict_yaml.load(Path(__file__).with_name("messages.yaml").read_bytes(), "messages.yaml")
    return dict(loaded)


def fill(text: str, known: Mapping[str, str]) -> str:
    """The text with what is `known` in its places; what is not known yet keeps its place."""
    return _PLACE.sub(lambda place: known.get(place.group(1), place.group(0)), text)
