"""On which line of a text a finding is: editors of texts go there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from app.core import marked_yaml
from app.core.strict_yaml import NotYaml
from app.vocabulary import Finding

_LINE = re.compile(r"第 (\d+) 行")


def with_lines(findings: list[Finding], files: Mapping[str, bytes]) -> list[Finding]:
    """Findings in YAML with their lines: of the key that they are about, else the one that their words name."""
    marked: dict[str, marked_yaml.Marked | None] = {}
    placed = []
    for each in findings:
        if each.row or not each.file.endswith((".yaml", ".yml")) or each.file not in files:
            placed.append(each)
            continue
        if each.file not in marked:
            marked[each.file] = _read(each.file, files[each.file])
        placed.append(replace(each, row=_line(each, marked[each.file])))
    return placed


def _read(path: str, content: bytes) -> marked_yaml.Marked | None:
    try:
        return marked_yaml.load(content, path)
    except NotYaml:
        return None


def _line(finding: Finding, marked: marked_yaml.Marked | None) -> int:
    named = _LINE.search(finding.message)
    if marked is None or not finding.at:
        return int(named[1]) if named else 0
    path, found = _path(finding.at, marked.content), None
    while path and found is None:
        found = marked.line(path)
        path = path[:-1]
    return found or 0


def _path(at: str, content: object) -> marked_yaml.Path:
    """A dotted path as the file has it: numbers count where a list stands, a variable of a contract is under its key.

    Entries of a catalogue are named by their key (`figures.<key>`), which stands in them.
    """
    path: list[str | int] = []
    steps = at.split(".")
    if isinstance(content, dict) and steps[0] not in content and steps[0] in (content.get("variables") or {}):
        steps = ["variables", *steps]
    for step in steps:
        if isinstance(content, list):
            keys = [each.get("key") if isinstance(each, dict) else None for each in content]
            index = int(step) if step.isdigit() else keys.index(step) if step in keys else None
            if index is None or index >= len(content):
                break
            path.append(index)
            content = content[index]
        else:
            path.append(step)
            content = content.get(step) if isinstance(content, dict) else None
    return tuple(path)
