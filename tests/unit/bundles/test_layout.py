"""The layout helper: the same picture every time, nothing over anything else, the rest of the file untouched."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

import pytest
from lxml import etree

from app.core.paths import BUNDLES

sys.path.insert(0, str(Path(__file__).parents[3] / "scripts"))

from layout_bpmn import Picture, laid_out  # noqa: E402

DIAGRAMS = sorted(BUNDLES.glob("*/*.bpmn"))


@pytest.fixture(params=DIAGRAMS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def text(request: pytest.FixtureRequest) -> str:
    return request.param.read_text(encoding="utf-8")


def test_laying_out_again_changes_nothing_but_the_picture(text: str) -> None:
    again = laid_out(text)
    assert laid_out(again) == again
    assert again.split("<bpmndi:BPMNDiagram")[0] == text.split("<bpmndi:BPMNDiagram")[0]


def test_no_box_covers_another_and_no_line_runs_through_one(text: str) -> None:
    picture = Picture(etree.fromstring(text.encode()))
    standing = {key: box for key, box in picture.boxes.items() if not picture.nodes[key].host}
    for (one, a), (other, b) in itertools.combinations(standing.items(), 2):
        apart = a.x + a.width <= b.x or b.x + b.width <= a.x or a.y + a.height <= b.y or b.y + b.height <= a.y
        assert apart, f"{one} covers {other}"
    for flow in picture.flows:
        for (x1, y1), (x2, y2) in itertools.pairwise(flow.points):
            assert x1 == x2 or y1 == y2, f"{flow.id} is not orthogonal"
            for key, box in standing.items():
                through = (
                    min(x1, x2) < box.x + box.width
                    and max(x1, x2) > box.x
                    and min(y1, y2) < box.y + box.height
                    and max(y1, y2) > box.y
                )
                assert not through, f"{flow.id} runs through {key}"


def test_branches_of_a_gateway_leave_by_different_sides(text: str) -> None:
    picture = Picture(etree.fromstring(text.encode()))
    for key, node in picture.nodes.items():
        leaving = [flow.points[0] for flow in picture.outgoing[key]]
        if node.kind == "gateway" and len(leaving) <= 3:
            assert len(set(leaving)) == len(leaving), key
