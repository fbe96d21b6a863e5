"""Letters: what a contract may read at the element that makes the letter, and what is wrong with what it reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from app.effects import SCHEMAS
from app.engine.outline import Point
from app.feel import Expression, Inferred, Unknown, infer, shapes
from app.feel.diagnostics import WORDS
from app.feel.shapes import Shape, typed
from app.vocabulary.facts import World
from app.vocabulary.finding import ERROR, Finding
from app.vocabulary.reading import Reader, said_of
from app.vocabulary.words import Words, look

NOTICE = "publicity_notice"
_TEXT = re.compile(r'"([a-z][a-z0-9_]*)"')
_OFFICE = {"name": typed("string", "名称", certain=True), "phone": typed("string", "电话")}
_REMEDY = shapes.context().with_members(
    {
        "way": typed("string", "途径的代号，例如 review、suit", certain=True),
        "title": typed("string", "怎么救济，例如 申请行政复议", certain=True),
        "organ": typed("string", "向哪个机关", certain=True),
        "within": typed("string", "收到之日起多久以内，例如 60日"),
        "law": typed("string", "法律依据"),
    }
)
LETTER: Mapping[str, Shape] = {
    "letter": shapes.context("文书", certain=True).with_members(
        {
            "number": typed("string", "文号", certain=True),
            "date": typed("date", "成文日期", certain=True),
            "year": typed("number", "年份", certain=True),
            "verify_code": typed("string", "验证码", certain=True),
            "verify_url": typed("string", "验证网址"),
        }
    ),
    "issuer": shapes.context("发文单位", certain=True).with_members(_OFFICE),
    "county_office": shapes.context("县级民政部门").with_members(_OFFICE),
    "township_office": shapes.context("乡镇、街道").with_members(_OFFICE),
    "village_office": shapes.context("村民委员会、居民委员会").with_members(_OFFICE),
    "remedies": replace(shapes.listing(_REMEDY), title="不服决定的救济途径", certain=True),
}
"""What every letter has besides its case (`app.documents.operations`)."""
_POSTED = {
    "from": typed("date", "公示起日", certain=True),
    "until": typed("date", "公示止日", certain=True),
    "days": typed("number", "公示天数", certain=True),
    "kind": typed("string", "类别", certain=True),
    "place": typed("string", "张贴地点", certain=True),
}
_LETTERS = "list<context<title: string, number: string, date: date>>"
BY_ITSELF: Mapping[str, Mapping[str, Shape]] = {
    "withdrawal_notice": {"on": typed("date", "撤回日期", certain=True), "reason": typed("string", "原因")},
    "void_notice": {
        "voided_title": typed("string", "作废文书的名称", certain=True),
        "voided_number": typed("string", "作废文书的文号", certain=True),
        "voided_date": typed("date", "作废文书的日期", certain=True),
        "reason": typed("string", "原因", certain=True),
    },
    "correction_notice": {
        "reopened_on": typed("date", "重新办理的日期", certain=True),
        "reason": typed("string", "重新办理的原因", certain=True),
        "replaced": typed(_LETTERS, "被代替的文书", certain=True),
        "had": typed("number", "原已发放", certain=True),
        "decided": typed("number", "重新决定应发", certain=True),
        "more": typed("number", "补发"),
        "less": typed("number", "应当退回"),
        "undone": typed("number", "不用再退"),
    },
}
"""Letters that the product makes by itself in any process, with their `document` (`app.cases.reversal`,
`app.cases.effects.corrections`)."""
_KINDS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("number", "money", "capital", "numeral"), ("number",)),
    "date": ("date", "date and time", "string"),
    "bool": ("boolean",),
    "clause": ("string", "list"),
    **dict.fromkeys(("addressee", "you"), ("string",)),
}


class Variable(Protocol):
    """A variable of a contract."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def optional(self) -> bool: ...
    @property
    def expression(self) -> Expression | None: ...


@dataclass(frozen=True, slots=True)
class Made:
    """A letter that an element makes: the key of its template, and the names that only the letter has."""

    words: Words
    point: Point
    template: str
    own: Mapping[str, Shape]

    def findings(self, title: str, variables: Iterable[Variable], *, shared: bool) -> Iterator[Finding]:
        """What is wrong with the contract here. shared: a letter of the library, which serves other processes too."""
        scope = {**self.words.roots, **self.words.own(self.point), **self.own}
        texts = [(variable, variable.expression) for variable in variables if variable.expression is not None]
        asked = frozenset(name for _, expression in texts for name in expression.names)
        for variable, expression in texts:
            inferred = infer(expression.text, expression.tree, scope)
            for message in self._said(variable, inferred, World(scope), asked if shared else None):
                place = f"letters/{self.template}/contract.yaml"
                told = f"《{title}》的{variable.title}，由“{self.point.element.label}”出具：{message}"
                yield Finding(ERROR, place, self.point.element.label, told, at=variable.name)

    def _said(
        self, variable: Variable, inferred: Inferred, world: World, asked: frozenset[str] | None
    ) -> Iterator[str]:
        """asked: all that a shared letter reads; None for a letter of the bundle's own."""
        shared = asked is not None
        yield from said_of(each for each in inferred.unknown if self._matters(each, variable, world, asked))
        yield from (each.message_zh for each in inferred.diagnostics)
        reader = Reader(self.words, self.point, self.own)
        for read in inferred.reads:
            if not (shared and variable.optional):
                yield from reader.said(read, not variable.optional)
        wanted, kind = _KINDS.get(variable.type, ()), inferred.shape.kind
        if wanted and kind and kind not in wanted:
            yield f"应为{WORDS[wanted[0]]}，现在的表达式得到{WORDS.get(kind, kind)}，请改正"

    @staticmethod
    def _matters(unknown: Unknown, variable: Variable, world: World, asked: frozenset[str] | None) -> bool:
        """Whether an unknown name is a mistake: a shared letter leaves out what it may do without.

        It does not where a field of a like name is there that the letter does not read: that one was renamed.
        """
        path = unknown.path
        if world.all({}, unknown.guards, lambda other: other[: len(path)] == path) is None:
            return False
        if unknown.base == "document":
            return unknown.strict and not variable.optional
        if unknown.base in ("figure", "optional_figure") or asked is None:
            return True
        renamed = unknown.near is not None and f"{unknown.base}.{unknown.near}" not in asked
        return renamed or (unknown.strict and not variable.optional)


def made(words: Words) -> Iterator[Made]:
    """Every letter that a process can make."""
    for point in words.points():
        schema = SCHEMAS.get(point.element.attributes.get("topic", ""))
        if schema is not None and schema.letter and point.element.type == "serviceTask":
            document = _document(words, point)
            for template in _TEXT.findall(point.element.inputs.get("template", f'"{NOTICE}"')):
                yield Made(words, point, template, {**LETTER, "document": document})
    start = words.outline.points.get(words.ways.start)
    if start is not None:
        for template, given in BY_ITSELF.items():
            yield Made(words, start, template, {**LETTER, "document": shapes.context().with_members(given)})


def _document(words: Words, point: Point) -> Shape:
    """`document`: the inputs of the effect, and of a notice its days and place."""
    scope = {**words.roots, **words.own(point)}
    given = {name: look(text, scope) for name, text in point.element.inputs.items() if text}
    posted = _POSTED if point.element.attributes.get("topic") != "document" else {}
    # What is given counts as having a value: one that has none stops the letter, and says so, when it is made.
    inputs = {name: replace(each.shape if each else Shape(), certain=True) for name, each in given.items()}
    return shapes.context("本环节给文书的内容", certain=True).with_members({**inputs, **posted})
