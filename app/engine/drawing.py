"""The picture of a diagram as data: where its shapes and flows lie, for who draws it without a browser."""

from __future__ import annotations

from dataclasses import dataclass

from app.engine import xml as bpmn_xml
from app.engine.xml import BPMNDI, Node, local_name

_DC, _DI = "http://www.omg.org/spec/DD/20100524/DC", "http://www.omg.org/spec/DD/20100524/DI"


@dataclass(frozen=True, slots=True)
class Shape:
    """An element at its place. `kind` is its tag (`userTask`, `lane`, …), empty for what is not an element."""

    id: str
    kind: str
    name: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Line:
    """A flow by the points that it passes."""

    id: str
    name: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Shapes, large ones first, and flows."""

    shapes: tuple[Shape, ...]
    lines: tuple[Line, ...]


def drawing(source: bytes) -> Drawing:
    """Raises DiagramError. What has no place in the picture is left out."""
    root = bpmn_xml.read(source)
    known = {node.get("id"): node for node in root.iter("*") if node.get("id")}
    drawn = (_shape(shape, known.get(shape.get("bpmnElement"))) for shape in root.iter(f"{{{BPMNDI}}}BPMNShape"))
    shapes = [shape for shape in drawn if shape is not None]
    lines = [_line(edge, known.get(edge.get("bpmnElement"))) for edge in root.iter(f"{{{BPMNDI}}}BPMNEdge")]
    shapes.sort(key=lambda shape: -shape.width * shape.height)
    return Drawing(tuple(shapes), tuple(line for line in lines if len(line.points) > 1))


def _shape(shape: Node, element: Node | None) -> Shape | None:
    bounds = shape.find(f"{{{_DC}}}Bounds")
    if element is None or bounds is None:
        return None
    x, y, width, height = (float(bounds.get(name, "0")) for name in ("x", "y", "width", "height"))
    return Shape(element.get("id"), local_name(element), element.get("name") or "", x, y, width, height)


def _line(edge: Node, element: Node | None) -> Line:
    points = tuple((float(each.get("x")), float(each.get("y"))) for each in edge.iter(f"{{{_DI}}}waypoint"))
    name = element.get("name") if element is not None else None
    return Line(edge.get("bpmnElement") or "", name or "", points)
