"""What a reader of identity cards says: typed by it as a keyboard, or copied from its program, in one of many forms.

Readers agree on nothing but the order of the card: name, sex, nation, birth, address, number, office, days of validity;
between blanks, bars or lines, with labels or as JSON. The number is what must be right: it carries its own check.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date

from app.core import id_number

LONGEST = 4000
_NUMBER = re.compile(r"(?<![0-9A-Za-z])[0-9]{17}[0-9Xx](?![0-9A-Za-z])")
_LABELS = {
    "name": ("姓名", "name", "partyname", "peoplename", "certname"),
    "address": ("住址", "地址", "家庭住址", "address", "certaddress", "addr", "peopleaddress"),
}
_OFFICE = re.compile(r"公安局|公安分局|分局$|派出所$")
_PLACE = re.compile(r"[省市区县旗镇乡村路街巷屯组号]")
_NAME = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff·•]{2,30}")
_NO_NAME = re.compile(r"^(男|女|性别|民族|出生|住址|地址|姓名|公民身份号码|签发机关|有效期.*|长期|.+族)$")


@dataclass(frozen=True, slots=True)
class Card:
    """`born` and `is_male` are what the number says; `address` may be empty."""

    name: str
    number: str
    address: str
    born: date
    is_male: bool


def read(text: str) -> Card | None:
    """The card; None where no valid number or no name is found."""
    found = _NUMBER.search(text[:LONGEST])
    number = id_number.normalise(found.group()) if found else ""
    if not id_number.is_valid(number):
        return None
    labelled = _labelled(text[:LONGEST])
    parts = [each for each in re.split(r"[|,，;；\s]+", text[:LONGEST]) if each]
    names = (each for each in parts if _NAME.fullmatch(each) and not _NO_NAME.match(each))
    name = labelled.get("name") or next(names, "")
    places = [each for each in parts if _PLACE.search(each) and not _OFFICE.search(each) and each != name]
    address = labelled.get("address") or max(places, key=len, default="")
    if not name:
        return None
    return Card(name, number, address, id_number.birth_date(number), int(number[16]) % 2 == 1)


def _labelled(text: str) -> dict[str, str]:
    """What stands behind a label, in JSON or in lines."""
    pairs = _pairs(text)
    return {
        key: value
        for key, names in _LABELS.items()
        if (value := next((pairs[name] for name in names if pairs.get(name)), ""))
    }


def _pairs(text: str) -> dict[str, str]:
    start, end = text.find("{"), text.rfind("}")
    if 0 <= start < end:
        try:
            return _flat(json.loads(text[start : end + 1]))
        except ValueError:
            return {}
    found = re.findall(r"([A-Za-z\u4e00-\u9fff]{2,12})\s*[:：=]\s*([^\r\n|;；]+)", text)
    return {label.lower(): value.strip() for label, value in found}


def _flat(data: object) -> dict[str, str]:
    """The texts of an object and of those within it."""
    if not isinstance(data, dict):
        return {}
    found: dict[str, str] = {}
    for key, value in data.items():
        found |= _flat(value) if isinstance(value, dict) else {str(key).lower(): str(value).strip()}
    return found
