"""What the names that rules read are called, by the forms, tables and diagrams of their bundle and by the figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app import vocabulary
from app.backtest.rules import Rules
from app.backtest.subjects import Subject
from app.definitions.errors import BundleError
from app.engine import DiagramError
from app.feel import FeelError
from app.feel.shapes import Shape

UNREADABLE = (BundleError, DiagramError, FeelError)
MOST_NAMES = 5
_STEMS = {
    "application": "申请", "case": "案件", "registry": "救助登记信息", "notice": "公示", "programme": "本项目",
    "actor": "当前办理人", "figure": "标准", "optional_figure": "标准",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Figure:
    title: str


@dataclass(frozen=True, slots=True)
class _Catalogue:
    """What the vocabulary asks for: figures with their titles."""

    figures: Mapping[str, _Figure]
    clauses: Mapping[str, Any] = field(default_factory=dict)


class Titles:
    """Read where something has to be told: a vocabulary costs as much as many cases. `figures`: titles by key."""

    def __init__(self, rules: Mapping[str, Rules], figures: Mapping[str, str]) -> None:
        self._rules = rules
        self._catalogue = _Catalogue({key: _Figure(title) for key, title in figures.items()})
        self._kept: dict[str, Mapping[str, Mapping[str, Shape]]] = {}

    def listed(self, subject: Subject, paths: Iterable[str]) -> str:
        """What dotted paths are called where the draft reads them in this case, the first few."""
        words = self._words(subject.draft or subject.release_id).get(subject.process, {})
        called = list(dict.fromkeys(_called(words, path) for path in paths))
        return "、".join(called[:MOST_NAMES]) + (" 等" if len(called) > MOST_NAMES else "")

    def _words(self, name: str) -> Mapping[str, Mapping[str, Shape]]:
        """By process the shapes of all that may be read there; nothing of a bundle whose words cannot be read."""
        if name not in self._kept:
            try:
                found = vocabulary.of(self._rules[name].bundle, self._catalogue).words
                self._kept[name] = {process: words.roots for process, words in found.items()}
            except UNREADABLE:
                self._kept[name] = {}
        return self._kept[name]


def _called(words: Mapping[str, Shape], path: str) -> str:
    """`申请的“家庭年收入”`; a name that no form, table or step gives is told as such."""
    root, *rest = path.split(".")
    shape = words.get(root)
    stem = _STEMS.get(root) or (f"“{shape.title}”" if shape is not None and shape.title else f"“{root}”")
    for place, name in enumerate(rest):
        shape = _member(shape, name)
        if shape is None:
            return f"{stem}里没有的“{'.'.join(rest[place:])}”"
    if not rest or shape is None:
        return stem
    return f"{stem}的“{shape.title or rest[-1]}”"


def _member(shape: Shape | None, name: str) -> Shape | None:
    """What lies under a name, of a list under that of its items."""
    found = shape.member(name) if shape is not None else None
    return found.item if found is not None and shape is not None and shape.kind == "list" else found
