"""What would obviously mend a finding, as other characters in a file: an editor offers it, the owner decides.

A hint names an operation and its operands; where its place cannot be found in the file as it is written, there is none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from os.path import commonprefix

from app.core.ids import digest
from app.definitions.folder import MANIFEST
from app.vocabulary import Finding, Mend

Span = tuple[int, int]
Edit = tuple[str, int, int, str | None]
"""What the button says, and what it does: see `Mend`."""
_RULE = re.compile(r"\s*<(?:\w+:)?rule\b.*?</(?:\w+:)?rule>", re.S)
_CELL = re.compile(r"<(?:\w+:)?(?:input|output)Entry\b.*?(?:/>|</(?:\w+:)?(?:input|output)Entry>)", re.S)
_FIELDS = {"name": ("姓名", {}), "id_number": ("公民身份号码", {"properties": {"format": "id_number"}})}


def with_mends(findings: list[Finding], files: Mapping[str, bytes]) -> list[Finding]:
    """The findings, each with what would mend it where that is obvious."""
    return [replace(each, mend=_mend(each, files)) if each.hint else each for each in findings]


def _mend(finding: Finding, files: Mapping[str, bytes]) -> Mend | None:
    kind, *operands = finding.hint
    path = MANIFEST if kind == "listed" else finding.file
    content = files.get(path)
    if content is None:
        return None
    try:
        edit = _OPERATIONS[kind](content.decode(), finding, *operands)
    except UnicodeDecodeError:
        return None
    return Mend(edit[0], path, digest(content), *_least(content.decode(), *edit[1:])) if edit else None


def _least(text: str, begin: int, end: int, new: str | None) -> tuple[int, int, str | None]:
    """The same change without what stays as it is before and behind it."""
    if new is None:
        return begin, end, new
    old = text[begin:end]
    before = len(commonprefix([old, new]))
    behind = len(commonprefix([old[before:][::-1], new[before:][::-1]]))
    return begin + before, end - behind, new[before : len(new) - behind]


def _swap(text: str, finding: Finding, old: str, new: str) -> Edit | None:
    """One word for another, wherever it stands in what the finding is about."""
    word = re.compile(rf"(?<![\w.]){re.escape(old)}(?!\w)|(?<=\.){re.escape(old)}(?!\w)")
    for begin, end in _spans(text, finding):
        changed = word.sub(lambda _: new, text[begin:end])
        if changed != text[begin:end]:
            return f"改为“{new}”", begin, end, changed
    return None


def _set(text: str, finding: Finding, attribute: str, value: str) -> Edit | None:
    """An attribute of the element's own tag."""
    span = _element(text, finding.at)
    if span is None or not value:
        return None
    begin, end = span[0], text.index(">", span[0])
    tag = text[begin:end]
    said = f'{attribute}="{value}"'
    written = re.compile(rf'(?<=\s){re.escape(attribute)}="[^"]*"')
    changed = written.sub(lambda _: said, tag) if written.search(tag) else re.sub(
        r"\s*/?$", lambda found: f" {said}{found[0]}", tag, count=1
    )  # fmt: skip
    told = f"设“{_label(text, value)}”为默认流向" if attribute == "default" else f"填写 {value}"
    return told, begin, end, changed


def _drop(text: str, finding: Finding, at: str, child: str) -> Edit | None:
    """A child of an element, with all in it."""
    span = _element(text, at)
    found = span and re.compile(rf"\s*<((?:\w+:)?{child})\b.*?</\1>", re.S).search(text, *span)
    return ("删除这个条件", found.start(), found.end(), "") if found else None


def _row(text: str, finding: Finding) -> Edit | None:
    rows = list(_rows(text, finding.at))
    if not 0 < finding.row <= len(rows):
        return None
    return f"删除第 {finding.row} 行", *rows[finding.row - 1], ""


def _remove(text: str, finding: Finding) -> Edit:
    return "删除这个文件", 0, len(text), None


