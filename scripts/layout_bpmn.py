"""Lay out BPMN diagrams: `python scripts/layout_bpmn.py FILE.bpmn…` draws what is not drawn yet.

What an owner drew stays where it is. `--afresh` arranges the whole picture anew, as for a file without one: lanes are
rows from top to bottom, columns follow the longest path from the start, the first outgoing flow of a node goes straight
on, other branches below it; what is wider than a screen goes down one column and up the next, in the fold with the
fewest crossings; loops back through the channels between rows. The same file always gives the same picture;
the rest of the file stays byte for byte.
"""

from __future__ import annotations

import itertools
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from bpmn_completion import beside, drawn_boxes, drawn_edges, router_between
from bpmn_router import Box, Point, Router
from lxml import etree

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
SIZES = {"event": (36, 36), "gateway": (50, 50), "activity": (100, 80)}
COLUMN, ROW = 184, 144
MOST_COLUMNS = 11  # as many as are read on one screen
STRIP = 30
MARGIN = (160, 80)
BOUNDARY_AT = (30, -14)
LETTER, LINE = 12, 15


@dataclass
class Node:
    id: str
    kind: str
    name: str
    lane: int
    host: str | None = None
    column: int = 0
    step: int = 0
    row: int = 0


@dataclass
class Flow:
    id: str
    name: str
    source: str
    target: str
    back: bool = False
    points: list[Point] = field(default_factory=list)


