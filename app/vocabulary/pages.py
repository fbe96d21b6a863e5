"""The names that are there everywhere, as a table for policy owners: generated into `docs/vocabulary.zh-CN.md`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.feel import shapes
from app.feel.shapes import Shape
from app.vocabulary.case import case_shape, with_award, with_origin
from app.vocabulary.given import Catalogue, host_shapes
from app.vocabulary.letters import LETTER
from app.vocabulary.words import Scope

BEGIN, END = "<!-- 以下由程序生成 -->", "<!-- 以上由程序生成 -->"
_HEAD = ["| 名称 | 类型 | 含义 |", "|---|---|---|"]


def always(catalogue: Catalogue) -> str:
    """Tables of `case`, of what the host gives, and of what letters have."""
    host = host_shapes(catalogue)
    figures = {"figure": host.pop("figure")}
    host.pop("optional_figure")
    case = with_origin(with_award(case_shape(shapes.context()), shapes.context()))
    parts = [
        *_table("案件 case", {"case": case}),
        *_table("系统和登记信息", host),
        *_table("只有文书能用的名称", LETTER),
        *_table("标准和时限（optional_figure.<名称> 相同，没有录入的为空）", figures),
    ]
    return "\n".join([BEGIN, "", *parts, END])


def _table(title: str, roots: Mapping[str, Shape]) -> Iterator[str]:
    yield f"### {title}"
    yield ""
    yield from _HEAD
    for name in Scope(roots, {}, {}).names():
        yield f"| `{name.path}` | {name.type} | {name.title} |"
    yield ""
