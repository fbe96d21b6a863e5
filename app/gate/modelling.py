"""`docs/modelling.zh-CN.md`: what owners may draw and write, from the tables that the gate and the engine use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from app.core.paths import ROOT
from app.engine.support.attributes import ATTRIBUTES
from app.engine.support.elements import CHAPTERS
from app.engine.support.extensions import CAMUNDA_ATTRIBUTES, CAMUNDA_ELEMENTS
from app.engine.support.foreign import ENGINES
from app.engine.support.properties import PROPERTIES
from app.engine.support.verdicts import DRAWN, IGNORED, REFUSED, SUPPORTED, Row, anchor
from app.gate import words

PAGE = "docs/modelling.zh-CN.md"
_VERDICTS = {SUPPORTED: "支持", REFUSED: "不支持", IGNORED: "不起作用", DRAWN: "只作说明"}
_PREAMBLE = """# 流程图、决策表、表单：能画什么、能写什么

本页由 `doudi modelling` 从门禁和引擎所用的同一套表生成，请不要手改。门禁的每条提示都指向本页的一处。

- **支持**：照标准运行。
- **不支持**：门禁报错，不能发布；说明里写着改画什么。
- **不起作用**：门禁提示；不影响办理，最好删掉。
- **只作说明**：可以画，不影响办理，也不提示。

表里没有的写法，门禁都会指出，不会悄悄放过。
"""
_SOUNDNESS = """门禁把每种先后、每种选择都走一遍：

- 汇合等不齐：并行网关等的线，有时没有人走。分开与汇合请用同一种网关。
- 同时走两遍：并行分开的支线没有汇合就走到同一个环节。请先用并行网关汇合，或让支线走到自己的结束事件。
- 查不清：并行的分支太多又互相交叉。请把并行的部分各画成一个子流程。
"""
_NAMES = """条件、脚本、输入参数、定时、决策表和文书读的每个名称，都要有环节给出，并且在走到那里的每条路上都有值。
拼错的名称、类型不合的比较、后面才有的答案，门禁会写明名称、环节和路径。
"""


def page() -> str:
    """The whole page."""
    parts = [_PREAMBLE, *_elements(), *_attributes(), *_extensions(), *_engines()]
    parts += [_head("能不能走通", anchor("soundness")), _SOUNDNESS, _head("名称", "names"), _NAMES]
    parts += [*_tables(), *_forms()]
    return "\n".join(parts)


def write(path: Path = ROOT / PAGE) -> None:
    """Generate the page again."""
    path.write_text(page(), encoding="utf-8")


def _head(title: str, name: str) -> str:
    return f'<a id="{name}"></a>\n\n## {title}\n'


def _table(heads: str, lines: Iterable[str]) -> str:
    return "\n".join([f"| {heads} |", "|---" * (heads.count("|") + 1) + "|", *lines, ""])


def _line(name: str, code: str, row: Row) -> str:
    only = f"；可以写 {'、'.join(sorted(row.harmless))}" if row.harmless else ""
    return f'| <a id="{name}"></a>{row.title} | {code} | {_VERDICTS[row.verdict]} | {row.note}{only} |'


def _elements() -> Iterator[str]:
    yield _head("BPMN 元素", "bpmn-elements")
    for title, rows in CHAPTERS.items():
        yield f"### {title}\n"
        lines = (_line(anchor(tag), f"`{tag}`", row) for tag, row in rows.items())
        yield _table("名称 | 元素 | 结论 | 说明", lines)
    yield '<a id="bpmn-unknown"></a>表里没有的元素不能发布；表里没有的属性和扩展会被提示。\n'


def _keyed(table: Mapping[tuple[str, str], Row], prefix: str) -> Iterator[str]:
    for (tag, word), row in table.items():
        place = "任何元素" if tag == "*" else f"`{tag}`"
        yield _line(anchor(tag, prefix + word), f"{place} 的 `{prefix}{word}`", row)


def _attributes() -> Iterator[str]:
    yield _head("BPMN 属性", "bpmn-attributes")
    yield _table("名称 | 属性 | 结论 | 说明", _keyed(ATTRIBUTES, ""))


def _extensions() -> Iterator[str]:
    yield _head("Camunda 7 的属性和扩展", "bpmn-extensions")
    for table in (CAMUNDA_ATTRIBUTES, CAMUNDA_ELEMENTS):
        yield _table("名称 | 写法 | 结论 | 说明", _keyed(table, "camunda:"))
    yield "属性（camunda:property）的名称：\n\n" + _table("名称 | 写法 | 结论 | 说明", _keyed(PROPERTIES, "property:"))


def _engines() -> Iterator[str]:
    yield _head("从别的工具带图过来", anchor("other-tools"))
    yield "画图工具（bpmn-js、Signavio、Visio、draw.io 等）自己的颜色和排版内容可以留着。为别的引擎画的图要改写：\n"
    for engine in ENGINES:
        lines = (f"| `{engine.prefix}:{word}` | {instead} |" for word, instead in engine.instead.items())
        yield f"### {engine.name}\n\n{_table('原来的写法 | 改成', lines)}"


def _plain(rows: Mapping[str, str]) -> Iterator[str]:
    return (f"| `{word}` | {note} |" for word, note in rows.items())


def _tables() -> Iterator[str]:
    yield _head("决策表（DMN）", "dmn")
    yield "命中策略：\n\n" + _table("写法 | 说明", _plain(words.POLICIES))
    yield "决策里可以写的：\n\n" + _table("写法 | 说明", _plain(words.BOXES))
    yield "不支持：\n\n" + _table("写法 | 说明", _plain(words.REFUSED_IN_TABLES))


def _forms() -> Iterator[str]:
    yield _head("表单（form-js）", "forms")
    yield "组件：\n\n" + _table("写法 | 说明", _plain(words.COMPONENTS))
    yield "校验（validate）：\n\n" + _table("写法 | 说明", _plain(words.CHECKS))
    yield "自定义属性（properties）：\n\n" + _table("写法 | 说明", _plain(words.PROPERTIES))
    yield "不支持：\n\n" + _table("写法 | 说明", _plain(words.REFUSED_IN_FORMS))
