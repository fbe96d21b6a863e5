"""One difference, and how it is found between two mappings of names to values."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from typing import Any

ADDED, REMOVED, MOVED, CHANGED = "added", "removed", "moved", "changed"
WORDS = {ADDED: "增加", REMOVED: "删除", MOVED: "移动", CHANGED: "改动"}


@dataclass(frozen=True, slots=True)
class Difference:
    """`place` is what people call the thing, `id` its name in the file; `what` the attribute of it that changed."""

    kind: str
    file: str
    place: str = ""
    what: str = ""
    old: str = ""
    new: str = ""
    id: str = ""

    def as_dict(self) -> dict[str, str]:
        return asdict(self)

    def __str__(self) -> str:
        where = "，".join(part for part in (self.place, self.what) if part)
        line = f"{WORDS[self.kind]} {self.file}" + (f" “{where}”" if where else "")
        if self.kind == CHANGED and (self.old or self.new):
            return f"{line}：{self.old or '（空）'} → {self.new or '（空）'}"
        return f"{line}：{self.new or self.old}" if self.new or self.old else line


def between(
    file: str, place: str, old: Mapping[str, Any], new: Mapping[str, Any], id: str = ""
) -> Iterator[Difference]:
    """Attributes of one thing that came, went or changed."""
    for what in dict.fromkeys((*old, *new)):
        was, now = str(old.get(what, "")), str(new.get(what, ""))
        if was != now:
            yield Difference(CHANGED, file, place, what, was, now, id)


def out_of_order(old: Collection[str], new: Collection[str]) -> list[str]:
    """What stands elsewhere among the names that both have: the fewest that explain the new order."""
    common = set(old) & set(new)
    was, now = [each for each in old if each in common], [each for each in new if each in common]
    kept = SequenceMatcher(None, was, now, autojunk=False).get_matching_blocks()
    stayed = {each for block in kept for each in now[block.b : block.b + block.size]}
    return [each for each in now if each not in stayed]
