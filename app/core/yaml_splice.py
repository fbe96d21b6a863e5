"""YAML or JSON with other values and the same writing: comments, order, quotes and lines of all else stay as they are.

Only the characters of what differs are replaced. What comes out is read again, and must hold exactly what was wanted:
where an alias, a merged key or a way of writing does not allow that, nothing is changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Any

import yaml

from app.core import marked_yaml
from app.core.strict_yaml import UNREADABLE, NotYaml, Shallow

Edit = tuple[int, int, str]
"""Characters from, up to, and what takes their place."""


class CannotSplice(ValueError):
    """The file is written so that these values cannot be changed without changing more; the message is Chinese."""


def rewritten(data: bytes, content: Any) -> bytes:
    """`data` so that it holds `content`. Raises NotYaml (it holds nothing that can be read), CannotSplice."""
    before = marked_yaml.load(data, "故事").content
    try:
        text = data.decode("utf-8-sig")
        root = Shallow(text).get_single_node()
    except UNREADABLE as error:
        raise CannotSplice("这个文件的写法不能自动改写") from error
    assert root is not None
    result = _applied(text, sorted(_edits(text, root, before, content)))
    try:
        after = marked_yaml.load(result.encode(), "故事").content
    except NotYaml as error:
        raise CannotSplice("这里的写法不能自动改写") from error
    if plain(after) != plain(content):
        raise CannotSplice("这里用了别名或别的写法，改一处会牵动别处，不能自动改写")
    return result.encode()


def plain(value: Any) -> Any:
    """A value as it compares: dates and numbers may be quoted or not."""
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return value if value is None or isinstance(value, bool) else str(value)


def _applied(text: str, edits: Sequence[Edit]) -> str:
    for begin, end, new in reversed(edits):
        text = f"{text[:begin]}{new}{text[end:]}"
    return text


def _edits(text: str, node: yaml.Node, old: Any, new: Any) -> Iterator[Edit]:
    if plain(old) == plain(new):
        return
    if isinstance(node, yaml.MappingNode) and isinstance(new, Mapping) and isinstance(old, Mapping) and new:
        yield from _mapping(text, node, old, new)
    elif isinstance(node, yaml.SequenceNode) and isinstance(new, list) and isinstance(old, list) and new:
        yield from _sequence(text, node, old, new)
    else:
        yield node.start_mark.index, _end(node), _told(new, node)


def _mapping(text: str, node: yaml.MappingNode, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Edit]:
    own = {str(key.value): (key, value) for key, value in node.value}
    kept = [name for name in own if name in new]
    for name, (key, value) in own.items():
        if name in kept:
            yield from _edits(text, value, old.get(name), new[name])
        elif name in old:
            yield _without(text, node, key.start_mark.index, _end(value), last=name == list(own)[-1])
    written = {name: each for name, each in new.items() if name not in own and old.get(name, node) != each}
    if written:
        yield _behind(text, node, [f"{_scalar(name, node)}: {_told(each, node)}" for name, each in written.items()])


def _sequence(text: str, node: yaml.SequenceNode, old: list[Any], new: list[Any]) -> Iterator[Edit]:
    before, after = ([json.dumps(plain(each), sort_keys=True) for each in side] for side in (old, new))
    for kind, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        both = min(j - i, m - k) if kind == "replace" else 0
        for place in range(both):
            yield from _edits(text, node.value[i + place], old[i + place], new[k + place])
        for place in range(i + both, j) if kind != "equal" else ():
            each = node.value[place]
            yield _without(text, node, each.start_mark.index, _end(each), last=place == len(old) - 1)
        if kind != "equal" and k + both < m:
            if m != len(new):  # only what is added at the end has an obvious place
                raise CannotSplice("这里的写法不能自动改写")
            yield _behind(text, node, [_told(each, node) for each in new[k + both : m]])


def _without(text: str, node: yaml.CollectionNode, begin: int, end: int, *, last: bool) -> Edit:
    """An item or pair taken out: with its comma, or with its lines."""
    if node.flow_style:
        if not last:
            return begin, _past(text, end, ","), ""
        before = text.rstrip().rfind(",", node.start_mark.index, begin)
        return (before if before > 0 else begin), end, ""
    line = text.rfind("\n", 0, begin) + 1
    if text[line:begin].strip(" -"):  # it stands behind something else on its line
        raise CannotSplice("这里的写法不能自动改写")
    if "-" in text[line:begin] and isinstance(node, yaml.MappingNode):  # the first key of an item: the dash stays
        return begin, _next(text, end, begin - line), ""
    return line, _line_end(text, end), ""


def _behind(text: str, node: yaml.CollectionNode, parts: list[str]) -> Edit:
    """Further items or pairs at the end."""
    if node.flow_style:
        begin, at = node.start_mark.index + 1, node.end_mark.index - 1
        if node.value:
            last = _end(node.value[-1] if isinstance(node, yaml.SequenceNode) else node.value[-1][1])
            # What an alias names stands elsewhere: behind it there is the bracket only.
            at = last if begin < last <= at else len(text[:at].rstrip())
        return at, at, f"{', ' if node.value else ''}{', '.join(parts)}"
    at = _line_end(text, _end(node))
    dash = "- " if isinstance(node, yaml.SequenceNode) else ""
    lines = "".join(f"{' ' * node.start_mark.column}{dash}{part}\n" for part in parts)
    return at, at, lines if at == 0 or text[at - 1] == "\n" else f"\n{lines}"


def _end(node: yaml.Node) -> int:
    """Where what a node says ends: a block's own mark stands behind the comments that follow."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)


