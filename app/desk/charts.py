"""Charts as SVG, drawn by the server: colours are attributes, so that a chart looks right wherever it is put.

On a page the style sheet gives the classes the colours of the theme. Each chart has a title for those who do not see
it, and stands beside the table of its figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from markupsafe import Markup, escape

WIDTH = 720
COLOURS = ("#1b4b8f", "#c08a1e", "#2e7d4f")
RED, INK, RULE = "#a61b1b", "#1d2430", "#d8d6cf"
_FONT = "font-family=\"'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif\" font-size=\"12\""
Number = int | float | Decimal


@dataclass(frozen=True, slots=True)
class Series:
    """One row of figures, as many as there are labels."""

    name: str
    values: Sequence[Number]


class Bar(NamedTuple):
    """A bar with the mark that it should not pass; None where there is none."""

    label: str
    value: float
    limit: float | None


def columns(title: str, labels: Sequence[str], series: Sequence[Series], unit: str) -> Markup:
    """Columns side by side, one group for each label."""
    height, left, top, bottom = 260, 64, 40, 34
    highest = max([float(value) for each in series for value in each.values], default=0.0) or 1.0
    scale = _rounded(highest)
    span, room = (WIDTH - left - 10) / max(len(labels), 1), height - top - bottom
    parts = [_legend(series, left)]
    for step in range(5):
        y = top + room * (1 - step / 4)
        parts.append(_rule(left, y, WIDTH - 10, y) + _text(left - 6, y + 4, _short(scale * step / 4), "end"))
    wide = min(span * 0.8 / len(series), 40)
    for place, label in enumerate(labels):
        middle = left + span * (place + 0.5)
        parts.append(_text(middle, height - bottom + 16, label, "middle"))
        for number, each in enumerate(series):
            value = float(each.values[place])
            tall = room * value / scale
            x = middle + wide * (number - len(series) / 2)
            parts.append(_box(x, top + room - tall, wide * 0.92, tall, COLOURS[number], f"chart-{number + 1}"))
    return _svg(f"{title}（{unit}）", height, parts)


def bars(title: str, rows: Sequence[Bar], unit: str) -> Markup:
    """Lying bars, each with the mark of its limit; what passes it is red."""
    left, line, top = 250, 26, 8
    highest = max([max(row.value, row.limit or 0.0) for row in rows], default=0.0)
    scale, room = _rounded(highest or 1.0), WIDTH - left - 70
    parts = []
    for place, row in enumerate(rows):
        y, late = top + line * place, row.limit is not None and row.value > row.limit
        parts.append(_text(left - 8, y + 13, row.label[:18], "end"))
        colour = ("chart-late", RED) if late else ("chart-1", COLOURS[0])
        parts.append(_box(left, y + 3, room * row.value / scale, 14, colour[1], colour[0]))
        told = f"{row.value:.1f}" + (f" / {row.limit:.1f}" if row.limit is not None else "")
        parts.append(_text(left + room * max(row.value, row.limit or 0.0) / scale + 8, y + 14, told, "start"))
        if row.limit is not None:
            x = left + room * row.limit / scale
            parts.append(f'<path class="chart-mark" d="M{x:.1f} {y}V{y + 20}" stroke="{INK}" stroke-width="2"/>')
    return _svg(f"{title}（{unit}，竖线为法定时限）", top + line * len(rows) + 6, parts)


def standalone(svg: str) -> bytes:
    """A chart as a file of its own."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{svg}\n'.encode()


def _svg(title: str, height: float, parts: Sequence[str]) -> Markup:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {WIDTH} {height:.0f}" role="img" '
        f'aria-label="{escape(title)}" {_FONT}><title>{escape(title)}</title>'
    )
    return Markup("".join([head, *parts, "</svg>"]))  # noqa: S704 - every text went through escape


def _legend(series: Sequence[Series], left: float) -> str:
    found, x = [], left
    for number, each in enumerate(series):
        found.append(
            _box(x, 10, 12, 12, COLOURS[number], f"chart-{number + 1}") + _text(x + 18, 21, each.name, "start")
        )
        x += 40 + 13 * len(each.name)
    return "".join(found)


def _text(x: float, y: float, text: str, anchor: str) -> str:
    said = escape(text)
    return f'<text class="chart-text" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{INK}">{said}</text>'


def _box(x: float, y: float, width: float, height: float, colour: str, name: str) -> str:
    where = f'x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{max(height, 0):.1f}"'
    return f'<rect class="{name}" {where} fill="{colour}"/>'


def _rule(x: float, y: float, until: float, to: float) -> str:
    return f'<path class="chart-rule" d="M{x:.1f} {y:.1f}L{until:.1f} {to:.1f}" stroke="{RULE}" stroke-width="1"/>'


def _rounded(highest: float) -> float:
    """The end of a scale: 1, 2, 4 or 8 times a power of ten that is not below."""
    power = 1.0
    while power * 10 <= highest:
        power *= 10
    while power > highest:
        power /= 10
    return next(power * each for each in (1, 2, 4, 8, 10) if power * each >= highest - 1e-9)


def _short(value: float) -> str:
    """``12000`` as 1.2万: a scale has little room."""
    return f"{value / 10000:g}万" if value >= 10000 else f"{value:g}"