def _listed(text: str, finding: Finding, path: str) -> Edit:
    """A table in the list of the manifest, in whichever way the list is written."""
    said = "写进清单"
    if found := re.search(r"^decisions:[ \t]*\[([^\]]*)(?=\])", text, re.M):
        return said, found.end(), found.end(), f"{', ' if found[1].strip() else ''}{path}"
    if found := re.search(r"^decisions:[ \t]*\n((?:[ \t]*- .*\n?)*)", text, re.M):
        last = re.findall(r"^([ \t]*)- ", found[1], re.M) or ["  "]
        return said, found.end(), found.end(), f"{last[-1]}- {path}\n"
    return said, len(text), len(text), f"{'' if text.endswith(chr(10)) else chr(10)}decisions: [{path}]\n"


def _field(text: str, finding: Finding, key: str) -> Edit | None:
    """A field that every application form has, as the first one."""
    found = re.search(r'"components"\s*:\s*\[', text)
    label, more = _FIELDS[key]
    if found is None:
        return None
    field = {"type": "textfield", "key": key, "label": label, "validate": {"required": True}, **more}
    empty = text[found.end() :].lstrip().startswith("]")
    written = f"\n    {json.dumps(field, ensure_ascii=False)}{'' if empty else ','}"
    return f"加上“{label}”", found.end(), found.end(), written


_OPERATIONS: Mapping[str, Callable[..., Edit | None]] = {
    "swap": _swap, "set": _set, "drop": _drop, "row": _row, "remove": _remove, "listed": _listed,
    "field": _field,
}  # fmt: skip


# Where things stand -------------------------------------------------------------------------------------------------


def _spans(text: str, finding: Finding) -> Iterator[Span]:
    """What a finding is about, and what leaves it; of a text its line."""
    if finding.file.endswith(".dmn"):
        yield from _cells(text, finding)
    elif finding.file.endswith(".bpmn"):
        if (span := _element(text, finding.at)) is not None:
            yield span
        flow = re.compile(rf'<(?:\w+:)?sequenceFlow\b[^>]*\bsourceRef="{re.escape(finding.at)}"')
        yield from (span for found in flow.finditer(text) if (span := _closed(text, found.start())) is not None)
    elif finding.row:
        lines = text.splitlines(keepends=True)
        begin = sum(map(len, lines[: finding.row - 1]))
        yield begin, begin + len(lines[finding.row - 1]) if finding.row <= len(lines) else begin
    elif finding.file.endswith(".json") and (found := re.search(rf'"key"\s*:\s*"{re.escape(finding.at)}"', text)):
        yield text.rfind("{", 0, found.start()), _object_end(text, text.rfind("{", 0, found.start()))


def _cells(text: str, finding: Finding) -> Iterator[Span]:
    rows = list(_rows(text, finding.at))
    if not 0 < finding.row <= len(rows):
        if not finding.row and (span := _element(text, finding.at)) is not None:
            yield span
        return
    begin, end = rows[finding.row - 1]
    cells = [found.span() for found in _CELL.finditer(text, begin, end)]
    yield cells[finding.cell - 1] if 0 < finding.cell <= len(cells) else (begin, end)


def _rows(text: str, decision: str) -> Iterator[Span]:
    span = _element(text, decision)
    return (found.span() for found in _RULE.finditer(text, *span)) if span else iter(())


def _element(text: str, id: str) -> Span | None:
    """The element of this id in XML, up to its end."""
    found = re.search(rf'<[\w:]+\b[^<>]*?\sid="{re.escape(id)}"', text) if id else None
    return _closed(text, found.start()) if found else None


def _closed(text: str, begin: int) -> Span | None:
    name = re.match(r"<([\w:]+)", text[begin : begin + 100])
    if name is None:
        return None
    depth = 0
    for tag in re.compile(rf"<(/?){re.escape(name[1])}\b[^>]*?(/?)>", re.S).finditer(text, begin):
        depth += -1 if tag[1] else 0 if tag[2] else 1
        if depth == 0:
            return begin, tag.end()
    return None


def _object_end(text: str, begin: int) -> int:
    try:
        return begin + json.JSONDecoder().raw_decode(text[begin:])[1]
    except ValueError:
        return begin


def _label(text: str, id: str) -> str:
    """How people know the flow of this id."""
    span = _element(text, id)
    name = re.search(r'\sname="([^"]*)"', text[span[0] : text.index(">", span[0])]) if span else None
    return name[1] if name and name[1] else id
