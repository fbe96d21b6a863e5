"""YAML that people hand in: bounded, without aliases, no key twice, no key that is not a text."""

from __future__ import annotations

from typing import Any

import yaml

MOST_BYTES = 64 * 1024


class NotYaml(ValueError):
    """The file cannot be read; the message says in Chinese why."""


class _Loader(yaml.SafeLoader):
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
    if len(data) > most:
        raise NotYaml(f"{name} 超过 {most // 1024} KB")
    try:
        return yaml.load(data, _Loader)  # noqa: S506 - a SafeLoader, made stricter
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as exc:
        raise NotYaml(f"{name} 不是合法的 YAML：{exc}") from exc
