"""YAML that people hand in: bounded in size and depth, without aliases, no key twice, no key that is not a text."""

from __future__ import annotations

from typing import Any

import yaml

MOST_BYTES = 64 * 1024
DEEPEST = 40
UNREADABLE = (yaml.YAMLError, ValueError, ArithmeticError, LookupError, AttributeError)
"""What PyYAML and the numbers raise: the last three for tags on what they are not."""


class NotYaml(ValueError):
    """The file cannot be read; the message says in Chinese why."""


class Shallow(yaml.SafeLoader):
    """The time that brackets in brackets take grows without bound, and the scanner reads far ahead of what is made."""

    depth = 0

    def fetch_flow_collection_start(self, token: Any) -> None:
        if self.flow_level == DEEPEST:
            raise yaml.YAMLError(too_deep())
        super().fetch_flow_collection_start(token)

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.depth == DEEPEST:
            raise yaml.YAMLError(too_deep())
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


class _Strict(Shallow):
    """A few aliases can grow without bound; a key written twice would quietly win."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("不能使用 YAML 别名（*名称）")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key) for key, _ in node.value]
        for key in keys:
            if not isinstance(key, str):
                raise yaml.YAMLError(f"键 {key!r} 不是文字，请加引号（on、yes、no 会被当作真假）")
        if len(set(keys)) < len(keys):
            twice = next(key for key in keys if keys.count(key) > 1)
            raise yaml.YAMLError(f"键 {twice} 写了两次")
        return super().construct_mapping(node, deep)


def load(data: bytes, name: str, most: int = MOST_BYTES) -> Any:
    """The content of a file called `name`. Raises NotYaml."""
    require_small(data, name, most)
    try:
        return yaml.load(data, _Strict)  # noqa: S506 - a SafeLoader, made stricter
    except UNREADABLE as exc:
        raise NotYaml(f"{name} 不是合法的 YAML：{told(exc)}") from exc


def require_small(data: bytes, name: str, most: int) -> None:
    """Raises NotYaml."""
    if len(data) > most:
        raise NotYaml(f"{name} 超过 {most // 1024} KB")


def too_deep() -> str:
    return f"嵌套超过 {DEEPEST} 层，请简化"


def told(error: Exception) -> str:
    """PyYAML's own words are English: where it is, and what to look at. Ours name the matter themselves."""
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        return f"第 {mark.line + 1} 行第 {mark.column + 1} 列写得不对，请检查缩进、冒号后的空格、引号和括号"
    if type(error) is yaml.YAMLError:
        return str(error)
    return "有写法不能读取（编码、日期或 !! 标记），请改为普通的文字、数字或日期"
