"""The diagram of a programme as a picture, each step coloured by how much of its time of law was used."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup, escape

from app.engine.drawing import Drawing, Line, Shape
from app.tally.queries import StepLine

COLD, WARM, HOT, KNOWN, PLAIN, INK = "#dcefe3", "#fdf3dc", "#f4c9c4", "#e9eff8", "#ffffff", "#1d2430"
LEGEND = (
    (COLD, "用时不到时限的一半"),
    (WARM, "用时在时限以内"),
    (HOT, "平均超过时限"),
    (KNOWN, "没有法定时限"),
    (PLAIN, "这段时间没有办过"),
)
_GATEWAYS, _EVENTS, _FRAMES = "Gateway", "Event", frozenset({"participant", "lane", "subProcess", "transaction"})
_LETTERS, _MARGIN, _FOOT = 8, 20, 40


def heat_map(title: str, drawn: Drawing, steps: Mapping[str, StepLine]) -> Markup:
    """An SVG on white, in daylight colours wherever it is shown: as diagrams are."""
    if not drawn.shapes:
        return Markup("")
    left = min(shape.x for shape in drawn.shapes) - _MARGIN
    top = min(shape.y for shape in drawn.shapes) - _MARGIN
    width = max(shape.x + shape.width for shape in drawn.shapes) + _MARGIN - left
    height = max(shape.y + shape.height for shape in drawn.shapes) + _MARGIN + _FOOT - top
    box = f"{left:.0f} {top:.0f} {width:.0f} {height:.0f}"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="heat-map" viewBox="{box}" '
        f'role="img" aria-label="{escape(title)}" font-family="\'Noto Sans CJK SC\',\'Microsoft YaHei\',sans-serif" '
        f'font-size="12"><title>{escape(title)}</title><rect x="{left:.0f}" y="{top:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}" fill="#fff"/>'
    )
    parts = [*(_line(line) for line in drawn.lines), *(_shape(shape, steps.get(shape.id)) for shape in drawn.shapes)]
    return Markup("".join([head, *parts, _legend(left, top + height - _FOOT + 8), "</svg>"]))  # noqa: S704 - escaped


def warmth(step: StepLine | None) -> str:
    """The colour of a step."""
    if step is None:
        return PLAIN
    if step.ratio is None:
        return KNOWN
    return HOT if step.ratio > 1 else WARM if step.ratio > 0.5 else COLD


def _line(line: Line) -> str:
    path = " ".join(f"{x:.0f},{y:.0f}" for x, y in line.points)
    end, before = line.points[-1], line.points[-2]
    return f'<polyline points="{path}" fill="none" stroke="#888" stroke-width="1.4"/>{_arrow(before, end)}'


def _arrow(before: tuple[float, float], end: tuple[float, float]) -> str:
    across, down = end[0] - before[0], end[1] - before[1]
    length = (across**2 + down**2) ** 0.5 or 1.0
    ux, uy = across / length * 8, down / length * 8
    points = (
        (end[0], end[1]),
        (end[0] - ux - uy / 2, end[1] - uy + ux / 2),
        (end[0] - ux + uy / 2, end[1] - uy - ux / 2),
    )
    return f'<polygon points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}" fill="#888"/>'


def _shape(shape: Shape, step: StepLine | None) -> str:
    middle, centre = shape.x + shape.width / 2, shape.y + shape.height / 2
    if shape.kind in _FRAMES:
        named = [] if shape.kind == "participant" else [shape.name]  # the title names the programme
        return _rect(shape, "none") + _text(shape.x + 8, shape.y + 16, named, "start")
    if shape.kind.endswith(_GATEWAYS):
        across, down = shape.width / 2, shape.height / 2
        points = f"{middle},{shape.y} {middle + across},{centre} {middle},{centre + down} {shape.x},{centre}"
        return f'<polygon points="{points}" fill="#fff" stroke="{INK}"/>'
    if shape.kind.endswith(_EVENTS):
        name = _text(middle, shape.y + shape.height + 14, _wrapped(shape.name)[:2], "middle")
        return f'<circle cx="{middle}" cy="{centre}" r="{shape.width / 2}" fill="#fff" stroke="{INK}"/>{name}'
    lines = _wrapped(shape.name)[: 2 if step else 4]
    if step is not None:
        limit = f" / {step.limit:.1f}" if step.limit is not None else ""
        lines = [*lines, f"{step.mean:.1f}{limit} 工作日"]
    start = centre - 7.5 * (len(lines) - 1) + 4
    return _rect(shape, warmth(step)) + _text(middle, start, lines, "middle")


def _rect(shape: Shape, fill: str) -> str:
    where = f'x="{shape.x}" y="{shape.y}" width="{shape.width}" height="{shape.height}"'
    return f'<rect {where} rx="6" fill="{fill}" stroke="{INK}"/>'


def _wrapped(name: str) -> list[str]:
    return [name[start : start + _LETTERS] for start in range(0, len(name), _LETTERS)]


def _text(x: float, y: float, lines: list[str], anchor: str) -> str:
    spans = "".join(
        f'<tspan x="{x:.1f}" dy="{0 if place == 0 else 15}">{escape(line)}</tspan>' for place, line in enumerate(lines)
    )
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{INK}">{spans}</text>'


def _legend(x: float, y: float) -> str:
    found = []
    for colour, told in LEGEND:
        found.append(f'<rect x="{x + 20:.0f}" y="{y:.0f}" width="16" height="14" fill="{colour}" stroke="{INK}"/>')
        found.append(_text(x + 42, y + 12, [told], "start"))
        x += 56 + 12 * len(told)
    return "".join(found)