class Picture:
    """One process of a file with its lanes, measured and routed."""

    def __init__(self, root: etree._Element, deeper: int = 0) -> None:
        self.process = root.find(f"{BPMN}process")
        self.participant = root.find(f"{BPMN}collaboration/{BPMN}participant")
        self.plane = root.find(f"{BPMN}collaboration")
        self.lanes = list(self.process.iter(f"{BPMN}lane"))
        lane_of = {ref.text.strip(): i for i, lane in enumerate(self.lanes) for ref in lane.iter(f"{BPMN}flowNodeRef")}
        self.nodes: dict[str, Node] = {}
        for element in self.process:
            kind = _kind(etree.QName(element).localname)
            if kind:
                key = element.get("id")
                host = element.get("attachedToRef")
                self.nodes[key] = Node(key, kind, element.get("name", ""), lane_of.get(host or key, 0), host)
        self.flows = [
            Flow(e.get("id"), e.get("name", ""), e.get("sourceRef"), e.get("targetRef"))
            for e in self.process.iter(f"{BPMN}sequenceFlow")
        ]
        self.outgoing: dict[str, list[Flow]] = defaultdict(list)
        for flow in self.flows:
            self.outgoing[flow.source].append(flow)
        self.boundaries: dict[str, list[str]] = defaultdict(list)
        for node in self.nodes.values():
            if node.host:
                self.boundaries[node.host].append(node.id)
        self._columns()
        self._fold(deeper)
        self._rows()
        self.boxes = self._boxes()
        self._route()

    # columns and rows

    def _columns(self) -> None:
        """Longest path from the start, loops left out."""
        order: list[str] = []
        state: dict[str, int] = {}

        def visit(key: str) -> None:
            state[key] = 1
            for boundary in self.boundaries[key]:
                if boundary not in state:
                    visit(boundary)
            for flow in self.outgoing[key]:
                flow.back = state.get(flow.target) == 1
                if flow.target not in state:
                    visit(flow.target)
            state[key] = 2
            order.append(key)

        targets = {flow.target for flow in self.flows}
        for node in self.nodes.values():
            if node.id not in targets and not node.host:
                visit(node.id)
        for key in reversed(order):
            node = self.nodes[key]
            for boundary in self.boundaries[key]:
                self.nodes[boundary].column = node.column
            for flow in self.outgoing[key]:
                if not flow.back:
                    target = self.nodes[flow.target]
                    target.column = max(target.column, node.column + 1)
        self.order = {key: i for i, key in enumerate(reversed(order))}

    def _fold(self, deeper: int) -> None:
        """Steps share a column where there are more than fit, down in one and up in the next; as few as have to, or so
        many more."""
        steps = 1 + max(node.column for node in self.nodes.values())
        depth = -(-steps // MOST_COLUMNS)
        depth += deeper if depth > 1 else 0
        for node in self.nodes.values():
            node.step, node.column = node.column, node.column // depth
        self.folded = depth > 1

    def _rows(self) -> None:
        """Within a lane a node stands in the row of its first predecessor there, or in the next free one."""
        taken: set[tuple[int, int, int]] = set()
        placed: dict[str, int] = {}
        for node in sorted(self.nodes.values(), key=lambda n: (n.step, self.order.get(n.id, 0))):
            if node.host:
                continue
            wanted = self._wanted_row(node, placed)
            upwards = range(wanted, -1, -1) if self.folded and node.column % 2 else ()
            rows = itertools.chain(upwards, itertools.count(wanted))
            row = next(row for row in rows if (node.lane, row, node.column) not in taken)
            placed[node.id] = node.row = row
            taken.add((node.lane, row, node.column))
        lanes = range(max(1, len(self.lanes)))
        self.lane_rows = [1 + max((n.row for n in self.nodes.values() if n.lane == i), default=0) for i in lanes]
        self.lane_start = [sum(self.lane_rows[:i]) for i in lanes]

    def _wanted_row(self, node: Node, placed: dict[str, int]) -> int:
        wanted = []
        for flow in self.flows:
            source = self.nodes[flow.source]
            origin = self.nodes[source.host] if source.host else source
            if flow.target != node.id or flow.back or origin.lane != node.lane or origin.id not in placed:
                continue
            straight = not source.host and self.outgoing[source.id][0] is flow
            wanted.append((not straight, placed[origin.id] + (0 if straight else 1)))
        return min(wanted)[1] if wanted else 0

    def _boxes(self) -> dict[str, Box]:
        boxes: dict[str, Box] = {}
        left = MARGIN[0] + STRIP * 2 + 24 if self.participant is not None else MARGIN[0]
        for node in self.nodes.values():
            if not node.host:
                cx = left + COLUMN * node.column + COLUMN / 2
                cy = MARGIN[1] + ROW * (self.lane_start[node.lane] + node.row) + ROW / 2
                boxes[node.id] = _box(node.kind, cx, cy)
        for host, boundaries in self.boundaries.items():
            box = boxes[host]
            for key, offset in zip(boundaries, BOUNDARY_AT, strict=False):
                boxes[key] = _box("event", box.centre[0] + offset, box.y + box.height)
        self.columns = 1 + max(n.column for n in self.nodes.values())
        self.left = left
        return boxes

    # edges

    def _route(self) -> None:
        bottom = MARGIN[1] + ROW * sum(self.lane_rows)
        xs = {box.centre[0] for box in self.boxes.values()}
        ys = {self.boxes[n.id].centre[1] for n in self.nodes.values() if not n.host}
        for column in range(self.columns + 1):
            edge = self.left + COLUMN * column
            xs |= {edge + shift for shift in (-30, -18, -6, 6, 18, 30)}
        rows = sum(self.lane_rows)
        for row in range(rows + 1):
            edge = MARGIN[1] + ROW * row
            ys |= {edge + shift for shift in (-24, -16, -8, 8, 16, 24) if MARGIN[1] < edge + shift < bottom}
        # The label of a boundary event has its place before there are lines: they go around it.
        labels = {f"{node.id}.label": self._usual_label(node) for node in self.nodes.values() if node.host}
        router = Router(xs, ys, self.boxes | {key: box for key, box in labels.items() if box})
        for flow in sorted(self.flows, key=self._span):
            flow.points = router.route(flow.source, flow.target, *self.prices(flow))

    def _span(self, flow: Flow) -> tuple[bool, float, int]:
        a, b = self.boxes[flow.source].centre, self.boxes[flow.target].centre
        return flow.back, abs(a[0] - b[0]) + abs(a[1] - b[1]) * 2, self.flows.index(flow)

    def prices(self, flow: Flow) -> tuple[dict[str, float], dict[str, float]]:
        """What leaving and entering at each side costs: left to right is free, loops go above."""
        source, target = self.nodes[flow.source], self.nodes[flow.target]
        if source.host:
            leave: dict[str, float] = {"bottom": 0}
        elif source.kind == "gateway":
            leave = {"right": 0, "bottom": 10, "top": 20}
        else:
            leave = {"right": 0, "top": 30 if flow.back else 120, "bottom": 120}
        enter: dict[str, float] = {"left": 0, "top": 30, "bottom": 60}
        if source.column == target.column and not source.host:
            leave, enter = {"bottom": 0, "top": 0, "right": 30}, {"top": 0, "bottom": 0, "left": 30}
        if flow.back:
            enter = {"left": 60, "top": 0, "bottom": 150}
        if target.host:
            raise ValueError(f"a flow ends at the boundary event {target.id}")
        return leave, enter

    def flaws(self) -> tuple[int, float]:
        """Labels with a line through them, then crossings and height, a row as bad as one and a half crossings."""
        lines = [(flow.id, line) for flow in self.flows for line in itertools.pairwise(flow.points)]
        labels = [*self._node_labels.values(), *map(self.flow_label, self.flows)]
        struck = sum(any(_runs_through(label, line) for _, line in lines) for label in labels if label)
        crossed = sum(a != b and _cross(one, other) for (a, one), (b, other) in itertools.combinations(lines, 2))
        return struck, crossed + 1.5 * sum(self.lane_rows)

    # labels

    @cached_property
    def _node_labels(self) -> dict[str, Box | None]:
        return {node.id: self.node_label(node) for node in self.nodes.values()}

    @cached_property
    def _lines(self) -> list[tuple[Point, Point]]:
        return [line for flow in self.flows for line in itertools.pairwise(flow.points)]

    def node_label(self, node: Node) -> Box | None:
        """Where it is looked for; beside that where a line runs through it."""
        first = self._usual_label(node)
        if first is None:
            return None
        box = self.boxes[node.id]
        xs = (first.x, box.x + box.width + 4, box.x - first.width - 4)
        ys = (first.y, box.y + box.height + 5, box.y - first.height - 4)
        places = [Box(x, y, first.width, first.height) for x, y in itertools.product(xs, ys)]
        return next((place for place in places if self._is_free(place)), first)

    def _is_free(self, place: Box) -> bool:
        struck = any(_runs_through(place, line) for line in self._lines)
        return not struck and not any(_over(place, box) for box in self.boxes.values())

    def _usual_label(self, node: Node) -> Box | None:
        if node.kind == "activity" or not node.name:
            return None
        box = self.boxes[node.id]
        width, height = _text_size(node.name, 120 if node.kind == "event" else 96)
        if node.host:
            first = self.boundaries[node.host][0] == node.id
            return Box(box.x + box.width + 4 if first else box.x - width - 4, box.y + box.height - 12, width, height)
        used = {
            side
            for flow in self.flows
            for end, point in ((flow.source, flow.points[0]), (flow.target, flow.points[-1]))
            if end == node.id
            for side in ("top", "bottom")
            if point == box.port(side)
        }
        below = "bottom" not in used and (node.kind == "event" or "top" in used)
        shift = -width / 2 - 8 if {"top", "bottom"} <= used else 0
        y = box.y + box.height + 5 if below else box.y - height - 4
        return Box(box.centre[0] - width / 2 + shift, y, width, height)

    def flow_label(self, flow: Flow) -> Box | None:
        """Beside the first stretch of the line that has room: no line runs through it, no box or label is under it."""
        if not flow.name:
            return None
        places = list(_label_places(flow))
        standing = [box for box in self._node_labels.values() if box]
        for place in places:
            if self._is_free(place) and not any(_over(place, box) for box in standing):
                return place
        return places[0]

    # output

    def shape(self, node: Node) -> list[str]:
        marker = ' isMarkerVisible="true"' if node.kind == "gateway" else ""
        return _shape(node.id, self.boxes[node.id], self._node_labels[node.id], marker)

    def edge(self, flow: Flow) -> list[str]:
        points = [f'        <di:waypoint x="{x:g}" y="{y:g}" />' for x, y in flow.points]
        head = f'      <bpmndi:BPMNEdge id="{flow.id}_di" bpmnElement="{flow.id}">'
        return [head, *points, *_label(self.flow_label(flow)), "      </bpmndi:BPMNEdge>"]

    def interchange(self) -> str:
        out = [
            '  <bpmndi:BPMNDiagram xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"'
            ' xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
            f' xmlns:di="http://www.omg.org/spec/DD/20100524/DI" id="Diagram_{self.process.get("id")}">',
            f'    <bpmndi:BPMNPlane id="Plane_{self.process.get("id")}"'
            f' bpmnElement="{(self.process if self.plane is None else self.plane).get("id")}">',
        ]
        width = self.left - MARGIN[0] + COLUMN * self.columns + 20
        if self.participant is not None:
            pool = Box(*MARGIN, width, ROW * sum(self.lane_rows))
            out += _shape(self.participant.get("id"), pool, None, ' isHorizontal="true"')
            for i, lane in enumerate(self.lanes):
                top = MARGIN[1] + ROW * self.lane_start[i]
                box = Box(MARGIN[0] + STRIP, top, width - STRIP, ROW * self.lane_rows[i])
                out += _shape(lane.get("id"), box, None, ' isHorizontal="true"')
        for node in sorted(self.nodes.values(), key=lambda n: n.host is not None):
            out += self.shape(node)
        for flow in self.flows:
            out += self.edge(flow)
        return "\n".join([*out, "    </bpmndi:BPMNPlane>", "  </bpmndi:BPMNDiagram>", ""])


def _kind(tag: str) -> str | None:
    if tag.endswith("Event"):
        return "event"
    if tag.endswith("Gateway"):
        return "gateway"
    if tag in ("subProcess", "transaction"):
        raise ValueError("embedded sub-processes are not laid out: use a call activity")
    return "activity" if tag.endswith("Task") or tag in ("task", "callActivity") else None


def _box(kind: str, cx: float, cy: float) -> Box:
    width, height = SIZES[kind]
    return Box(cx - width / 2, cy - height / 2, width, height)


def _text_size(text: str, widest: int) -> tuple[int, int]:
    length = sum(LETTER if ord(c) > 0x2E7F else LETTER * 0.6 for c in text) + 2
    lines = -(-int(length) // widest)
    return int(min(length, widest)), LINE * lines


def _label_places(flow: Flow) -> Iterator[Box]:
    width, height = _text_size(flow.name, 72)
    for (x1, y1), (x2, y2) in itertools.pairwise(flow.points):
        for along in (5, 20, 40, 60):
            if y1 == y2:
                x = x1 + along if x2 > x1 else x1 - width - along
                yield Box(x, y1 - height - 3, width, height)
                yield Box(x, y1 + 3, width, height)
            else:
                y = y1 + along + 1 if y2 > y1 else y1 - height - along - 1
                yield Box(x1 + 5, y, width, height)
                yield Box(x1 - width - 5, y, width, height)


def _runs_through(box: Box, line: tuple[Point, Point]) -> bool:
    (x1, y1), (x2, y2) = line
    across = min(x1, x2) < box.x + box.width and max(x1, x2) > box.x
    return across and min(y1, y2) < box.y + box.height and max(y1, y2) > box.y


def _cross(one: tuple[Point, Point], other: tuple[Point, Point]) -> bool:
    """Whether two stretches cross away from their ends."""
    (flat, *_), (upright, *_) = ([line for line in (one, other) if line[0][k] == line[1][k]] or [None] for k in (1, 0))
    if flat is None or upright is None or flat is upright:
        return False
    (x1, y), (x2, _) = flat
    (x, y1), (_, y2) = upright
    return min(x1, x2) < x < max(x1, x2) and min(y1, y2) < y < max(y1, y2)


def _over(a: Box, b: Box) -> bool:
    return a.x < b.x + b.width and b.x < a.x + a.width and a.y < b.y + b.height and b.y < a.y + a.height


def _label(box: Box | None) -> list[str]:
    return [] if box is None else ["        <bpmndi:BPMNLabel>", f"  {_bounds(box)}", "        </bpmndi:BPMNLabel>"]


def _bounds(box: Box) -> str:
    return f'        <dc:Bounds x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}" />'


def _shape(key: str, box: Box, label: Box | None, extra: str) -> list[str]:
    head = f'      <bpmndi:BPMNShape id="{key}_di" bpmnElement="{key}"{extra}>'
    return [head, _bounds(box), *_label(label), "      </bpmndi:BPMNShape>"]


def arranged(root: etree._Element) -> Picture:
    """The best picture of a process; what fits on a screen has only one."""
    first = Picture(root)
    return min([first, *(Picture(root, deeper) for deeper in (1, 2, 3))], key=Picture.flaws) if first.folded else first


def laid_out(text: str) -> str:
    """The file's text with a fresh diagram interchange."""
    bare = re.sub(r"[ \t]*<bpmndi:BPMNDiagram\b.*?</bpmndi:BPMNDiagram>\s*", "", text, flags=re.DOTALL)
    picture = arranged(etree.fromstring(bare.encode()))
    body, closing = bare.rsplit("</", 1)
    return f"{body.rstrip()}\n{picture.interchange()}</{closing}"


def completed(text: str) -> str:
    """The file's text with what is not drawn yet, each beside what leads to it; all that is drawn stays as it is."""
    root = etree.fromstring(text.encode())
    boxes, edges = drawn_boxes(root), drawn_edges(root)
    if not boxes:
        return laid_out(text)
    picture = Picture(root)
    fresh = sorted((node for node in picture.nodes.values() if node.id not in boxes), key=lambda node: node.column)
    for node in fresh:
        boxes[node.id] = _place(picture, node, boxes)
    picture.boxes = {key: boxes[key] for key in picture.nodes}
    missing = [flow for flow in picture.flows if flow.id not in edges]
    if not fresh and not missing:
        return text
    router = router_between(picture.boxes)
    for flow in picture.flows:
        flow.points = edges.get(flow.id) or router.route(flow.source, flow.target, *picture.prices(flow))
    new = [line for node in fresh for line in picture.shape(node)]
    new += [line for flow in missing for line in picture.edge(flow)]
    head, closing = text.rsplit("</bpmndi:BPMNPlane>", 1)
    return head.rstrip() + "\n" + "\n".join(new) + "\n    </bpmndi:BPMNPlane>" + closing


def _place(picture: Picture, node: Node, boxes: Mapping[str, Box]) -> Box:
    if node.host:
        host = boxes[node.host]
        return _box("event", host.centre[0] + BOUNDARY_AT[0], host.y + host.height)
    before = next(
        (boxes[flow.source] for flow in picture.flows if flow.target == node.id and flow.source in boxes), None
    )
    return beside(SIZES[node.kind], before, {key: box for key, box in boxes.items() if key in picture.nodes})


def main(arguments: list[str]) -> int:
    paths = [Path(name) for name in arguments if name != "--afresh"]
    if not paths:
        print(__doc__)
        return 2
    draw = laid_out if "--afresh" in arguments else completed
    for path in paths:
        path.write_text(draw(path.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
