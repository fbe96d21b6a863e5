"""Plays the DMN TCK, the public test suite of the standard, through the door of `app.feel`."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree

from app.feel import Budget, FeelError, dmn
from app.feel.boundary import export
from app.feel.temporal import (
    format_datetime,
    format_duration,
    format_time,
    parse_date,
    parse_datetime,
    parse_duration,
    parse_time,
)
from app.feel.values import kind

ROOT = Path(os.environ.get("DOUDI_TCK") or Path(__file__).resolve().parents[3] / "shared" / "tck")
LEVELS = {2: "compliance-level-2", 3: "compliance-level-3"}
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
# The clock of the cases: none of them depends on the day, some on there being one.
NOW = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)
BUDGET = Budget(now=NOW)
NUMBERS = ("decimal", "double", "integer", "int", "float", "long")
READERS = {
    "date": parse_date,
    "time": parse_time,
    "dateTime": parse_datetime,
    "duration": parse_duration,
    "dayTimeDuration": parse_duration,
    "yearMonthDuration": parse_duration,
}


@dataclass(frozen=True)
class Verdict:
    case: str
    passed: bool
    reason: str = ""


def present() -> bool:
    return (ROOT / LEVELS[2]).is_dir() or (ROOT / LEVELS[3]).is_dir()


def play(level: int) -> list[Verdict]:
    """One verdict for every result node of a level."""
    return [verdict for folder in sorted((ROOT / LEVELS[level]).glob("*/")) for verdict in _folder(folder)]


def _folder(folder: Path) -> Iterator[Verdict]:
    files = {path.name: path.read_bytes() for path in folder.glob("*.dmn")}
    for path in sorted(folder.glob("*.xml")):
        root = etree.parse(path).getroot()
        if not root.tag.endswith("}testCases"):
            continue
        model_name = _child(root, "modelName").text.strip()
        others = [data for name, data in files.items() if name != model_name]
        try:
            model: dmn.Decisions | FeelError = dmn.load(files[model_name], others)
        except FeelError as error:
            model = error
        for case in _children(root, "testCase"):
            yield from _case(f"{folder.name}/{path.stem}", model, case)


def _case(where: str, model: dmn.Decisions | FeelError, case: Any) -> Iterator[Verdict]:
    inputs = {node.get("name"): _value(node) for node in _children(case, "inputNode")}
    invocable = case.get("invocableName")
    for node in _children(case, "resultNode"):
        name = f"{where}#{case.get('id')}:{node.get('name')}"
        expected_node = _child(node, "expected")
        expected = None if expected_node is None else _value(expected_node)
        if isinstance(model, FeelError):
            yield Verdict(name, False, model.english)
            continue
        try:
            result = model.decide(invocable or node.get("name"), inputs, BUDGET).result
        except FeelError as error:
            yield Verdict(name, expected is None and node.get("errorResult") == "true", error.english)
            continue
        if invocable and isinstance(result, Mapping) and node.get("name") in result:
            result = result[node.get("name")]
        yield Verdict(name, same(result, expected), f"expected {expected!r}, got {result!r}")


def _children(element: Any, name: str) -> list[Any]:
    return [each for each in element if isinstance(each.tag, str) and each.tag.endswith("}" + name)]


def _child(element: Any, name: str) -> Any:
    return next(iter(_children(element, name)), None)


def _value(element: Any) -> Any:
    """The value a case states, as FEEL has it."""
    listed = _child(element, "list")
    if listed is not None:
        return None if listed.get(NIL) == "true" else [_value(item) for item in _children(listed, "item")]
    components = _children(element, "component")
    if components:
        return {each.get("name"): _value(each) for each in components}
    value = _child(element, "value")
    if value is None or value.get(NIL) == "true":
        return None
    text = value.text or ""
    type_name = (value.get(TYPE) or "xsd:string").rpartition(":")[2]
    if type_name in NUMBERS:
        return Decimal(text.strip())
    if type_name == "boolean":
        return text.strip() in ("true", "1")
    if type_name in READERS:
        read = READERS[type_name](text.strip())
        return ("unreadable", text) if read is None else export(read, 1)
    return text


def same(result: Any, expected: Any) -> bool:
    """Equal in kind and value; numbers to eight digits, as the TCK asks."""
    if kind(result) != kind(expected):
        return False
    match kind(expected):
        case "number":
            return abs(result - expected) <= Decimal("1e-8") * max(1, abs(expected))
        case "list":
            return len(result) == len(expected) and all(map(same, result, expected))
        case "context":
            return result.keys() == expected.keys() and all(same(result[key], expected[key]) for key in expected)
        case "time":
            return format_time(result) == format_time(expected)
        case "date and time":
            return format_datetime(result) == format_datetime(expected)
        case "days and time duration":
            return format_duration(result) == format_duration(expected)
    return bool(result == expected)