def _line_end(text: str, at: int) -> int:
    if at and text[at - 1] == "\n":
        return at
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1


def _next(text: str, end: int, column: int) -> int:
    """Where the next pair of a block begins that stands in this column. Raises CannotSplice."""
    at = _line_end(text, end)
    if text[at : at + column].strip(" ") or text[at + column : at + column + 1].strip() in ("", "#", "-"):
        raise CannotSplice("这里的写法不能自动改写")
    return at + column


def _past(text: str, at: int, mark: str) -> int:
    """Behind the comma that follows, and the blanks behind it. Raises CannotSplice."""
    found = len(text) - len(text[at:].lstrip())
    if text[found : found + 1] != mark:
        raise CannotSplice("这里的写法不能自动改写")
    return len(text) - len(text[found + 1 :].lstrip(" "))


def _told(value: Any, node: yaml.Node) -> str:
    """A value on one line, as the file would write it here."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_scalar(name, node)}: {_told(each, node)}' for name, each in value.items())}}}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_told(each, node) for each in value)}]"
    return _scalar(value, node)


def _scalar(value: Any, node: yaml.Node) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    text = value.isoformat() if isinstance(value, (date, datetime)) else str(value)
    if isinstance(node, yaml.ScalarNode) and node.style == "'":
        return "'" + text.replace("'", "''") + "'" if "\n" not in text else json.dumps(text, ensure_ascii=False)
    quoted = isinstance(node, yaml.ScalarNode) and node.style == '"' or _is_json(node)
    if quoted and not isinstance(value, (int, Decimal)) or not _stands_plain(text):
        return json.dumps(text, ensure_ascii=False)
    return text


def _is_json(node: yaml.Node) -> bool:
    """Whether names are quoted here, as JSON has them."""
    first = node.value[0] if isinstance(node, yaml.CollectionNode) and node.value else None
    key = first[0] if isinstance(first, tuple) else first
    flows = isinstance(node, yaml.CollectionNode) and bool(node.flow_style)
    return flows and isinstance(key, yaml.ScalarNode) and key.style == '"'


def _stands_plain(text: str) -> bool:
    """Whether a text without quotes means itself also inside brackets."""
    try:
        (found,) = marked_yaml.load(f"[{text}]".encode(), "").content
    except (NotYaml, ValueError, TypeError):
        return False
    return isinstance(found, (str, int, date, Decimal)) and not isinstance(found, bool) and plain(found) == text
