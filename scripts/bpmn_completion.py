"""Drawing what a diagram lacks and leaving alone what is drawn: for files whose owner arranged them in a modeller."""

from __future__ import annotations

from collections.abc import Mapping

from bpmn_router import Box, Point, Router
from lxml import etree

DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
WAYPOINT = "{http://www.omg.org/spec/DD/20100524/DI}waypoint"
GAP = 84
LANES = (12, 24, 36)


def drawn_boxes(root: etree._Element) -> dict[str, Box]:
    """Element id → the box that the file gives it."""
    found = {}
    for shape in root.iter(f"{DI}BPMNShape"):
        bounds = shape.find(f"{DC}Bounds")
        if bounds is not None:
            found[shape.get("bpmnElement")] = Box(*(float(bounds.get(k)) for k in ("x", "y", "width", "height")))
    return found


def drawn_edges(root: etree._Element) -> dict[str, list[Point]]:
    """Sequence flow id → the way points that the file gives it."""
    return {
        edge.get("bpmnElement"): [(float(point.get("x")), float(point.get("y"))) for point in edge.iter(WAYPOINT)]
        for edge in root.iter(f"{DI}BPMNEdge")
    }


def beside(size: tuple[float, float], before: Box | None, taken: Mapping[str, Box]) -> Box:
    """A free place to the right of the box before it, as near to its height as there is room."""
    width, height = size
    x, middle = (before.x + before.width + GAP, before.centre[1]) if before else (GAP, GAP)
    for step in range(2 * len(taken) + 2):
        y = middle - height / 2 + (step + 1) // 2 * (GAP + height) * (1 if step % 2 else -1)
        box = Box(x, y, width, height)
        if y > 0 and not any(_touch(box, other) for other in taken.values()):
            return box
    raise ValueError("no free place")


def _touch(a: Box, b: Box, margin: float = 20) -> bool:
    across = a.x - margin < b.x + b.width and b.x - margin < a.x + a.width
    return across and a.y - margin < b.y + b.height and b.y - margin < a.y + a.height


def router_between(boxes: Mapping[str, Box]) -> Router:
    """A router on the lines through and around boxes that stand anywhere."""
    xs, ys = set(), set()
    for box in boxes.values():
        xs |= {box.centre[0]} | {edge for by in LANES for edge in (box.x - by, box.x + box.width + by)}
        ys |= {box.centre[1]} | {edge for by in LANES for edge in (box.y - by, box.y + box.height + by)}
    return Router(xs, ys, dict(boxes))
