"""The layout helper: the same picture every time, nothing over anything else, the rest of the file untouched."""

from __future__ import annotations

import itertools
import sys
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from app.core.paths import BUNDLES

sys.path.insert(0, str(Path(__file__).parents[3] / "scripts"))

from bpmn_completion import DC, DI, drawn_boxes, drawn_edges  # noqa: E402
from bpmn_router import Box  # noqa: E402
from layout_bpmn import Picture, _cross, _over, _runs_through, completed, laid_out  # noqa: E402

DIAGRAMS = sorted(BUNDLES.glob("*/*.bpmn"))
QUICK = [path for path in DIAGRAMS if path.stat().st_size < 25_000]
"""The largest take seconds to lay out, by the same steps."""


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.fixture(params=DIAGRAMS, ids=_name)
def text(request: pytest.FixtureRequest) -> str:
    return request.param.read_text(encoding="utf-8")


@cache
def _picture(text: str) -> Picture:
    """For looking only."""
    return Picture(etree.fromstring(text.encode()))


@pytest.mark.parametrize("text", QUICK, indirect=True, ids=_name)
def test_laying_out_again_changes_nothing_but_the_picture(text: str) -> None:
    again = laid_out(text)
    assert laid_out(again) == again
    assert again.split("<bpmndi:BPMNDiagram")[0] == text.split("<bpmndi:BPMNDiagram")[0]


def test_no_box_covers_another_and_no_line_runs_through_one(text: str) -> None:
    picture = _picture(text)
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
    picture = _picture(text)
    for key, node in picture.nodes.items():
        leaving = [flow.points[0] for flow in picture.outgoing[key]]
        if node.kind == "gateway" and len(leaving) <= 3:
            assert len(set(leaving)) == len(leaving), key


WIDEST = 2400  # at 1440 px this is 0.6 of the size at which it was drawn


def _drawn_labels(root: etree._Element) -> dict[str, Box]:
    found = {}
    for shape in root.iter(f"{DI}BPMNShape", f"{DI}BPMNEdge"):
        label = shape.find(f"{DI}BPMNLabel/{DC}Bounds")
        if label is not None:
            found[shape.get("bpmnElement")] = Box(*(float(label.get(key)) for key in ("x", "y", "width", "height")))
    return found


def test_what_is_shipped_is_read_on_one_screen(text: str) -> None:
    root = etree.fromstring(text.encode())
    boxes, edges, labels = drawn_boxes(root), drawn_edges(root), _drawn_labels(root)
    known = _picture(text).nodes
    nodes = {key: box for key, box in boxes.items() if key in known}
    hosted = {node.id for node in known.values() if node.host}
    assert max(box.x + box.width for box in boxes.values()) <= WIDEST
    over = [(a, b) for a, b in itertools.combinations(nodes.keys() - hosted, 2) if _over(nodes[a], nodes[b])]
    assert over == []
    lines = [(flow, line) for flow, points in edges.items() for line in itertools.pairwise(points)]
    assert [(key, flow) for key, box in labels.items() for flow, line in lines if _runs_through(box, line)] == []
    assert [(k, n) for k, label in labels.items() for n, box in nodes.items() if n != k and _over(label, box)] == []
    standing = nodes.keys() - hosted
    assert [(key, flow) for key in standing for flow, line in lines if _runs_through(nodes[key], line)] == []
    crossed = sum(a != b and _cross(one, other) for (a, one), (b, other) in itertools.combinations(lines, 2))
    # A large diagram whose loops pass through several levels crosses itself more.
    assert crossed <= len(nodes) * (0.5 if len(nodes) <= 50 else 0.75)


def test_what_is_drawn_stays(text: str) -> None:
    assert completed(text) == text


@pytest.mark.parametrize("text", QUICK, indirect=True, ids=_name)
def test_only_what_is_new_is_added(text: str) -> None:
    root = etree.fromstring(text.encode())
    gone = next(node for node in Picture(root).nodes.values() if node.kind == "activity" and not node.host).id
    flows = {flow.id for flow in Picture(root).flows if gone in (flow.source, flow.target)}
    before = {key: box for key, box in drawn_boxes(root).items() if key != gone}
    kept_edges = {key: points for key, points in drawn_edges(root).items() if key not in flows}
    for shape in list(root.iter(f"{DI}BPMNShape", f"{DI}BPMNEdge")):
        if shape.get("bpmnElement") in {gone, *flows}:
            shape.getparent().remove(shape)
    again = etree.fromstring(completed(etree.tostring(root, encoding="unicode")).encode())
    boxes, edges = drawn_boxes(again), drawn_edges(again)
    assert {key: boxes[key] for key in before} == before
    assert {key: edges[key] for key in kept_edges} == kept_edges
    assert gone in boxes
    assert flows <= edges.keys()
