"""What a text of a diagram, table, form or letter reads, held against the words of its process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.core.said import Said, hint_of
from app.engine.outline import Point
from app.feel import Inferred, Read, Unknown
from app.feel.diagnostics import WORDS
from app.feel.shapes import Shape
from app.vocabulary.finding import ERROR, Finding
from app.vocabulary.graph import AFTER
from app.vocabulary.paths import prefixes
from app.vocabulary.words import Words


class Reader:
    """Findings of one place. own: names that only this place has; `told` is the place as people find it."""

    def __init__(self, words: Words, point: Point, own: Iterable[str] = (), *, after: bool = False) -> None:
        self.words, self.point = words, point
        self.own = frozenset(own) | words.own(point).keys()
        self.key = point.id + AFTER if after else point.id

    def findings(self, inferred: Inferred, where: str, *, values: bool = True, file: str = "") -> Iterator[Finding]:
        """Everything wrong with what a text reads. values: null is no value here, so a missing name is a fault."""
        said = [*said_of(inferred.unknown), *(each.message_zh for each in inferred.diagnostics)]
        for read in inferred.reads:
            said += self.said(read, values)
        for message in dict.fromkeys(said):
            element, told = self.point.element, f"{where}{message}"
            yield Finding(
                ERROR, file or self.words.file, element.label, told, at=element.id, hint=hint_of(message)
            )  # fmt: skip

    def said(self, read: Read, values: bool) -> Iterator[str]:
        """What is wrong with one read: the name comes later, lacks a value on a path, or is of an earlier round."""
        paths = self.words.paths
        if read.path[0] in self.own:
            return
        names = [name for name in prefixes(read.path) if name in paths.tracked]
        name = ".".join(read.path)
        late = [each for each in names if each not in paths.possible(self.key)]
        writes = paths.writes.get(self.point.id)
        again = writes is not None and not writes.names.isdisjoint(names)
        if late and again:
            return
        if late:
            yield f"用到的“{name}”到这里还没有：{self.words.origins.get(late[0], '')}在这之后。请改用前面已有的数据"
            return
        if not paths.whole:
            return
        missing = paths.missing(self.key, names, read.guards) if values and read.strict else None
        if missing is not None:
            yield (
                f"用到的“{name}”在有的路径上没有值：通过“{paths.tell(missing)}”。"
                f"请先判断（if {names[0]} = null then … else …），或者改用每条路径上都有的数据"
            )
        old = None if again else paths.stale(self.key, names, read.guards)
        if old is not None:
            yield (
                f"用到的“{name}”可能是上一轮的填写：通过“{paths.tell(old)}”再到这里时没有重新填写。"
                f"请在退回的路上用脚本清空（{names[0]} = null），或者先判断这一轮走的是哪条路"
            )


def word(shape: Shape) -> str:
    """What kind of value a shape is, in Chinese."""
    return WORDS.get(shape.kind, shape.kind)


def said_of(unknown: Iterable[Unknown]) -> Iterator[str]:
    """What to say of names that nobody declared."""
    for each in unknown:
        hint = f"，是不是 {each.near}" if each.near else ""
        swap = ("swap", each.name, each.near) if each.near else ()
        if each.base in ("figure", "optional_figure"):
            told = f"用到的标准 {each.name} 不在标准目录里{hint}？请改正名称，或先在标准目录中登记"
        elif each.base:
            told = f"用到的“{each.base}”里没有“{each.name}”{hint}？请检查名称"
        else:
            told = f"用到的“{each.name}”没有任何环节给出{hint}？请检查名称"
        yield Said(told, hint=swap)
