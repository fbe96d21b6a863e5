"""YAML or JSON as authors write it by hand: with aliases, keys as they are spelled, exact numbers, and line numbers.

An alias stands for a copy. Copies are counted as they are made, so that a few lines cannot grow into a million.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import yaml

from app.core.strict_yaml import DEEPEST, UNREADABLE, NotYaml, Shallow, require_small, told, too_deep

MOST_BYTES = 512 * 1024
MOST_VALUES = 50_000
MERGE = "tag:yaml.org,2002:merge"
Path = tuple[str | int, ...]


class _Loader(Shallow):
    """Numbers as JSON has them: `0431` is a text and `20:30` a time of day; `12.50` keeps its last digit."""

    yaml_implicit_resolvers: dict[str, Any] = {}


_KEPT = {"bool", "merge", "null", "timestamp"}
for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items():
    for tag, pattern in resolvers:
        if tag.rpartition(":")[2] in _KEPT:
            _Loader.add_implicit_resolver(tag, pattern, [first])
_DIGITS = list("-+0123456789")
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"[-+]?(?:0|[1-9][0-9]*)$"), _DIGITS)
_Loader.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]+$"), _DIGITS)
_Loader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(str(node.value)))
_Loader.add_constructor("tag:yaml.org,2002:float", lambda loader, node: Decimal(str(node.value)))


class Marked:
    """What a file holds (`content`: dicts with text keys, lists, texts, numbers, dates), and where."""

    def __init__(self, content: Any, lines: dict[Path, int]) -> None:
        self.content = content
        self._lines = lines

    def line(self, path: Path) -> int | None:
        """The line (from 1) of a value, or of what holds it; None where the file has no lines to speak of."""
        return next((self._lines[path[:end]] for end in range(len(path), -1, -1) if path[:end] in self._lines), None)


def load(data: bytes, name: str, most: int = MOST_BYTES) -> Marked:
    """The content of a file called `name`. Raises NotYaml."""
    require_small(data, name, most)
    try:
        return _Building(data).built()
    except UNREADABLE as exc:
        if (content := _as_json(data)) is not None:
            return Marked(content, {})
        raise NotYaml(f"{name} 不是合法的 YAML：{told(exc)}") from exc


def _as_json(data: bytes) -> Any:
    """JSON that is no YAML: with tabs. Nothing in it can be shared, so that its size bounds it."""
    try:
        content = json.loads(data.decode("utf-8-sig"), parse_float=Decimal, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    return content if _depth(content) <= DEEPEST else None


def _depth(value: Any) -> int:
    level, depth = [value], 0
    while level and depth <= DEEPEST:
        level = [inner for each in level for inner in _inside(each)]
        depth += 1
    return depth


def _inside(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


class _Building:
    """Makes the values out of the nodes; what an alias points at is made anew each time."""

    def __init__(self, data: bytes) -> None:
        self._loader = _Loader(data)
        self._lines: dict[Path, int] = {}
        self._values = self._depth = 0

    def built(self) -> Marked:
        try:
            node = self._loader.get_single_node()
            return Marked(None if node is None else self._value(node, ()), self._lines)
        finally:
            self._loader.dispose()

    def _value(self, node: yaml.Node, path: Path) -> Any:
        self._values, self._depth = self._values + 1, self._depth + 1
        if self._values > MOST_VALUES:
            raise yaml.YAMLError(f"内容（别名展开后）超过 {MOST_VALUES} 项，请拆成几个文件")
        if self._depth > DEEPEST:
            raise yaml.YAMLError(too_deep())
        found = self._made(node, path)
        self._depth -= 1
        self._lines[path] = node.start_mark.line + 1
        return found

    def _made(self, node: yaml.Node, path: Path) -> Any:
        if isinstance(node, yaml.MappingNode) and node.tag == "tag:yaml.org,2002:map":
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode) and node.tag == "tag:yaml.org,2002:seq":
            return [self._value(each, (*path, place)) for place, each in enumerate(node.value)]
        return self._loader.construct_object(node, deep=True)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        own: dict[str, Any] = {}
        for key, value in node.value:
            if key.tag == MERGE:
                for each in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                    merged = {**self._merged(each, path), **merged}
                continue
            name = self._key(key)
            if name in own:
                raise yaml.YAMLError(f"第 {key.start_mark.line + 1} 行的键 {name} 写了两次")
            own[name] = self._value(value, (*path, name))
            self._lines[(*path, name)] = key.start_mark.line + 1
        return {**merged, **own}

    def _merged(self, node: yaml.Node, path: Path) -> dict[str, Any]:
        found = self._value(node, path)
        if not isinstance(found, dict):
            raise yaml.YAMLError(f"第 {node.start_mark.line + 1} 行的 << 后面应为一组字段")
        return found

    def _key(self, node: yaml.Node) -> str:
        """As it is spelled: `on` is no truth, and a code no number."""
        if not isinstance(node, yaml.ScalarNode):
            raise yaml.YAMLError(f"第 {node.start_mark.line + 1} 行的键应为一个名称")
        return str(node.value)
