"""YAML that people hand in: bounded in size and depth, without aliases, no key twice, no key that is not a text."""

from __future__ import annotations

from typing import Any

import yaml
from yaml.composer import Composer
from yaml.constructor import SafeConstructor
from yaml.cyaml import CParser  # type: ignore[attr-defined]
from yaml.resolver import Resolver

MOST_BYTES = 64 * 1024
DEEPEST = 40
UNREADABLE = (yaml.YAMLError, ValueError, ArithmeticError, LookupError, AttributeError)
"""What PyYAML and the numbers raise: the last three for tags on what they are not."""


class NotYaml(ValueError):
    """The file cannot be read; the message says in Chinese why."""


class Shallow(Composer, CParser, SafeConstructor, Resolver):
    """libyaml reads, PyYAML makes nodes and values of it: several times faster, and the depth is bounded while reading.

    The time that brackets in brackets take would grow without bound.
    """

    depth = 0

    def __init__(self, stream: Any) -> None:
        CParser.__init__(self, stream)
        Composer.__init__(self)
        SafeConstructor.__init__(self)
        Resolver.__init__(self)

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
        return _Strict(data).get_single_data()
    except UNREADABLE as exc:
        raise NotYaml(f"{name} 不是合法的 YAML：{told(exc)}") from exc


def require_small(data: bytes, name: str, most: int) -> None:
    """Raises NotYaml."""
    if len(data) > most:
        raise NotYaml(f"{name} 超过 {most // 1024} KB，请删减，或拆成几个文件")


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
