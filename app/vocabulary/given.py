"""The names that every process may read: figures, registry, case, application, today and what else the host gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from app.feel import shapes
from app.feel.shapes import Shape, typed
from app.registry.shape import REGISTRY
from app.vocabulary.case import NOTICE


class Catalogue(Protocol):
    """What the vocabulary asks of the catalogue: keys of figures with their titles, ids of clauses."""

    @property
    def figures(self) -> Mapping[str, Any]: ...

    @property
    def clauses(self) -> Mapping[str, Any]: ...


ORIGINS: Mapping[str, str] = {
    "application": "申请",
    "case": "案件",
    "figure": "标准目录（没有录入的，读到时停下等待录入）",
    "optional_figure": "标准目录（没有录入的为空）",
    "registry": "救助登记信息",
    "notice": "公示",
    "today": "系统",
    "now": "系统",
    "programme": "本项目",
    "actor": "当前办理人",
}
ITEM = "多实例当前项"


def host_shapes(catalogue: Catalogue) -> dict[str, Shape]:
    """What the host of the engine adds to every scope (`app.cases.action.Action.scope`)."""
    return {
        "figure": figures(catalogue, certain=True),
        "optional_figure": figures(catalogue, certain=False),
        "registry": REGISTRY,
        "notice": NOTICE,
        "today": typed("date", "今天", certain=True),
        "now": typed("date and time", "现在", certain=True),
        "programme": shapes.context(
            "救助项目",
            certain=True,
            title=typed("string", "名称", certain=True),
            basis=typed("string", "政策依据", certain=True),
            key=typed("string", "项目代号", certain=True),
        ),
        "actor": shapes.context(
            "当前办理人",
            certain=True,
            user_id=typed("string", "用户编号"),
            positions=typed("list<string>", "岗位", certain=True),
        ),
    }


def figures(catalogue: Catalogue, *, certain: bool) -> Shape:
    """`figure` or `optional_figure`: a number for every key of the catalogue."""
    members = {key: Shape("number", entry.title, certain=certain) for key, entry in catalogue.figures.items()}
    return Shape("context", "标准和时限", members, certain=True)
