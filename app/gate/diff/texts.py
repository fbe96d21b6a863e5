"""Forms by field key, letters by sentence, YAML and JSON by key: the manifest, contracts, catalogue, stories."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any

from app.core import marked_yaml
from app.documents.text import extract_text
from app.gate.diff.differences import ADDED, CHANGED, MOVED, REMOVED, Difference, between, out_of_order

MOST_PAIRS = 4_000_000
_SENTENCE = re.compile(r"[^。；\n]+[。；]?")


def compare_form(file: str, old: bytes, new: bytes) -> Iterator[Difference]:
    """Fields by key, each with its attributes."""
    was, now = _fields(json.loads(old)), _fields(json.loads(new))
    for key in dict.fromkeys((*was, *now)):
        if key not in now:
            yield Difference(REMOVED, file, key, old=str(was[key].get("label", "")), id=key)
        elif key not in was:
            yield Difference(ADDED, file, key, new=str(now[key].get("label", "")), id=key)
        else:
            yield from between(file, key, was[key], now[key], key)
    yield from (Difference(MOVED, file, key, new="次序变了", id=key) for key in out_of_order(was, now))


def compare_letter(file: str, old: bytes, new: bytes) -> Iterator[Difference]:
    """Sentences of a Word template; what alone looks different is told as such."""
    was, now = _sentences(old), _sentences(new)
    if len(was) * len(now) > MOST_PAIRS:
        raise ValueError("no letter says so much")
    for tag, a, b, c, d in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        both = min(b - a, d - c)
        for at in range(a, b):
            kind, text = (CHANGED, now[c + at - a]) if at - a < both else (REMOVED, "")
            yield Difference(kind, file, f"第 {at + 1} 句", old=was[at], new=text, id=str(at + 1))
        if d - c > both:
            yield Difference(ADDED, file, f"第 {b} 句之后", new="".join(now[c + both : d]), id=f"{b}+")


def compare_data(file: str, old: bytes, new: bytes) -> Iterator[Difference]:
    """Keys of YAML or JSON, by their path."""
    yield from between(file, "", dict(_flat(_data(old))), dict(_flat(_data(new))))


def _data(content: bytes) -> Any:
    return marked_yaml.load(content, "").content


def _fields(node: Any) -> dict[str, dict[str, Any]]:
    """Components by key (groups by path, the rest by id), without what stands inside them."""
    found: dict[str, dict[str, Any]] = {}
    for component in node.get("components", ()):
        key = component.get("key") or component.get("path") or component.get("id", "")
        key = f"{key}（{component.get('id')}）" if key in found else key
        own = {name: value for name, value in component.items() if name not in ("components", "id", "layout")}
        found[key] = dict(_flat(own))
        found |= {f"{key}.{inner}": each for inner, each in _fields(component).items()}
    return found


def _sentences(template: bytes) -> list[str]:
    return [each.strip() for each in _SENTENCE.findall(extract_text(template)) if each.strip()]


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for place, inner in enumerate(value, 1):
            yield from _flat(inner, f"{path}[{_key(inner) or place}]")
    else:
        yield path, value


def _key(item: Any) -> str:
    return str(item.get("key") or item.get("id") or "") if isinstance(item, Mapping) else ""
