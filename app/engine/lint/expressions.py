"""Every expression compiles, every script is assignments, every timer can be read. Names are the vocabulary's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from app import feel
from app.engine import script, timers
from app.engine.due import due
from app.engine.errors import ElementError
from app.engine.lint.graph import Graph, problem
from app.engine.lint.problem import Problem
from app.engine.outline import DUE, Text, outline
from app.engine.xml import Node, bpmn, child_text

_TIMERS: dict[str, Callable[[str], Any]] = {
    "timeDate": timers.to_moment,
    "timeDuration": timers.to_duration,
    "timeCycle": lambda text: timers.to_cycle(text, timers.EPOCH),
    DUE: lambda text: due(text, timers.EPOCH),
}


def check(graph: Graph) -> Iterator[Problem]:
    """Expressions that do not compile, scripts that are no assignments, timers that are no time."""
    for key, point in outline(graph.root).points.items():
        for text in point.texts:
            yield from _read(graph.nodes[key], text)
    for node in graph.root.iter(bpmn("scriptTask")):
        yield from _script(node)


def _read(node: Node, text: Text) -> Iterator[Problem]:
    if text.role in _TIMERS and timers.is_iso(text.expression):
        yield from _timer(node, text)
        return
    try:
        feel.compile(script.plain(text.expression))
    except feel.FeelError as error:
        yield problem(node, f"{text.what}“{text.expression}”写得不对：{error}")


def _script(node: Node) -> Iterator[Problem]:
    text = child_text(node, "script")
    if not text:
        yield problem(node, "脚本任务没有内容，请写“变量 = 表达式”")
    if (node.get("scriptFormat") or "feel").lower() != "feel":
        yield problem(node, "脚本只支持 FEEL，请把脚本格式改为 feel，每行写“变量 = 表达式”")
    try:
        script.assignments(text)
    except (ElementError, feel.FeelError) as error:
        yield problem(node, f"脚本写得不对：{error}")


def _timer(node: Node, text: Text) -> Iterator[Problem]:
    read = _TIMERS[text.role]
    try:
        read(text.expression)
    except timers.TimerRefused as error:
        yield problem(node, f"{text.what}“{text.expression}”不能用：{error}")
    except (ValueError, OverflowError):
        yield problem(
            node, f"{text.what}“{text.expression}”写得不对，请写日期（2020-09-25）、时长（P7D）或循环（R3/P7D）"
        )
